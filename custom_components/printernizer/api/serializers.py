"""Jobs as JSON, in list, detail, socket and bus alike."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..core.jobs import Job
from ..database.codec import from_json, job_values, moment
from ..database.sql import Row

JOB_FIELDS = (
    "id",
    "printer_id",
    "printer_type",
    "job_name",
    "filename",
    "status",
    "outcome_source",
    "start_time",
    "end_time",
    "started_at",
    "completed_at",
    "estimated_duration",
    "actual_duration",
    "progress",
    "progress_percent",
    "material_used",
    "material_cost",
    "power_cost",
    "cost_eur",
    "is_business",
    "customer_name",
    "order_id",
    "notes",
    "created_at",
    "updated_at",
    "customer_info",
)
"""The fields of a job in their order; only ``customer_info`` may be absent."""


def job_to_json(job: Job) -> dict[str, Any]:
    """Return the whole job as clients read it; ``customer_info`` only where it has one.

    Field by field as in the API contract; numbers of seconds are whole.
    """
    return _json(tuple(job_values(job).values()), _stored_iso)


def row_to_json(row: Row) -> dict[str, Any]:
    """Return the same from how it is stored; whoever writes JSON writes its times."""
    return _json(row, moment)


def _json(row: Row, time: Callable[[int], Any]) -> dict[str, Any]:
    """Return a job from its columns in the order of the fields of Job.

    Pages are mostly made of this: no column is looked up by its name, and no time
    that stands twice is made twice.
    """
    # fmt: off
    (job_id, printer_id, printer_type, job_name, status, created, updated, filename,
     source, start, end, estimated, actual, progress, material, material_cost,
     power_cost, is_business, customer, order_id, notes, *more) = row
    # fmt: on
    made = time(created)
    begun = None if start is None else made if start == created else time(start)
    ended = None if end is None else time(end)
    percent = None if progress is None else round(progress, 1)
    data = {
        "id": job_id,
        "printer_id": printer_id,
        "printer_type": printer_type,
        "job_name": job_name,
        "filename": filename,
        "status": status,
        "outcome_source": source,
        "start_time": begun,
        "end_time": ended,
        "started_at": begun,
        "completed_at": ended,
        "estimated_duration": estimated,
        "actual_duration": actual,
        "progress": percent,
        "progress_percent": percent,
        "material_used": material,
        "material_cost": material_cost,
        "power_cost": power_cost,
        "cost_eur": _sum(material_cost, power_cost),
        "is_business": bool(is_business),
        "customer_name": customer,
        "order_id": order_id,
        "notes": notes,
        "created_at": made,
        "updated_at": time(updated),
    }
    times = {None: None, start: begun, created: made}
    if info := _customer_info(customer, times, time, *more):
        data["customer_info"] = info
    return data


def _sum(material: float | None, power: float | None) -> float | None:
    """Return costs together, None where neither is known."""
    if material is None and power is None:
        return None
    return round((material or 0) + (power or 0), 4)


def _customer_info(  # noqa: PLR0917 - the last columns, in their order
    customer: str | None,
    times: dict[int | None, Any],
    time: Callable[[int], Any],
    auto_created: bool,
    discovered: int | None,
    start: int | None,
    on_startup: bool,
    afterwards: bool,
    details: str | None,
    *_: Any,
) -> dict[str, Any]:
    """Return what clients read as ``customer_info``; some of the times are known."""
    info: dict[str, Any] = (from_json(details) or {}) if details else {}
    if auto_created:
        info["auto_created"] = True
    if discovered is not None:
        if discovered not in times:
            times[discovered] = time(discovered)
        if start is not None and start not in times:
            times[start] = time(start)
        info["discovery_time"] = times[discovered]
        info["printer_start_time"] = times[start]
        info["discovered_on_startup"] = bool(on_startup)
    if afterwards:
        info["discovered_afterwards"] = True
    if customer is not None:
        info["name"] = customer
    return info


def job_summary(job: Job) -> dict[str, Any]:
    """Return what a ``job_update`` tells of a job."""
    return {
        "id": job.id,
        "status": job.status.value,
        "progress": whole_percent(job.progress),
        "job_name": job.job_name,
        "file_name": job.filename,
        "printer_id": job.printer_id,
    }


def whole_percent(progress: float | None) -> int | None:
    """Return a progress as clients read it that count in whole percent.

    Those refuse a message with a fraction; and 99.9 is not the end.
    """
    return None if progress is None else int(progress)


def iso(time: datetime | None) -> str | None:
    """Return ISO 8601 with offset."""
    return time.isoformat() if time is not None else None


def _stored_iso(value: int) -> str:
    """Return ISO 8601 with offset of a time as it is stored."""
    return moment(value).isoformat()
