"""Jobs as the values of a row, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import json
import math
from operator import attrgetter
from typing import Any
import unicodedata

from ..core.frozen import frozen
from ..core.jobs import Job, JobStatus, OutcomeSource
from ..core.names import MAX_NAME, UNNAMED

type Value = str | int | float | bool | None
type Values = dict[str, Value]

JOB_FIELDS = tuple(field.name for field in fields(Job))
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What has not ended comes after everything that has.
NOT_ENDED = 2**62
_LARGEST = 2**62
# PostgreSQL takes no more in one entry of an index.
_LONGEST_SORT_KEY = 120


@frozen(kw_only=True)
class Stored:
    """A job with what only the history knows of it; ``seq`` 0 before it is stored."""

    job: Job
    seq: int = 0
    version: int = 1
    open_slot: str | None = None
    detached: bool = False
    name_edited: bool = False
    file_edited: bool = False


STORED_FIELDS = (
    "seq",
    "version",
    "open_slot",
    "detached",
    "name_edited",
    "file_edited",
)


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Return the point in time that so many microseconds since 1970 mean."""
    return _EPOCH + value * _MICROSECOND


def storable(text: str) -> str:
    """Return the text with what no database takes replaced: halves of characters."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def folded(text: str) -> str:
    """Return what has to be contained for a search to find it."""
    return unicodedata.normalize("NFC", storable(text)).casefold()


def name_key(name: str) -> str:
    """Return what names are ordered by: without regard to case and accents."""
    if not name.isascii():
        apart = unicodedata.normalize("NFKD", storable(name))
        name = "".join(char for char in apart if not unicodedata.combining(char))
    return name.casefold()[:_LONGEST_SORT_KEY]


def _kept_float(value: float) -> float | None:
    """Return a number that every database takes, or None."""
    return float(value) if math.isfinite(value) else None


def _kept_int(value: int) -> int:
    """Return a whole number that fits into a column."""
    return max(-_LARGEST, min(int(value), _LARGEST))


def _kept_name(value: str) -> str:
    """Return a job's name, which is never empty."""
    return storable(value)[:MAX_NAME] or UNNAMED


def _kept_mapping(value: Mapping[str, Any]) -> str | None:
    """Return the further keys as text."""
    return json.dumps(value, ensure_ascii=True) if value else None


def _mapping(text: str) -> dict[str, Any] | None:
    """Return the further keys that were kept, or None."""
    value = json.loads(text)
    return value if isinstance(value, dict) and value else None


def _member_value(value: StrEnum) -> str:
    """Return a member's plain text: not every driver knows an enumeration."""
    return value.value


type _Convert = Callable[[Any], Any]
_TIME: tuple[_Convert, _Convert] = (micros, moment)
_TEXT: tuple[_Convert, _Convert | None] = (storable, None)
_FLOAT: tuple[_Convert, _Convert] = (_kept_float, float)
_INT: tuple[_Convert, _Convert] = (_kept_int, int)
_BOOL: tuple[_Convert, _Convert] = (bool, bool)
# How each field is written and read; None fields are None both ways.
_CONVERSIONS: dict[str, tuple[_Convert, _Convert | None]] = {
    "id": _TEXT,
    "printer_id": _TEXT,
    "printer_type": _TEXT,
    "job_name": (_kept_name, None),
    "status": (_member_value, JobStatus),
    "created_at": _TIME,
    "updated_at": _TIME,
    "filename": _TEXT,
    "outcome_source": (_member_value, OutcomeSource),
    "start_time": _TIME,
    "end_time": _TIME,
    "estimated_duration": _INT,
    "actual_duration": _INT,
    "progress": _FLOAT,
    "material_used": _FLOAT,
    "material_cost": _FLOAT,
    "power_cost": _FLOAT,
    "is_business": _BOOL,
    "customer_name": _TEXT,
    "order_id": _TEXT,
    "notes": _TEXT,
    "auto_created": _BOOL,
    "discovery_time": _TIME,
    "printer_start_time": _TIME,
    "discovered_on_startup": _BOOL,
    "discovered_afterwards": _BOOL,
    "details": (_kept_mapping, _mapping),
    "print_key": _TEXT,
    "print_id": _TEXT,
    "elapsed_s": _FLOAT,
}
_WRITE = tuple(_CONVERSIONS[name][0] for name in JOB_FIELDS)
_READ = tuple(
    (place, read)
    for place, name in enumerate(JOB_FIELDS)
    if (read := _CONVERSIONS[name][1]) is not None
)
_all_fields = attrgetter(*JOB_FIELDS)


def job_values(job: Job) -> Values:
    """Return the job's own columns."""
    return {
        name: None if value is None else write(value)
        for name, write, value in zip(JOB_FIELDS, _WRITE, _all_fields(job), strict=True)
    }


def changed_fields(old: Job, new: Job) -> list[str]:
    """Return the names of the fields that differ."""
    return [
        name
        for name, before, after in zip(
            JOB_FIELDS, _all_fields(old), _all_fields(new), strict=True
        )
        if before != after
    ]


def own_values(stored: Stored) -> Values:
    """Return what only the history knows of a job, but the number of its row."""
    return {name: getattr(stored, name) for name in STORED_FIELDS[1:]}


def derived_values(job: Job) -> Values:
    """Return the columns that lists are ordered by and searched in."""
    return {
        "start_sort": micros(job.start_time or job.created_at),
        "end_sort": NOT_ENDED if job.end_time is None else micros(job.end_time),
        "name_sort": name_key(_kept_name(job.job_name)),
        "search_text": folded(f"{job.job_name}\n{job.filename or ''}"),
    }


def row_values(stored: Stored) -> Values:
    """Return all columns of a row but its number."""
    job = stored.job
    return job_values(job) | own_values(stored) | derived_values(job)


def job_from(values: Mapping[str, Any]) -> Job:
    """Build a job from its columns by name; columns that are not known are left."""
    return job_from_row([values.get(name) for name in JOB_FIELDS])


def job_from_row(row: Sequence[Any]) -> Job:
    """Build a job from its columns in the order of JOB_FIELDS; more may follow."""
    values = list(row)
    for place, read in _READ:
        value = values[place]
        if value is not None:
            values[place] = read(value)
    return Job(**dict(zip(JOB_FIELDS, values, strict=False)))


def stored_from_row(row: Sequence[Any]) -> Stored:
    """Build a stored job from JOB_FIELDS and STORED_FIELDS in their order."""
    seq, version, open_slot, *flags = row[len(JOB_FIELDS) :]
    detached, name_edited, file_edited = map(bool, flags)
    return Stored(
        job=job_from_row(row),
        seq=seq,
        version=version,
        open_slot=open_slot,
        detached=detached,
        name_edited=name_edited,
        file_edited=file_edited,
    )


def to_json(values: Mapping[str, Any]) -> str:
    """Return columns, or a mark, as JSON text that every database takes."""
    return _ENCODER.encode(values)


def from_json(text: str) -> dict[str, Any] | None:
    """Return the mapping that JSON text holds, or None."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
