"""Sessions and marks as JSON, for Home Assistant's Store and the database.

Reading is tolerant: what is missing, damaged or of a newer kind is left out, and
the rest is used.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .jobs import JobStatus
from .json_values import (
    apart,
    as_flag,
    as_member,
    as_moment,
    as_number,
    as_text,
    as_time,
    time_to_json,
)
from .record_codec import row_from_dict, row_to_dict
from .session import (
    MAX_KEYS,
    EndedPrint,
    EndState,
    Live,
    Mark,
    Moment,
    Session,
    Verdict,
)
from .settling_codec import settling_from_dict, settling_to_dict
from .snapshot import FileCounters, Outcome
from .transitions import Print

type Json = dict[str, Any]


def session_to_dict(
    session: Session, before: Session | None = None, written: Json | None = None
) -> Json:
    """Return a session as JSON.

    What is still the same as ``before`` is taken over from what that was ``written``
    as: most of it, from one minute of a print to the next.
    """
    looked_at = session.looked_at
    data: Json = {
        "verdict": session.verdict,
        "job_id": session.job_id,
        "looked_at": time_to_json(looked_at.utc) if looked_at else None,
    }
    for name, to_dict in _PARTS.items():
        part = getattr(session, name)
        if written is not None and part is getattr(before, name):
            data[name] = written[name]
        else:
            data[name] = None if part is None else to_dict(part)
    return data


def session_from_dict(data: object, now: Moment) -> Session:
    """Return the remembered session as one that has a gap behind it."""
    if not isinstance(data, Mapping):
        return Session()
    looked_at = as_moment(data.get("looked_at"), now, now)
    # What is still to come was noted by a clock that was ahead, and seen by then.
    latest = looked_at or now
    current = _print_from_dict(data.get("current"))
    live = _live_from_dict(data.get("live"), now, latest)
    whole = current is not None and live is not None
    return Session(
        current=current if whole else None,
        verdict=as_member(Verdict, data.get("verdict")) or Verdict.RECORDED,
        live=live if whole else None,
        job_id=as_text(data.get("job_id")) if whole else None,
        settling=None
        if whole
        else settling_from_dict(data.get("settling"), now, latest),
        last=_ended_from_dict(data.get("last"), now, latest),
        mark=mark_from_dict(data.get("mark"), now, latest),
        looked_at=looked_at,
        gap=True,
    )


def mark_to_dict(mark: Mark) -> Json:
    """Return a mark as JSON."""
    return {
        "since": time_to_json(mark.since),
        "ends": dict(mark.ends),
        "files": {
            path: {
                "filename": seen.filename,
                "success": seen.success,
                "failure": seen.failure,
                "last_end": time_to_json(seen.last_end),
                "last_success": seen.last_success,
                "last_duration_s": seen.last_duration_s,
                "ended_at": time_to_json(seen.ended_at),
            }
            for path, seen in mark.files.items()
        },
        "owed": {
            path: [_ended_to_dict(one) for one in prints]
            for path, prints in mark.owed.items()
        },
        "end_state": {
            "print_id": mark.end_state.print_id,
            "name": mark.end_state.name,
            "elapsed_s": mark.end_state.elapsed_s,
            "outcome": mark.end_state.outcome,
            "progress": mark.end_state.progress,
        }
        if mark.end_state
        else None,
        "keys": list(mark.keys),
        "borrowed": mark.borrowed,
        "counted_key": mark.counted_key,
        "lost_key": mark.lost_key,
        "idle_key": mark.idle_key,
        "counted_end_key": mark.counted_end_key,
        "changes": mark.changes,
    }


def mark_from_dict(data: object, now: Moment, latest: Moment | None = None) -> Mark:
    """Return the mark that was remembered."""
    if not isinstance(data, Mapping):
        return Mark()
    state = data.get("end_state")
    return Mark(
        since=as_time(data.get("since")),
        ends=_counts(data.get("ends")),
        files=_files(data.get("files")),
        owed=_owed_from_dict(data.get("owed"), now, latest or now),
        end_state=EndState(
            print_id=as_text(state.get("print_id")),
            name=as_text(state.get("name")) or "",
            elapsed_s=as_number(state.get("elapsed_s")),
            outcome=as_member(Outcome, state.get("outcome")),
            progress=as_number(state.get("progress")),
        )
        if isinstance(state, Mapping)
        else None,
        keys=_keys(data.get("keys")),
        borrowed=data.get("borrowed") is True,
        counted_key=as_text(data.get("counted_key")),
        lost_key=as_text(data.get("lost_key")),
        idle_key=as_text(data.get("idle_key")),
        counted_end_key=as_text(data.get("counted_end_key")),
        changes=int(as_number(data.get("changes")) or 0),
    )


def _print_to_dict(known: Print) -> Json:
    return {
        "key": known.key,
        "discovered_at": time_to_json(known.discovered_at),
        "print_id": known.print_id,
        "filename": known.filename,
        "title": known.title,
        "start_time": time_to_json(known.start_time),
        "on_startup": known.on_startup,
        "afterwards": known.afterwards,
        "estimated_s": known.estimated_s,
    }


def _print_from_dict(data: object) -> Print | None:
    if not isinstance(data, Mapping):
        return None
    key = as_text(data.get("key"))
    discovered_at = as_time(data.get("discovered_at"))
    if key is None or discovered_at is None:
        return None
    return Print(
        key=key,
        discovered_at=discovered_at,
        print_id=as_text(data.get("print_id")),
        filename=as_text(data.get("filename")),
        title=as_text(data.get("title")),
        start_time=as_time(data.get("start_time")),
        on_startup=data.get("on_startup") is True,
        afterwards=data.get("afterwards") is True,
        estimated_s=as_number(data.get("estimated_s")),
    )


def _live_to_dict(live: Live) -> Json:
    return {
        "seen_at": time_to_json(live.seen_at.utc),
        "paused": live.paused,
        "progress": live.progress,
        "elapsed_s": live.elapsed_s,
        "remaining_s": live.remaining_s,
        "cancelling": live.cancelling,
        "start_proved": live.start_proved,
        "material_g": live.material_g,
        "row": row_to_dict(live.row) if live.row else None,
        "provisional": live.provisional,
        # Whatever was over when it was seen is over for good.
        "late_s": max(live.late_until - live.seen_at.monotonic, -1.0),
        "age_s": live.age_s,
        "found": live.found,
    }


def _live_from_dict(data: object, now: Moment, latest: Moment) -> Live | None:
    if not isinstance(data, Mapping):
        return None
    seen_at = as_moment(data.get("seen_at"), now, latest)
    if seen_at is None:
        return None
    return Live(
        seen_at=seen_at,
        paused=data.get("paused") is True,
        progress=as_number(data.get("progress")),
        elapsed_s=as_number(data.get("elapsed_s")),
        remaining_s=as_number(data.get("remaining_s")),
        cancelling=data.get("cancelling") is True,
        start_proved=data.get("start_proved") is True,
        material_g=as_number(data.get("material_g")),
        row=row_from_dict(data.get("row")),
        provisional=data.get("provisional") is True,
        late_until=seen_at.monotonic + (as_number(data.get("late_s")) or 0),
        age_s=as_number(data.get("age_s")) or 0.0,
        found=data.get("found") is True,
    )


def _ended_to_dict(ended: EndedPrint) -> Json:
    return {
        "print": _print_to_dict(ended.print),
        "verdict": ended.verdict,
        "status": ended.status,
        "ended_at": time_to_json(ended.ended_at.utc),
        "inferred": ended.inferred,
        "seen_end": ended.seen_end,
        "announced": ended.announced,
        "counted": ended.counted,
        "resumable": ended.resumable,
        "idle": ended.idle,
        "live": _live_to_dict(ended.live),
    }


def _ended_from_dict(data: object, now: Moment, latest: Moment) -> EndedPrint | None:
    if not isinstance(data, Mapping):
        return None
    known = _print_from_dict(data.get("print"))
    status = as_member(JobStatus, data.get("status"))
    ended_at = as_moment(data.get("ended_at"), now, latest)
    live = _live_from_dict(data.get("live"), now, latest)
    if known is None or status is None or ended_at is None or live is None:
        return None
    return EndedPrint(
        print=known,
        verdict=as_member(Verdict, data.get("verdict")) or Verdict.RECORDED,
        status=status,
        ended_at=ended_at,
        inferred=data.get("inferred") is True,
        seen_end=data.get("seen_end") is True,
        live=live,
        announced=data.get("announced") is True,
        counted=data.get("counted") is True,
        resumable=data.get("resumable") is True,
        idle=data.get("idle") is True,
    )


def _keys(data: object) -> tuple[str, ...]:
    if not isinstance(data, list):
        return ()
    return tuple(key for key in data if isinstance(key, str))[-MAX_KEYS:]


def _owed_from_dict(
    data: object, now: Moment, latest: Moment
) -> dict[str, tuple[EndedPrint, ...]]:
    if not isinstance(data, Mapping):
        return {}
    owed = {
        path: tuple(
            filter(None, (_ended_from_dict(each, now, latest) for each in value))
        )
        for path, value in data.items()
        if isinstance(path, str) and isinstance(value, list)
    }
    return {path: prints for path, prints in owed.items() if prints}


def _files(data: object) -> dict[str, FileCounters]:
    if not isinstance(data, Mapping):
        return {}
    return {
        path: FileCounters(
            filename=as_text(seen.get("filename")) or path,
            success=int(as_number(seen.get("success")) or 0),
            failure=int(as_number(seen.get("failure")) or 0),
            last_end=as_time(seen.get("last_end")),
            last_success=as_flag(seen.get("last_success")),
            last_duration_s=as_number(seen.get("last_duration_s")),
            ahead=apart(as_time(seen.get("last_end")), as_time(seen.get("ended_at"))),
        )
        for path, seen in data.items()
        if isinstance(path, str) and isinstance(seen, Mapping)
    }


def _counts(data: object) -> dict[str, int]:
    if not isinstance(data, Mapping):
        return {}
    return {
        key: int(count)
        for key, count in data.items()
        if isinstance(key, str) and as_number(count) is not None
    }


_PARTS: dict[str, Callable[[Any], Json]] = {
    "current": _print_to_dict,
    "live": _live_to_dict,
    "settling": settling_to_dict,
    "last": _ended_to_dict,
    "mark": mark_to_dict,
}
