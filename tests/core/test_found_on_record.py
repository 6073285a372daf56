"""Counter-examples that the simulation found where the printer keeps a record."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.session import LONG_AGO, MAX_IDS
from custom_components.printernizer.core.snapshot import Activity, Outcome, PastPrint

from .test_history import printing, row
from .watching import Watching, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
HISTORY, PRINTER = OutcomeSource.HISTORY, OutcomeSource.PRINTER


def done(print_id: str, start: float, end: float | None = None) -> PastPrint:
    """Return the row of a print that completed."""
    return row(print_id, start, end, outcome=Outcome.COMPLETED, reason=None)


def open_row(print_id: str, start: float) -> PastPrint:
    """Return the row of a print in progress."""
    return row(print_id, start, ended=False, outcome=None, reason=None)


def test_a_print_that_was_over_before_the_slow_answer_ended_is_recorded() -> None:
    """The state still shows it, and the record has its end and the next one's."""
    printer = Watching()
    printer.idle(0, history=())
    rows = (done("1", 10, 12), done("2", 13, 14))
    printer.printing(20, "a.gcode", 50.0, 1.0, print_id="1", history=rows)
    assert printer.jobs == [COMPLETED, COMPLETED]
    printer.idle(50, history=rows)
    assert len(printer.jobs) == 2


def test_a_print_that_ran_at_the_first_look_and_was_over_by_its_end_is_no_history() -> (
    None
):
    """What was over before that print is."""
    printer = Watching()
    rows = (done("1", -90, -50), done("2", -5, 2), done("3", 3, 4))
    printer.printing(6, "a.gcode", 99.0, 5.0, print_id="2", history=rows)
    assert [order.print.print_id for order in printer.began] == ["2", "3"]
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize("seen", [False, True])
def test_the_row_of_the_print_before_is_not_about_one_that_has_none(
    seen: bool,
) -> None:
    """The host was restarted between the two, and the next began seconds later."""
    printer = Watching()
    printer.idle(0, history=())
    rows = (done("1", 10, 12),)
    if seen:
        printer.printing(11, "a.gcode", 5.0, 1.0, print_id="1", history=())
    printer.idle(12, history=rows)
    printer.printing(16, "a.gcode", 5.0, 2.0, history=rows)
    printer.idle(60, history=rows)
    assert printer.jobs == [COMPLETED, UNKNOWN]


def test_a_row_after_an_end_that_was_found_is_that_of_another_print() -> None:
    """Nobody knows when the one that was found began, but it was over by then."""
    printer = Watching()
    printer.idle(0, history=())
    printer.ended(30, Outcome.COMPLETED, filename="a.gcode", elapsed_s=5.0)
    printer.idle(60, history=(row("1", 32, 35),))
    assert printer.jobs == [COMPLETED, FAILED]


def test_an_end_that_is_shown_counts_where_the_record_has_the_next_print() -> None:
    """Its own row was abandoned when the host was restarted."""
    printer = printing()
    rows = (row("1", 10, ended=None, outcome=None), row("2", 56, 58))
    printer.ended(60, Outcome.COMPLETED, print_id="1", history=rows)
    assert printer.jobs == [COMPLETED, FAILED]
    assert printer.ends[0] == (COMPLETED, PRINTER)


def test_a_row_is_believed_before_a_state_that_shows_the_next_print() -> None:
    """The end that is shown is that of the second, under the id of the first."""
    printer = printing()
    rows = (done("1", 10, 55), row("2", 56, 58))
    printer.ended(60, Outcome.FAILED, print_id="1", history=rows)
    assert printer.jobs == [COMPLETED, FAILED]


def test_the_row_that_showed_how_a_print_ends_is_kept_from_its_first_look() -> None:
    """It was deleted before the second."""
    printer = Watching()
    printer.idle(0, history=())
    first = done("1", 29.5, 30)
    printer.printing(30, "a.gcode", 5.0, 0.5, print_id="1", history=(first,))
    second = open_row("2", 31)
    printer.printing(32, "a.gcode", 2.0, 1.0, print_id="2", history=(second,))
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.ends == [(COMPLETED, HISTORY)]


def test_the_row_that_showed_how_a_print_ends_is_kept_while_it_runs_on() -> None:
    """The row was deleted, and the next print followed unseen."""
    printer = Watching()
    printer.idle(0, history=())
    first = done("1", 29.5, 30)
    printer.printing(30, "a.gcode", 5.0, 0.5, print_id="1", history=(first,))
    printer.printing(31, "a.gcode", 8.0, 1.5, print_id="1", history=())
    printer.printing(33, "a.gcode", 2.0, 1.0, print_id="2", history=())
    assert printer.ends == [(COMPLETED, HISTORY)]


def test_o6_no_row_of_a_long_record_is_news_at_the_first_look() -> None:
    """It has more rows than ids are remembered."""
    printer = Watching()
    rows = tuple(
        done(str(number), number, number + 0.5) for number in range(MAX_IDS + 1)
    )
    printer.idle(100, history=rows)
    printer.idle(110, history=rows)
    assert printer.jobs == []


def test_a_print_that_got_the_row_of_the_next_one_goes_on_as_that() -> None:
    """Both were new, and the state of the first was seen beside the second's row."""
    printer = Watching()
    printer.idle(0, history=())
    later = open_row("2", 30.5)
    printer.printing(31, "a.gcode", 1.0, 1.0, print_id="2", history=(later,))
    rows = (done("1", 30.1, 30.4), later)
    printer.printing(33, "a.gcode", 9.0, 2.5, print_id="2", history=rows)
    assert printer.jobs == [RUNNING, COMPLETED]


def test_a_row_that_began_after_our_print_did_is_that_of_another() -> None:
    """The same file was sent again, and neither count had come far."""
    printer = Watching(elapsed_runs=True)
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 1.0, 1.0, start_time=utc(29))
    row_of = {"print_id": "1", "history": (open_row("1", 41),)}
    printer.printing(41, "a.gcode", 0.0, 0.0, start_time=utc(41), **row_of)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_a_row_that_began_after_ours_is_no_second_start_within_the_minute() -> None:
    """The host lost the first, which had no row yet."""
    printer = Watching(elapsed_runs=True)
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 1.0, 0.0, start_time=utc(30))
    printer.idle(31, rebooted=True, history=())
    row_of = {"print_id": "1", "history": (open_row("1", 36),)}
    printer.printing(36, "a.gcode", 0.0, 0.0, start_time=utc(36), **row_of)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_the_end_of_a_print_that_began_after_ours_is_not_that_of_ours() -> None:
    """A shutdown shows no duration, but its row has a start."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 50.0, 10.0, start_time=utc(20))
    printer.ended(
        60, Outcome.FAILED, filename="a.gcode", print_id="1", start_time=utc(55)
    )
    assert printer.jobs == [UNKNOWN, FAILED]


def test_an_end_of_a_file_in_another_folder_is_another_end() -> None:
    """Without a record, and with a shutdown that shows no duration."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "cube.gcode", 5.0, 5.0)
    for at in (20, 30):
        printer.ended(at, Outcome.FAILED, filename="cube.gcode")
    for at in (40, 50):
        printer.ended(at, Outcome.FAILED, filename="parts/cube.gcode")
    assert printer.jobs == [FAILED, FAILED]


def test_a_row_of_a_print_that_is_known_is_news_no_more() -> None:
    """At once, so that its client takes it for no print that has none."""
    printer = printing()
    abandoned = row("1", 10, ended=None, outcome=None)
    printer.printing(60, "a.gcode", 50.0, 50.0, print_id="1", history=(abandoned,))
    since = [printer.session.remembered.history_since]
    printer.printing(70, "b.gcode", 1.0, 1.0, history=(abandoned,))
    since.append(printer.session.remembered.history_since)
    assert since == [LONG_AGO, utc(10)]


def test_an_end_that_is_shown_after_an_idle_printer_is_that_of_another_print() -> None:
    """Its client is told, so that it takes no row of a print before for its."""
    printer = Watching()
    idle = [printer.session.remembered.idle]
    printer.idle(0, history=(done("1", -90, -80),))
    idle.append(printer.session.remembered.idle)
    printer.printing(10, "a.gcode", 50.0, 5.0, print_id="2")
    idle.append(printer.session.remembered.idle)
    printer.ended(20, Outcome.COMPLETED, filename="a.gcode", print_id="2")
    idle.append(printer.session.remembered.idle)
    printer.printing(30, "a.gcode", 50.0, 5.0, print_id="3")
    printer.idle(40)
    idle.append(printer.session.remembered.idle)
    printer.ended(50, Outcome.COMPLETED, filename="a.gcode", elapsed_s=5.0)
    idle.append(printer.session.remembered.idle)
    assert idle == [False, True, False, False, True, False]
    assert printer.jobs == [COMPLETED, UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("elapsed_s", "outcome", "jobs"),
    [
        (3.0, Outcome.COMPLETED, 1),
        (9.0, Outcome.COMPLETED, 2),
        (3.0, Outcome.CANCELLED, 2),
        (None, Outcome.COMPLETED, 2),
    ],
)
def test_an_end_whose_row_was_read_and_is_gone_is_that_of_its_print(
    elapsed_s: float | None, outcome: Outcome, jobs: int
) -> None:
    """The slow answer with the row came while the end of another file still stood."""
    printer = Watching()
    printer.ended(0, Outcome.CANCELLED, filename="b.gcode", elapsed_s=70.0, history=())
    stood = {"filename": "b.gcode", "elapsed_s": 70.0}
    printer.ended(20, Outcome.CANCELLED, history=(done("2", 10, 13.2),), **stood)
    printer.ended(30, outcome, filename="a.gcode", elapsed_s=elapsed_s)
    assert len(printer.jobs) == jobs


@pytest.mark.parametrize(
    ("elapsed_s", "jobs"), [(70.0, [RUNNING]), (36.0, [UNKNOWN, RUNNING])]
)
def test_the_same_start_belies_a_clock_that_was_wrong_when_we_were_killed(
    elapsed_s: float, jobs: list[JobStatus]
) -> None:
    """By that clock the print has run for an hour too short."""
    printer = Watching(elapsed_runs=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0)
    printer.clock_step = -3600.0
    printer.printing(60, "a.gcode", 5.0, 35.0)
    printer.clock_step = 0.0
    printer.restart(65)
    printer.printing(95, "a.gcode", 9.0, elapsed_s)
    assert printer.jobs == jobs


def test_an_end_that_still_stands_beside_the_next_print_on_record_is_old() -> None:
    """Its own row was deleted, so that the slow answer has no id for it."""
    printer = printing()
    end = {"filename": "a.gcode", "elapsed_s": 25.0}
    printer.ended(60, Outcome.CANCELLED, print_id="1", **end)
    printer.ended(90, Outcome.CANCELLED, history=(row("2", 85, 88),), **end)
    assert printer.jobs == [CANCELLED, FAILED]


def test_a_shown_end_with_an_id_does_not_close_a_print_without() -> None:
    """It would be said to be the next one's."""
    printer = printing(None)
    rows = (row("2", 56, 58),)
    printer.look(
        60, Activity.ENDED, outcome=Outcome.COMPLETED, print_id="3", history=rows
    )
    assert printer.jobs[0] is UNKNOWN


@pytest.mark.parametrize(
    ("print_id", "start", "jobs"),
    [
        ("2", 15, [RUNNING]),
        ("2", 15.1, [UNKNOWN, RUNNING]),
        (None, 40, [RUNNING]),
    ],
)
def test_c5_a_print_whose_row_began_later_than_ours_is_another(
    print_id: str | None, start: float, jobs: list[JobStatus]
) -> None:
    """Clocks may differ by 5 s, and without a row the start is no record."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", start_time=utc(10))
    printer.printing(60, "a.gcode", print_id=print_id, start_time=utc(start))
    assert printer.jobs == jobs


@pytest.mark.parametrize("filename", ["a.gcode", "b.gcode"])
@pytest.mark.parametrize("elapsed_s", [None, 40.0])
def test_an_end_whose_row_is_gone_is_that_of_our_print(
    filename: str, elapsed_s: float | None
) -> None:
    """The user deleted it, and the next one was over before the slow answer."""
    printer = printing()
    shown = {"filename": "a.gcode", "elapsed_s": elapsed_s}
    later = row("2", 61, 62, filename=filename)
    printer.ended(60, Outcome.COMPLETED, history=(later,), **shown)
    assert printer.jobs == [COMPLETED, FAILED]
    assert printer.ends[0] == (COMPLETED, PRINTER)


@pytest.mark.parametrize(
    ("end", "jobs"),
    [
        (71, [COMPLETED, FAILED]),
        (71.1, [UNKNOWN, FAILED, COMPLETED]),
        (None, [COMPLETED, FAILED]),
    ],
)
def test_an_end_beside_a_newer_row_is_that_of_our_print_if_that_fits_into_a_look(
    end: float | None, jobs: list[JobStatus]
) -> None:
    """Else it is that of a print whose row is gone, as ours is."""
    printer = printing()
    shown = {"filename": "a.gcode", "elapsed_s": 40.0}
    printer.ended(900, Outcome.COMPLETED, history=(row("2", 51, end),), **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("row_start", "elapsed_s", "start", "jobs"),
    [
        (25, 5.0, 40, [COMPLETED, FAILED]),
        (25, 5.0, 39.9, [UNKNOWN, FAILED, COMPLETED]),
        (25, None, 35, [COMPLETED, FAILED]),
        (25, None, 34.9, [UNKNOWN, FAILED, COMPLETED]),
        (-9_975, 5.0, -9_960, [COMPLETED, FAILED]),
        (-9_975, 5.0, -9_960.1, [UNKNOWN, FAILED, COMPLETED]),
    ],
)
def test_an_end_long_after_the_next_row_began_is_that_of_another_print(
    row_start: float, elapsed_s: float | None, start: float, jobs: list[JobStatus]
) -> None:
    """By the record's own clock; both rows are gone, and the next took our number."""
    printer = Watching()
    printer.idle(0, history=())
    own = (open_row("1", row_start),)
    printer.printing(30, "a.gcode", 5.0, elapsed_s, print_id="1", history=own)
    newer = (row("2", start, start + 1),)
    shown = {"filename": "a.gcode", "elapsed_s": 6.0}
    printer.ended(60, Outcome.COMPLETED, history=newer, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    "shown",
    [
        {"filename": "b.gcode", "elapsed_s": 40.0},
        {"filename": "a.gcode", "elapsed_s": 5.0},
    ],
)
def test_an_end_without_a_row_may_be_that_of_another_print(
    shown: dict[str, str | float],
) -> None:
    """By its file, or as it took less time than ours had taken before."""
    printer = printing()
    printer.ended(60, Outcome.COMPLETED, history=(row("2", 61, 62),), **shown)
    assert printer.jobs == [UNKNOWN, FAILED, COMPLETED]


def test_a_row_that_came_after_that_of_our_print_is_younger_by_any_clock() -> None:
    """Our clock is ahead, so that ours seems to have begun when the next was over."""
    printer = Watching()
    printer.idle(0, history=())
    printer.clock_step = 10_800.0
    own = (open_row("1", 25),)
    printer.printing(30, "a.gcode", 50.0, 5.0, print_id="1", history=own)
    end, later = Outcome.COMPLETED, (done("2", 57, 58),)
    printer.ended(60, end, filename="a.gcode", elapsed_s=30.0, history=later)
    printer.ended(70, end, filename="a.gcode", elapsed_s=1.0)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_state_older_than_the_next_row_opens_nothing_where_ours_was_left() -> None:
    """The host was restarted, so that no end of ours is on record."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 9.0, 5.0, print_id="1", history=())
    rows = (row("1", 25, ended=None, outcome=None, reason=None), row("2", 61, 62))
    for _ in range(2):
        printer.printing(60, "a.gcode", 90.0, 34.0, print_id="1", history=rows)
    assert printer.jobs == [UNKNOWN, FAILED]


def test_a_state_older_than_the_next_row_opens_nothing_where_ours_was_deleted() -> None:
    """The row that came after it took its number, so that the state has no id."""
    printer = Watching(elapsed_runs=True)
    printer.idle(0, history=())
    own = (open_row("1", 25),)
    printer.printing(30, "a.gcode", 28.0, 5.0, print_id="1", history=own)
    printer.printing(35, "a.gcode", 35.0, 6.0, history=(done("2", 33, 34),))
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_the_row_of_a_shorter_print_that_ended_is_not_that_of_the_one_before() -> None:
    """Which began seconds before, while the host was down, and has no row."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(34, "a.gcode", 70.0, 4.0, history=())
    rows = (row("3", 33, 34),)
    shown = {"print_id": "3", "filename": "a.gcode", "elapsed_s": 0.5}
    printer.ended(39, Outcome.FAILED, history=rows, **shown)
    assert printer.jobs == [UNKNOWN, FAILED]


@pytest.mark.parametrize("start", [16, 26])
def test_a_row_that_is_ended_late_is_not_newer_than_a_print_whose_row_is_gone(
    start: float,
) -> None:
    """Both were in progress on record, and the user deleted that of the print."""
    printer = Watching()
    printer.idle(0, history=())
    rows = open_row("7", start), open_row("8", 26)
    printer.printing(28, "a.gcode", 0.4, 0.0, print_id="8", history=rows)
    left = row("7", start, 27, outcome=Outcome.CANCELLED, reason=None)
    done_now = {"filename": "a.gcode", "elapsed_s": 10.0, "history": (left,)}
    printer.ended(57, Outcome.COMPLETED, **done_now)
    assert sorted(printer.jobs) == [CANCELLED, COMPLETED]
    assert printer.ends[-1] == (COMPLETED, PRINTER)


def test_an_end_whose_row_began_later_is_not_that_of_a_print_that_has_none() -> None:
    """The host was down when the first one began; both failed, and show no time."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(40, "a.gcode", 0.0, 34.0, history=())
    printer.ended(90, Outcome.FAILED, filename="a.gcode", history=())
    rows = (row("1", 190, 192),)
    shown = {"print_id": "1", "start_time": utc(190), "history": rows}
    printer.ended(210, Outcome.FAILED, filename="a.gcode", **shown)
    assert printer.jobs == [FAILED, FAILED]


def test_what_comes_on_record_beside_a_print_without_a_row_is_newer() -> None:
    """Whatever the printer's clock says: what is older was there before."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 10.0, 5.0, print_id="8", history=())
    rows = (row("9", 20, 22),)
    printer.printing(60, "a.gcode", 40.0, 35.0, print_id="8", history=rows)
    assert printer.jobs == [UNKNOWN, FAILED]
