"""Jobs as the values of a row, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
import json
import math
from typing import Any
import unicodedata

from ..core.jobs import Job, JobStatus, OutcomeSource
from ..core.names import MAX_NAME, UNNAMED

type Value = str | int | float | bool | None
type Values = dict[str, Value]

JOB_FIELDS = tuple(field.name for field in fields(Job))
_TIMES = frozenset(
    {
        "created_at",
        "updated_at",
        "start_time",
        "end_time",
        "discovery_time",
        "printer_start_time",
    }
)
_BOOLEANS = frozenset(
    {"is_business", "auto_created", "discovered_on_startup", "discovered_afterwards"}
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What has not ended comes after everything that has.
NOT_ENDED = 2**62
_LARGEST = 2**62
# PostgreSQL takes no more in one entry of an index.
_LONGEST_SORT_KEY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
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
    return _EPOCH + timedelta(microseconds=value)


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


def _encoded(name: str, value: Any) -> Value:
    """Return the value of one field as the database keeps it."""
    match value:
        case None | bool():
            return value
        case str():
            return storable(value)
        case datetime():
            return micros(value)
        case int():
            return max(-_LARGEST, min(value, _LARGEST))
        case float():
            return value if math.isfinite(value) else None
        case _:
            assert name == "details"
            return storable(json.dumps(value, ensure_ascii=False)) if value else None


def job_values(job: Job) -> Values:
    """Return the job's own columns."""
    values = {name: _encoded(name, getattr(job, name)) for name in JOB_FIELDS}
    values["job_name"] = storable(job.job_name)[:MAX_NAME] or UNNAMED
    return values


def row_values(stored: Stored) -> Values:
    """Return all columns of a row but its number."""
    job = stored.job
    values = job_values(job)
    values |= {name: getattr(stored, name) for name in STORED_FIELDS[1:]}
    began = job.start_time or job.created_at
    values["start_sort"] = micros(began)
    values["end_sort"] = NOT_ENDED if job.end_time is None else micros(job.end_time)
    values["name_sort"] = name_key(job.job_name)
    values["search_text"] = folded(f"{job.job_name}\n{job.filename or ''}")
    return values


def _details(text: Any) -> dict[str, Any] | None:
    """Return the further keys that were kept, or None."""
    if not text:
        return None
    value = json.loads(text)
    return value if isinstance(value, dict) and value else None


def job_from(values: Mapping[str, Any]) -> Job:
    """Build a job from its columns by name; unknown columns are passed over."""
    known = {name: values[name] for name in JOB_FIELDS if name in values}
    return _built(known)


def job_from_row(row: Sequence[Any]) -> Job:
    """Build a job from its columns in the order of JOB_FIELDS."""
    return _built(dict(zip(JOB_FIELDS, row, strict=False)))


def _built(values: dict[str, Any]) -> Job:
    """Turn columns into what the fields hold."""
    for name in _TIMES:
        value = values.get(name)
        if value is not None:
            values[name] = moment(value)
    for name in _BOOLEANS:
        values[name] = bool(values.get(name))
    values["status"] = JobStatus(values["status"])
    source = values.get("outcome_source")
    values["outcome_source"] = OutcomeSource(source) if source else None
    values["details"] = _details(values.get("details"))
    return Job(**values)


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
    return json.dumps(values, ensure_ascii=True, separators=(",", ":"))


def from_json(text: str) -> dict[str, Any] | None:
    """Return the mapping that JSON text holds, or None."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
