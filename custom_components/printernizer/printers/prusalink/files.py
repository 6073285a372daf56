"""Which file a job prints: ``/api/v1/job``, and the older ``/api/job``."""

from collections.abc import Mapping
from typing import Any

from ...core.frozen import frozen
from ..parsing import as_float, as_int, as_mapping, as_text
from .parser import MAX_DURATION_S, MAX_ID

MAX_GRAMS = 1_000_000


@frozen(kw_only=True)
class JobFile:
    """A job's file, with what its slicer foresaw.

    ``path`` is a folder of the printer and the long name in it, ``estimated_s`` the
    duration in seconds, and ``filament_g`` what the whole print takes, in grams.
    """

    path: str
    estimated_s: float | None = None
    filament_g: float | None = None


def parse_job(answer: Mapping[str, Any], job_id: str) -> JobFile | None:
    """Return the file in ``/api/v1/job``, None where it is not this job's.

    Buddy's ``path`` is the folder, its ``name`` a short one as of FAT, and
    ``display_name`` the long one; MK3's ``path`` is that of the file itself.
    """
    if _as_id(answer.get("id")) != job_id:
        return None
    file = as_mapping(answer.get("file"))
    short, long = as_text(file.get("name")), as_text(file.get("display_name"))
    folder = as_text(file.get("path")) or ""
    if folder.rpartition("/")[2] in (short, long):
        folder = folder.rpartition("/")[0]
    name = long or short
    if name is None:
        return None
    meta = as_mapping(file.get("meta"))
    return JobFile(
        path=f"{folder.rstrip('/')}/{name}",
        estimated_s=as_float(meta.get("estimated_print_time"), 1, MAX_DURATION_S),
        filament_g=as_float(meta.get("filament used [g]"), 0, MAX_GRAMS) or None,
    )


def parse_legacy_job(answer: Mapping[str, Any]) -> JobFile | None:
    """Return the file in ``/api/job``, which does not tell the job's id.

    Buddy's ``path`` ends in the short name; ``display`` is the long one on both.
    """
    file = as_mapping(as_mapping(answer.get("job")).get("file"))
    name = as_text(file.get("display")) or as_text(file.get("name"))
    if name is None:
        return None
    folder = (as_text(file.get("path")) or "").rpartition("/")[0]
    return JobFile(path=f"{folder}/{name}")


def _as_id(value: object) -> str | None:
    """Return a job's id as a text."""
    number = as_int(value, 0, MAX_ID)
    return None if number is None else str(number)
