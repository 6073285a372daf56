"""A print whose name or id is still awaited, as JSON.

It is worth keeping: where its end comes during a restart, nothing else shows that it
ever was.
"""

from collections.abc import Mapping
from math import inf
from typing import Any

from .json_values import as_member, as_moment, as_number, as_text, as_time, time_to_json
from .session import Moment, Settling
from .snapshot import Activity, Snapshot

_NUMBERS = ("progress", "elapsed_s", "remaining_s", "estimated_s", "material_g")
_TEXTS = ("print_id", "filename", "title")
_FLAGS = ("cancelling", "system", "tentative", "late_identity", "id_may_change")


def settling_to_dict(settling: Settling) -> dict[str, Any]:
    """Return a print that settles as JSON."""
    snapshot = settling.snapshot
    wait_s = settling.deadline - settling.since.monotonic
    return {
        "since": time_to_json(settling.since.utc),
        "wait_s": None if wait_s == inf else wait_s,
        "on_startup": settling.on_startup,
        "start_time": time_to_json(settling.start_time),
        "ran": settling.ran,
        "anew": settling.anew,
        "unbroken": settling.unbroken,
        "activity": snapshot.activity,
        **{name: getattr(snapshot, name) for name in (*_NUMBERS, *_TEXTS, *_FLAGS)},
    }


def settling_from_dict(data: object, now: Moment, latest: Moment) -> Settling | None:
    """Return the print that settled, None where that is damaged."""
    if not isinstance(data, Mapping):
        return None
    since = as_moment(data.get("since"), now, latest)
    activity = as_member(Activity, data.get("activity"))
    if since is None or activity is None:
        return None
    wait_s = as_number(data.get("wait_s"))
    told: dict[str, Any] = {name: as_number(data.get(name)) for name in _NUMBERS}
    told |= {name: as_text(data.get(name)) for name in _TEXTS}
    told |= {name: data.get(name) is True for name in _FLAGS}
    return Settling(
        since=since,
        deadline=inf if wait_s is None else since.monotonic + wait_s,
        snapshot=Snapshot(activity=activity, **told),
        on_startup=data.get("on_startup") is True,
        start_time=as_time(data.get("start_time")),
        ran=data.get("ran") is True,
        anew=data.get("anew") is True,
        unbroken=data.get("unbroken") is True,
    )
