"""How one print is told from another: the comparisons behind S3 to S5 and C5."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.printernizer.core.end_states import why_other_end
from custom_components.printernizer.core.identity import (
    fell,
    is_comparable,
    is_provisional,
    lost_pace,
    own_readings,
    same_name,
)
from custom_components.printernizer.core.session import NO_MARK, Live, Moment, Session
from custom_components.printernizer.core.snapshot import (
    NO_TELEMETRY,
    Activity,
    Snapshot,
    Telemetry,
)
from custom_components.printernizer.core.staying import why_other
from custom_components.printernizer.core.transitions import Print

from .watching import utc

NOW = Moment(utc(100), 1100.0)
KNOWN = Print(key="k", discovered_at=utc(0), filename="a.gcode")
WITH_ID = replace(KNOWN, print_id="1", title="A")


def live(seen_at: float = 70, **fields: Any) -> Live:
    """Return what a print showed when it was last seen."""
    moment = Moment(utc(seen_at), 1000.0 + seen_at)
    return Live(seen_at=moment, age_s=seen_at, **fields)


def look(activity: Activity = Activity.PRINTING, **fields: Any) -> Snapshot:
    """Return what a printer shows now."""
    return Snapshot(activity=activity, **fields)


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ({"filename": "A.gcode"}, True),
        ({"filename": "b/a.gcode"}, False),
        ({"filename": None}, None),
        ({"filename": "b/A.3mf", "late_identity": True}, True),
        ({"filename": "b.gcode", "title": "a", "late_identity": True}, True),
        ({"filename": "a.gcode", "title": "b", "late_identity": True}, False),
        ({"late_identity": True}, None),
    ],
)
def test_s4_polled_paths_and_pushed_names_are_compared_each_in_its_way(
    shown: dict[str, Any], same: bool | None
) -> None:
    """Whole paths where they are polled; the model's name where it is pushed."""
    assert same_name(KNOWN, look(**shown)) is same


@pytest.mark.parametrize(
    ("before", "shown", "less"),
    [
        ({"elapsed_s": 60.0}, {"elapsed_s": 57.9}, True),
        ({"elapsed_s": 60.0}, {"elapsed_s": 58.0}, False),
        ({"elapsed_s": 60.0, "progress": 9.0}, {"elapsed_s": 61.0, "progress": 1.0}, 0),
        ({"elapsed_s": 60.0, "progress": 9.0}, {"elapsed_s": 1.0, "progress": 9.0}, 1),
        ({"progress": 9.0}, {"progress": 7.9}, True),
        ({"progress": 9.0}, {"progress": 8.0}, False),
        ({"elapsed_s": 60.0, "progress": 9.0}, {"progress": 1.0}, True),
        ({"progress": 9.0}, {"elapsed_s": 1.0, "progress": 1.0}, True),
        ({"elapsed_s": 60.0}, {"progress": 1.0}, False),
        ({"progress": 9.0}, {"elapsed_s": 1.0}, False),
    ],
)
def test_s3_a_count_that_fell_proves_that_a_print_began_anew(
    before: dict[str, Any], shown: dict[str, Any], less: bool
) -> None:
    """The elapsed time decides alone where both looks show it; a little is noise."""
    assert fell(live(**before), look(**shown)) is bool(less)


@pytest.mark.parametrize(
    ("before", "shown", "both"),
    [
        ({"elapsed_s": 0.0}, {"elapsed_s": 0.0}, True),
        ({"progress": 0.0}, {"progress": 0.0}, True),
        ({"elapsed_s": 1.0}, {"progress": 1.0}, False),
        ({"progress": 1.0}, {"elapsed_s": 1.0}, False),
        ({"progress": 1.0}, {}, False),
        ({}, {"progress": 1.0}, False),
        ({}, {}, False),
    ],
)
def test_c11_only_a_count_that_both_looks_show_proves_that_a_print_went_on(
    before: dict[str, Any], shown: dict[str, Any], both: bool
) -> None:
    """A print that has just begun may show none yet."""
    assert is_comparable(live(**before), look(**shown)) is both


@pytest.mark.parametrize(
    ("before_s", "shown_s", "runs", "late"),
    [
        (10.0, 24.9, True, True),
        (10.0, 25.0, True, False),
        (10.0, 24.9, False, False),
        (None, 24.9, True, False),
        (10.0, None, True, False),
    ],
)
def test_c5_a_time_that_never_stands_still_has_to_keep_pace(
    before_s: float | None, shown_s: float | None, runs: bool, late: bool
) -> None:
    """Half a minute passed since the last look; a quarter of one is noise."""
    shown = look(elapsed_s=shown_s, elapsed_runs=runs)
    assert lost_pace(live(elapsed_s=before_s), shown, NOW) is late
    session = Session(current=KNOWN, live=live(elapsed_s=before_s))
    assert (why_other(session, shown, NOW) is not None) is late


@pytest.mark.parametrize(
    ("at", "shown_s", "another"),
    [(30, 15.0, False), (30, 14.9, True), (0, 15.0, False), (0, 15.1, True)],
)
def test_s6_a_print_that_lost_pace_while_we_were_stopped_may_have_begun_with_ours(
    at: float, shown_s: float, another: bool
) -> None:
    """Its time leads back to the start of ours: the clock was wrong meanwhile."""
    session = Session(current=KNOWN, live=live(elapsed_s=10.0), looked=False)
    shown = look(elapsed_s=shown_s, elapsed_runs=True)
    why = why_other(session, shown, Moment(utc(at), NOW.monotonic))
    assert (why is not None) is another


LATE: dict[str, Any] = {"late_identity": True}
PUSHED: dict[str, Any] = {"late_identity": True, "unbroken": True}


@pytest.mark.parametrize(
    ("before", "left_s", "shown", "ours"),
    [
        # A printer whose names are never late.
        ({"provisional": True}, 60, {}, False),
        # Opened under a borrowed name, its own may come at any time, and in a gap.
        ({"provisional": True}, -1, PUSHED, True),
        ({"provisional": True}, -1, LATE, True),
        # A name that stood at the first look has a while to come right.
        ({}, 0, PUSHED, True),
        ({}, -0.1, PUSHED, False),
        ({"progress": 50.0}, 9, PUSHED | {"progress": 1.0}, True),
        # After a gap it is that of another print.
        ({}, 60, LATE, False),
    ],
)
def test_o3_a_name_that_comes_late_is_that_of_the_print_that_began(
    before: dict[str, Any], left_s: float, shown: dict[str, Any], ours: bool
) -> None:
    """After a gap, another name is that of another print unless ours was borrowed."""
    young = live(**before, late_until=NOW.monotonic + left_s)
    assert is_provisional(young, look(**shown), NOW) is ours


def other(known: Print, before: Live, *, gap: bool = False, **shown: Any) -> bool:
    """Tell whether a look shows another print than the one known."""
    session = Session(current=known, live=before, gap=gap)
    return why_other(session, look(**shown), NOW) is not None


def test_c5_without_a_print_nothing_is_another() -> None:
    """A session that was rebuilt in part is no proof."""
    assert why_other(Session(), look(), NOW) is None
    assert why_other(Session(current=KNOWN), look(filename="b"), NOW) is None


@pytest.mark.parametrize(
    ("shown", "another"),
    [
        ({"print_id": "1"}, False),
        ({"print_id": "1", "filename": "b.gcode", "progress": 1.0}, False),
        ({"print_id": "2"}, True),
        ({"print_id": "2", "filename": "a.gcode", "progress": 99.0}, True),
        ({"filename": "a.gcode"}, False),
        ({"filename": "b.gcode"}, True),
        ({"filename": "a.gcode", "progress": 1.0}, True),
        ({"unbroken": True, "filename": "b.gcode", "progress": 1.0}, False),
        ({"filename": "a.gcode", "late_identity": True}, True),
        ({"filename": "a.gcode", "late_identity": True, "unbroken": True}, False),
    ],
)
def test_c5_another_print_shows_by_its_id_or_its_name_or_its_counts(
    shown: dict[str, Any], another: bool
) -> None:
    """Equal ids are the same print; else a name that differs or a count that fell."""
    assert other(replace(WITH_ID, title=None), live(progress=50.0), **shown) is another


def test_c5_a_print_without_an_id_is_compared_by_its_name() -> None:
    """A Bambu Lab print that was sent over LAN has none, before and after."""
    late: dict[str, Any] = {"late_identity": True, "filename": "a.gcode"}
    assert not other(KNOWN, live(progress=50.0), **late, progress=51.0)
    named = late | {"print_id": "2", "progress": 51.0}
    assert not other(KNOWN, live(28.0, progress=50.0), **named)
    assert other(KNOWN, live(28.1, progress=50.0), **named)


@pytest.mark.parametrize(
    ("shown", "another"),
    [
        ({"filename": "a.gcode", "progress": 50.0}, False),
        ({"progress": 50.0}, False),
        ({"filename": "b.gcode", "progress": 50.0}, True),
        ({"filename": "a.gcode", "progress": 49.0}, False),
        ({"filename": "a.gcode", "progress": 48.9}, True),
        ({"filename": "a.gcode", "progress": 48.9, "elapsed_s": 61.0}, True),
        ({"filename": "a.gcode", "elapsed_s": 57.0}, True),
        ({"filename": "a.gcode"}, False),
        ({"filename": "a.gcode", "remaining_s": 144.0}, False),
        ({"filename": "a.gcode", "remaining_s": 145.0}, True),
    ],
)
def test_s5_after_an_interruption_a_new_id_may_be_the_same_print(
    shown: dict[str, Any], another: bool
) -> None:
    """PrusaLink on MK3: only under the same name, and with no count below ours.

    No more may be left of it, within a fifth and a minute.
    """
    before = live(progress=50.0, elapsed_s=60.0, remaining_s=60.0)
    new: dict[str, Any] = {"print_id": "2", "id_may_change": True} | shown
    assert other(WITH_ID, before, gap=True, **new) is another
    assert other(WITH_ID, before, gap=True, **new | {"id_may_change": False})


@pytest.mark.parametrize(
    ("seen_at", "paused", "shown", "another"),
    [
        # The print was 70 s old when it was last seen, 30 s ago.
        (70, False, {"elapsed_s": 22.0}, False),
        (70, True, {"elapsed_s": 22.0}, True),
        (70, True, {"elapsed_s": 22.1}, False),
        (70, False, {}, False),
        (70, True, {}, True),
        (70, True, {"filename": None}, False),
        (95, True, {"elapsed_s": 0.1}, False),
        # It was 50 s old 50 s ago, and 40 s old a minute ago.
        (50, False, {}, False),
        (40, False, {}, True),
        (40, False, {"elapsed_s": 52.1}, False),
        (40, False, {"elapsed_s": 52.0}, True),
        # What is done and left tells as well, within a fifth.
        (40, False, {"progress": 10.0, "remaining_s": 562.0}, False),
        (40, False, {"progress": 10.0, "remaining_s": 561.0}, True),
        (40, False, {"progress": 10.0}, True),
        (40, False, {"remaining_s": 562.0}, True),
        (40, False, {"progress": 100.0, "remaining_s": 562.0}, True),
    ],
)
def test_s5_a_restart_that_nobody_noticed_shows_by_how_far_the_print_is(
    seen_at: float, paused: bool, shown: dict[str, Any], another: bool
) -> None:
    """No other print of the file can have come so far since the last look."""
    new: dict[str, Any] = {
        "print_id": "2",
        "id_may_change": True,
        "filename": "a.gcode",
    } | shown
    assert other(WITH_ID, live(seen_at, paused=paused), **new) is another


def test_s5_our_own_restart_is_no_absence_of_the_printer() -> None:
    """Only a printer that could not be seen may have numbered its print anew."""
    shown = look(print_id="2", id_may_change=True, filename="a.gcode")
    for looked in (True, False):
        session = Session(current=WITH_ID, live=live(40), gap=True, looked=looked)
        assert (why_other(session, shown, NOW) is None) is looked


@pytest.mark.parametrize(
    ("shown", "another"),
    [
        ({"print_id": "1", "filename": "b.gcode", "elapsed_s": 1.0}, False),
        ({"print_id": "2", "filename": "a.gcode"}, True),
        ({"filename": "a.gcode"}, False),
        ({"filename": "b.gcode"}, True),
        ({"filename": "b.gcode", "unbroken": True}, False),
        ({"elapsed_s": 58.0}, False),
        ({"elapsed_s": 57.9}, True),
        ({"elapsed_s": 57.9, "unbroken": True}, False),
        ({"progress": 0.0}, False),
    ],
)
def test_c5_an_end_is_that_of_another_print_by_its_id_its_name_or_its_time(
    shown: dict[str, Any], another: bool
) -> None:
    """Progress proves nothing: printers reset it on cancel."""
    ended = look(Activity.ENDED, **shown)
    known = live(progress=50.0, elapsed_s=60.0)
    why = why_other_end(WITH_ID, known, NO_MARK, ended)
    assert (why is not None) is another


@pytest.mark.parametrize("before", [None, live(), live(progress=50.0)])
def test_c5_a_print_that_showed_no_time_is_not_told_apart_by_it(
    before: Live | None,
) -> None:
    """Nothing was seen of which the end could be too short."""
    ended = look(Activity.ENDED, elapsed_s=1.0)
    assert why_other_end(KNOWN, before, NO_MARK, ended) is None


@pytest.mark.parametrize(
    ("known", "shown", "own"),
    [
        (None, {}, False),
        (live(provisional=True), {}, False),
        (live(), {"activity": Activity.PREPARING, "progress": 100.0}, False),
        (live(), {"activity": Activity.PREPARING, "progress": 0.0}, True),
        (live(), {"progress": 100.0}, True),
    ],
)
def test_o3_readings_may_be_those_of_the_print_before(
    known: Live | None, shown: dict[str, Any], own: bool
) -> None:
    """As long as the name may be, and where a print that prepares is not at zero."""
    readings = Telemetry(layer=50)
    snapshot = look(late_identity=True, telemetry=readings, **shown)
    assert own_readings(known, snapshot) is (readings if own else NO_TELEMETRY)
