"""Printers as clients read them: how they are, what they print, what they did."""

from collections.abc import Mapping
from typing import Any

from yarl import URL

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_PRINTER_TYPE
from ..core.identity import own_readings
from ..core.jobs import ENDED_STATUSES, Job, JobStatus
from ..core.names import job_name
from ..core.session import Live
from ..core.snapshot import NO_NEWS, Activity, Snapshot
from ..database import JobFilter, PrinterStatistics
from ..models import runtime
from ..settings import entry_printer_id, printer_entries
from ..watching import Watch
from .jobs import pagination, printer_entry
from .schemas import DEFAULT_LIMIT
from .serializers import iso, job_to_json, whole_percent

RECENT_JOBS = 10
_STATUS = {
    Activity.PREPARING: "printing",
    Activity.PRINTING: "printing",
    Activity.PAUSED: "paused",
}
_BUSY = frozenset(_STATUS)


async def list_printers(
    hass: HomeAssistant, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one page of printers, by name; raises DatabaseError."""
    page, limit = given.get("page", 1), given.get("limit", DEFAULT_LIMIT)
    entries = sorted(printer_entries(hass), key=lambda entry: entry.title.casefold())
    active = await _active_jobs(hass)
    wanted = entries[(page - 1) * limit : page * limit]
    return {
        "printers": [_printer_json(hass, entry, active) for entry in wanted],
        **pagination(len(entries), page, limit),
    }


async def printer(hass: HomeAssistant, printer_id: str) -> dict[str, Any]:
    """Return one printer; raises ApiError and DatabaseError."""
    entry = printer_entry(hass, printer_id)
    return _printer_json(hass, entry, await _active_jobs(hass))


async def details(hass: HomeAssistant, printer_id: str) -> dict[str, Any]:
    """Return one printer with its figures and last jobs.

    Raises ApiError and DatabaseError.
    """
    entry = printer_entry(hass, printer_id)
    data = runtime(hass)
    active = await _active_jobs(hass)
    figures = await data.database.statistics(printer_id)
    recent = await data.database.page(
        JobFilter(printer_id=printer_id), limit=RECENT_JOBS
    )
    answer = _printer_json(hass, entry, active)
    status = status_json(hass, printer_id, _current(hass, printer_id, active))
    is_mqtt = entry.data[CONF_PRINTER_TYPE] == "bambu_lab"
    return answer | {
        "connection": {
            "is_connected": answer["status"] != "offline",
            "connection_type": "mqtt" if is_mqtt else "http",
        },
        "statistics": _statistics_json(figures),
        "recent_jobs": [job_to_json(data.manager.overlay(job)) for job in recent.jobs],
        "current_status": status,
    }


@callback
def status_json(
    hass: HomeAssistant, printer_id: str, job: Job | None
) -> dict[str, Any]:
    """Return what a ``printer_status`` tells; ``job`` is that of the running print."""
    watch = runtime(hass).manager.watch(printer_id)
    snapshot = _snapshot(hass, printer_id)
    live = watch.session.live if watch else None
    is_busy = snapshot.activity in _BUSY
    name = job.job_name if job else job_name(snapshot.title or snapshot.filename)
    remaining_s = _remaining_s(live, snapshot)
    return {
        "printer_id": printer_id,
        "status": _status(snapshot),
        "progress": whole_percent(live.progress if live else snapshot.progress),
        "current_job": name if is_busy else None,
        "remaining_time_minutes": None
        if remaining_s is None
        else int(remaining_s / 60),
        "temperature_bed": snapshot.telemetry.bed_c,
        "temperature_nozzle": snapshot.telemetry.nozzle_c,
        "message": snapshot.message,
        "timestamp": dt_util.utcnow().isoformat(),
    }


@callback
def all_printers_json(hass: HomeAssistant, jobs: list[Job]) -> list[Any]:
    """Return all printers; ``jobs`` are the active ones."""
    active = {job.id: job for job in jobs}
    return [_printer_json(hass, entry, active) for entry in printer_entries(hass)]


async def _active_jobs(hass: HomeAssistant) -> dict[str, Job]:
    """Return the jobs that are running or paused."""
    return {job.id: job for job in await runtime(hass).database.active_jobs()}


def _current(
    hass: HomeAssistant, printer_id: str, active: Mapping[str, Job]
) -> Job | None:
    """Return the job of the printer's running print."""
    watch = runtime(hass).manager.watch(printer_id)
    if watch is None or watch.session.job_id is None:
        return None
    job = active.get(watch.session.job_id)
    return runtime(hass).manager.overlay(job) if job else None


def _printer_json(
    hass: HomeAssistant, entry: ConfigEntry, active: Mapping[str, Job]
) -> dict[str, Any]:
    """Return a printer; what is not known is absent."""
    printer_id = entry_printer_id(entry)
    watch = runtime(hass).manager.watch(printer_id)
    coordinator = runtime(hass).coordinators.get(printer_id)
    snapshot = _snapshot(hass, printer_id)
    telemetry = snapshot.telemetry
    job = _current(hass, printer_id, active)
    optional = {
        "ip_address": _host(entry),
        "last_seen": iso(coordinator.last_seen) if coordinator else None,
        "current_job": _current_json(job, watch, snapshot) if job and watch else None,
        "temperatures": _known(bed=telemetry.bed_c, nozzle=telemetry.nozzle_c),
    }
    return {
        "id": printer_id,
        "name": entry.title,
        "printer_type": entry.data[CONF_PRINTER_TYPE],
        "status": _status(snapshot),
        "is_enabled": entry.disabled_by is None,
        "created_at": entry.created_at.isoformat(),
        "updated_at": entry.modified_at.isoformat(),
        **{key: value for key, value in optional.items() if value},
    }


def _current_json(job: Job, watch: Watch, snapshot: Snapshot) -> dict[str, Any]:
    """Return the running print's job in short; remaining time in seconds."""
    remaining_s = _remaining_s(watch.session.live, snapshot)
    readings = own_readings(watch.session.live, snapshot)
    answer = {
        "job_id": job.id,
        "name": job.job_name,
        "status": job.status.value,
        "progress": int(job.progress or 0),
        "started_at": iso(job.start_time),
    }
    return answer | _known(
        estimated_remaining=None if remaining_s is None else int(remaining_s),
        layer_current=readings.layer,
        layer_total=readings.layers,
    )


def _remaining_s(live: Live | None, snapshot: Snapshot) -> float | None:
    """Return how much longer a print takes that can be seen to run."""
    return live.remaining_s if live and snapshot.activity in _BUSY else None


def _known(**values: Any) -> dict[str, Any]:
    """Return the values that there are."""
    return {key: value for key, value in values.items() if value is not None}


def _snapshot(hass: HomeAssistant, printer_id: str) -> Snapshot:
    """Return what the printer shows, which is no news while it cannot be reached."""
    watch = runtime(hass).manager.watch(printer_id)
    coordinator = runtime(hass).coordinators.get(printer_id)
    if watch is None or coordinator is None or not coordinator.last_update_success:
        return NO_NEWS
    return watch.snapshot or NO_NEWS


def _status(snapshot: Snapshot) -> str:
    """Return how the printer is."""
    if snapshot.fault:
        return "error"
    if snapshot.activity is Activity.NO_NEWS:
        return "offline"
    return _STATUS.get(snapshot.activity, "online")


def _host(entry: ConfigEntry) -> str | None:
    """Return the printer's address; a URL may hold more than that."""
    if host := entry.data.get(CONF_HOST):
        return str(host)
    try:
        return URL(entry.data.get(CONF_URL, "")).host
    except ValueError:
        return None


def _statistics_json(figures: PrinterStatistics) -> dict[str, Any]:
    """Return a printer's figures; the success rate is a percentage of ended prints.

    Prints of which nobody knows how they ended count neither way.
    """
    known_ends = ENDED_STATUSES - {JobStatus.UNKNOWN}
    ended = sum(figures.by_status.get(status, 0) for status in known_ends)
    completed = figures.by_status.get(JobStatus.COMPLETED, 0)
    return {
        "total_jobs": figures.total_jobs,
        "completed_jobs": completed,
        "failed_jobs": figures.by_status.get(JobStatus.FAILED, 0),
        "success_rate": round(100 * completed / ended, 1) if ended else 0.0,
        "total_print_time_hours": round(figures.print_time_s / 3600, 2),
        "total_material_kg": round(figures.material_g / 1000, 3),
    }
