"""What clients may do with jobs, over HTTP and over Home Assistant's socket alike."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from typing import Any

import orjson

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import CONF_PRINTER_TYPE
from ..core.jobs import ENDED_STATUSES, OPEN_STATUSES, Job, JobStatus
from ..database import (
    MAX_NOTES,
    DatabaseError,
    Edited,
    JobFilter,
    NewJob,
    OrderBy,
    VersionedJob,
    Wanted,
)
from ..database.codec import JOB_FIELDS, job_from_row
from ..database.sql import Row
from ..models import runtime
from ..settings import entry_printer_id, printer_entries
from .columns import columns, demand_customer, demand_room
from .encoding import encode
from .errors import (
    ApiError,
    InvalidRequest,
    bad_request,
    edit_conflict,
    forbidden,
    printer_not_found,
)
from .schemas import DEFAULT_LIMIT, Direction
from .serializers import job_to_json, row_to_json

_STATUS, _DETAILS = map(JOB_FIELDS.index, ("status", "details"))


# -- reading -------------------------------------------------------------------------


async def list_jobs(hass: HomeAssistant, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of jobs; raises DatabaseError and ApiError."""
    page, limit = given.get("page", 1), given.get("limit", DEFAULT_LIMIT)
    wanted = Wanted(
        jobs=filter_of(given),
        **order_of(given),
        limit=limit,
        offset=(page - 1) * limit,
    )
    found = await runtime(hass).database.page_of(wanted, _listed)
    jobs = [
        orjson.Fragment(encode(live_json(hass, job))) if isinstance(job, Job) else job
        for job in found.jobs
    ]
    return {"jobs": jobs, **pagination(found.total, page, limit)}


def _listed(row: Row) -> Job | orjson.Fragment:
    """Return a job as JSON text, unless it is live or may hold what is not plain."""
    if row[_STATUS] in OPEN_STATUSES or row[_DETAILS] is not None:
        return job_from_row(row)
    return orjson.Fragment(orjson.dumps(row_to_json(row)))


def pagination(total: int, page: int, limit: int) -> dict[str, Any]:
    """Return how a list of so many goes on."""
    return {
        "total_count": total,
        "pagination": {
            "page": page,
            "limit": limit,
            "total_items": total,
            "total_pages": max(1, -(-total // limit)),
        },
    }


def filter_of(given: Mapping[str, Any]) -> JobFilter:
    """Return which jobs are meant."""
    statuses = {given[name] for name in ("status", "job_status") if name in given}
    return JobFilter(
        printer_id=given.get("printer_id"),
        status=next(iter(statuses), None),
        is_business=given.get("is_business"),
        auto_created=given.get("auto_created"),
        start=given.get("start_date"),
        end=given.get("end_date"),
        q=given.get("q"),
        # No job has two statuses, nor this id.
        job_id="" if len(statuses) > 1 else given.get("job_id"),
    )


def order_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a list is ordered; newest first where nothing is said."""
    return {
        "order_by": given.get("order_by", OrderBy.CREATED_AT),
        "descending": given.get("order_dir", Direction.DESC) is Direction.DESC,
    }


async def get_job(hass: HomeAssistant, job_id: str) -> VersionedJob:
    """Return a job as it stands on disk; raises DatabaseError."""
    return await runtime(hass).database.versioned_job(job_id)


def live_json(hass: HomeAssistant, job: Job) -> dict[str, Any]:
    """Return a job with the progress that its print has right now."""
    return job_to_json(runtime(hass).manager.overlay(job))


# -- changing ------------------------------------------------------------------------


async def create_job(hass: HomeAssistant, given: Mapping[str, Any]) -> Edited:
    """Add a job that waits for its print; raises ApiError and DatabaseError."""
    values = columns(given)
    entry = printer_entry(hass, values["printer_id"])
    values["printer_type"] = entry.data[CONF_PRINTER_TYPE]
    details = values.pop("details", None) or {}
    values["details"] = {k: v for k, v in details.items() if v is not None} or None
    demand_customer(values.get("is_business", False), values.get("customer_name"))
    data = runtime(hass)
    wanted = NewJob(**values)
    return await _carried_out(hass, data.database.create(wanted, data.manager.new_id()))


async def update_job(
    hass: HomeAssistant,
    job_id: str,
    given: Mapping[str, Any],
    versions: Collection[int] | None = None,
) -> Edited:
    """Change a job; raises ApiError and DatabaseError."""
    data = runtime(hass)
    changes: Any = columns(given)
    if_match = await _one_version(hass, job_id, versions)
    if "printer_id" in changes:
        await _move(hass, job_id, changes)

    def check(_before: Job, after: Job) -> None:
        """Refuse a business job without a customer, and a job that grows and grows."""
        demand_customer(after.is_business, after.customer_name)
        demand_room(after.details)

    return await _carried_out(
        hass, data.database.update(job_id, changes, if_match=if_match, check=check)
    )


async def set_status(
    hass: HomeAssistant,
    job_id: str,
    given: Mapping[str, Any],
    versions: Collection[int] | None = None,
    *,
    is_admin: bool,
) -> Edited:
    """Set a job's status by hand; raises ApiError and DatabaseError."""
    force = given.get("force", False)
    if force and not is_admin:
        raise forbidden("force is for administrators")
    data = runtime(hass)
    if_match = await _one_version(hass, job_id, versions)
    note = (given.get("completion_notes") or "").strip()
    if note:
        note = f"[{dt_util.now().isoformat(timespec='seconds')}] {note}"

    def check(_before: Job, after: Job) -> None:
        """Refuse a note for which there is no room."""
        if note not in (after.notes or ""):
            raise InvalidRequest(
                f"completion_notes must fit into notes of {MAX_NOTES} characters"
            )

    change = data.database.set_status(
        job_id, given["status"], note=note, force=force, if_match=if_match, check=check
    )
    return await _carried_out(hass, change)


async def cancel_job(
    hass: HomeAssistant, job_id: str, versions: Collection[int] | None = None
) -> Edited:
    """Record that a job was cancelled; raises ApiError and DatabaseError."""
    data = runtime(hass)
    if_match = await _one_version(hass, job_id, versions)

    def check(before: Job, _after: Job) -> None:
        """Refuse to cancel what has ended."""
        if before.status in ENDED_STATUSES:
            raise bad_request(
                "job_ended", f"The job cannot be cancelled: it is {before.status}"
            )

    return await _carried_out(
        hass,
        data.database.update(
            job_id, {"status": JobStatus.CANCELLED}, if_match=if_match, check=check
        ),
    )


async def delete_job(
    hass: HomeAssistant,
    job_id: str,
    versions: Collection[int] | None = None,
    *,
    force: bool = False,
) -> None:
    """Remove a job; raises ApiError and DatabaseError."""
    data = runtime(hass)
    if_match = await _one_version(hass, job_id, versions)
    await _carried_out(
        hass, data.database.delete(job_id, force=force, if_match=if_match)
    )


def printer_entry(hass: HomeAssistant, printer_id: str) -> ConfigEntry:
    """Return the entry of a printer; raises ApiError."""
    for entry in printer_entries(hass):
        if entry_printer_id(entry) == printer_id:
            return entry
    raise printer_not_found()


# -- parts ---------------------------------------------------------------------------


async def _carried_out(hass: HomeAssistant, change: Awaitable[Edited]) -> Edited:
    """Carry out a change to its end, even where the client does not wait for it.

    A handler whose client leaves is cancelled: what is on disk by then has to be told
    to the session of the print and to everybody who listens.
    """

    async def carry_out() -> Edited | ApiError | DatabaseError:
        """Return what is to be raised, where nobody may be there to take it."""
        try:
            return await runtime(hass).manager.edit(change)
        except (ApiError, DatabaseError) as error:
            return error

    task = hass.async_create_task(carry_out(), "printernizer edit")
    result = await asyncio.shield(task)
    if isinstance(result, Exception):
        raise result
    return result


async def _move(hass: HomeAssistant, job_id: str, changes: dict[str, Any]) -> None:
    """Complete a change of printer; naming the printer that it has changes nothing."""
    current = (await get_job(hass, job_id)).job
    if changes["printer_id"] == current.printer_id:
        del changes["printer_id"]
        return
    entry = printer_entry(hass, changes["printer_id"])
    changes["printer_type"] = entry.data[CONF_PRINTER_TYPE]


async def _one_version(
    hass: HomeAssistant, job_id: str, versions: Collection[int] | None
) -> int | None:
    """Return the one version that the job may have for a change."""
    if versions is None:
        return None
    if len(versions) == 1:
        return next(iter(versions))
    current = (await get_job(hass, job_id)).version
    if current not in versions:
        raise edit_conflict()
    return current
