"""A session in which nothing is at its default, and a restart of Home Assistant."""

from dataclasses import replace
import json

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import (
    NEW_SESSION,
    EndedPrint,
    EndState,
    Live,
    Mark,
    Moment,
    Session,
    Settling,
    Verdict,
)
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PastPrint,
    Snapshot,
)
from custom_components.printernizer.core.transitions import Print

from .watching import utc

# Home Assistant was stopped at 100 s of the story and 1100 s of uptime, and is up
# again at 160 s of the story and 5 s of uptime.
STOPPED = Moment(utc(100), 1100.0)
BACK = Moment(utc(160), 5.0)
UPTIME_LOST_S = 1155.0


def seen(at: float) -> Moment:
    """Return when something was seen before the restart."""
    return Moment(utc(at), 1000.0 + at)


def as_seen_after(before: Moment) -> Moment:
    """Return the same moment on the clock that the restart began."""
    return replace(before, monotonic=before.monotonic - UPTIME_LOST_S)


KNOWN = Print(
    key="7#0@1",
    discovered_at=utc(30),
    print_id="7",
    filename="a.gcode",
    title="A",
    start_time=utc(10),
    on_startup=True,
    afterwards=True,
    estimated_s=600.0,
)
LIVE = Live(
    seen_at=seen(90),
    paused=True,
    progress=40.0,
    elapsed_s=80.0,
    remaining_s=120.0,
    cancelling=True,
    start_proved=True,
    material_g=2.5,
    row=PastPrint(
        print_id="7",
        filename="a.gcode",
        start_time=utc(10),
        end_time=utc(85),
        ended=True,
        outcome=Outcome.FAILED,
        reason="Jam",
        material_g=2.0,
    ),
    provisional=True,
    late_until=1120.0,
    age_s=80.0,
    found=True,
)
LAST = EndedPrint(
    print=replace(KNOWN, key="6#0@0", print_id="6"),
    verdict=Verdict.OFF,
    status=JobStatus.CANCELLED,
    ended_at=seen(20),
    inferred=True,
    seen_end=True,
    live=replace(LIVE, seen_at=seen(15)),
    announced=True,
    counted=True,
    resumable=True,
    idle=True,
)
MARK = Mark(
    since=utc(-10),
    ends={"6": 2, "7": 0},
    files={
        "a.gcode": FileCounters(
            filename="A.gcode",
            success=3,
            failure=1,
            last_end=utc(-5),
            last_success=True,
            last_duration_s=12.5,
        )
    },
    owed={"b.gcode": (replace(LAST, status=JobStatus.UNKNOWN), LAST)},
    end_state=EndState(
        print_id="6",
        name="a",
        elapsed_s=70.0,
        outcome=Outcome.FAILED,
        progress=99.0,
    ),
    keys=("6#0@0", "7#0@1"),
    borrowed=True,
    counted_key="7#0@1",
    lost_key="6#0@0",
    idle_key="6#0@0",
    counted_end_key="6#0@0",
    changes=5,
)
SETTLING = Settling(
    since=seen(95),
    deadline=1115.0,
    snapshot=Snapshot(
        activity=Activity.PREPARING,
        progress=1.0,
        elapsed_s=2.0,
        remaining_s=3.0,
        estimated_s=4.0,
        material_g=5.0,
        print_id="8",
        filename="b.gcode",
        title="B",
        cancelling=True,
        system=True,
        tentative=True,
        late_identity=True,
        id_may_change=True,
    ),
    on_startup=True,
    start_time=utc(94),
    ran=True,
    anew=True,
    unbroken=True,
)
PRINTING = Session(
    current=KNOWN,
    verdict=Verdict.IGNORED,
    live=LIVE,
    job_id="01",
    last=LAST,
    mark=MARK,
    looked=True,
    looked_at=seen(90),
    gap=False,
)
WAITING = replace(
    NEW_SESSION, settling=SETTLING, mark=MARK, looked=True, looked_at=seen(99)
)


def restarted(session: Session) -> Session:
    """Return what is left of a session after a restart."""
    stored = json.loads(json.dumps(session_to_dict(session), allow_nan=False))
    return session_from_dict(stored, BACK)


def live_after(live: Live) -> Live:
    """Return what a print showed, on the clock of after the restart."""
    until = live.late_until - UPTIME_LOST_S
    return replace(live, seen_at=as_seen_after(live.seen_at), late_until=until)


def mark_after(mark: Mark) -> Mark:
    """Return what has been judged, on the clock of after the restart."""
    owed = {path: tuple(map(ended_after, mark.owed[path])) for path in mark.owed}
    return replace(mark, owed=owed)


def ended_after(ended: EndedPrint) -> EndedPrint:
    """Return the print before, on the clock of after the restart."""
    return replace(
        ended, ended_at=as_seen_after(ended.ended_at), live=live_after(ended.live)
    )
