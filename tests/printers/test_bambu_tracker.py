"""What a series of Bambu Lab's reports tells that no single one does."""

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome

from .bambu_line import IDS, NO_IDS, NOW, RUNNING, Line


def test_unknown_state_within_a_print_starts_no_other() -> None:
    """INIT between two RUNNING is the same print, and its evidence stays."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    assert line.delta(gcode_state="INIT").activity is Activity.NO_NEWS
    assert line.delta(gcode_state="RUNNING").cancelling


def test_failed_and_finished_of_the_past_stay_what_they_are() -> None:
    """FINISH stands until the next print or a reboot."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH", "mc_percent": 100})
    ended = line.delta(wifi_signal="-1dBm")
    assert (ended.activity, ended.outcome) == (Activity.ENDED, Outcome.COMPLETED)
    assert line.delta(gcode_state="IDLE").activity is Activity.IDLE


def test_prepare_can_be_missing_and_running_can_be_missing() -> None:
    """FINISH to RUNNING (HAB 355), PREPARE to FAILED (BBY 1111)."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH"})
    assert line.delta(gcode_state="RUNNING").activity is Activity.PRINTING
    line.delta(gcode_state="PREPARE")
    ended = line.delta(gcode_state="FAILED", print_error=0x03008003)
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "0300-8003")


@pytest.mark.parametrize("code", [0x0300400C, 0x0500400E])
@pytest.mark.parametrize("state", ["FAILED", "IDLE"])
def test_cancel_codes(code: int, state: str) -> None:
    """The code is gone when the state comes, and in one report with it."""
    line = Line()
    line.full(**RUNNING)
    assert line.delta(print_error=code).cancelling
    line.delta(print_error=0)
    ended = line.delta(gcode_state=state, gcode_file="")
    assert (ended.activity, ended.outcome) == (Activity.ENDED, Outcome.CANCELLED)
    assert ended.print_id == "576835111"
    again = Line()
    again.full(**RUNNING)
    assert again.delta(gcode_state=state, print_error=code).outcome is Outcome.CANCELLED


def test_cancel_belongs_to_one_print_only() -> None:
    """The next one fails by itself."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED", fail_reason="50348044")
    begun = line.delta(gcode_state="RUNNING")
    assert not begun.cancelling
    line.delta(fail_reason="0")
    assert line.delta(gcode_state="FAILED").outcome is Outcome.FAILED


def test_cancelled_print_whose_end_was_not_shown() -> None:
    """After a cancel, PREPARE is the next print."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    assert not line.delta(gcode_state="PREPARE").cancelling


def test_old_fail_reason_is_not_that_of_a_finished_print() -> None:
    """It is kept after the end, and says nothing about the next one's success."""
    line = Line()
    line.full(**RUNNING, fail_reason="50348044")
    ended = line.delta(gcode_state="FINISH")
    assert (ended.outcome, ended.cancelling) == (Outcome.COMPLETED, False)


def test_failed_seen_late_on_a_p1_is_failed() -> None:
    """Its file and ids still there, no reason: the printer's word counts."""
    ended = Line().full(
        **{**RUNNING, "gcode_state": "FAILED", "print_type": "idle", "gcode_file": ""}
    )
    assert (ended.outcome, ended.rebooted) == (Outcome.FAILED, False)


def test_errors_that_do_not_end_a_print() -> None:
    """Codes with a low half under 0x4000 are status; hms never ends a job."""
    line = Line()
    assert not line.full(**RUNNING, print_error=0x07000005).fault
    assert line.delta(print_error=0x07008011).fault
    assert line.delta(gcode_state="PAUSE").fault
    line.delta(print_error=0)
    assert not line.delta(gcode_state="RUNNING").fault
    assert line.delta(gcode_state="FAILED").reason is None


def test_h2d_pro_takes_the_next_job_while_it_shows_finish() -> None:
    """FINISH stands for 48 to 55 s with the next job's name (BBY 1078)."""
    line = Line()
    line.full(**RUNNING)
    line.wait(600)
    line.delta(gcode_state="FINISH", mc_percent=100)
    line.wait(20)
    names = {"subtask_name": "Next", "subtask_id": "999999999"}
    ended = line.delta(**names)
    assert (ended.title, ended.print_id) == ("Vase", "576835111")
    begun = line.delta(gcode_state="RUNNING")
    assert (begun.title, begun.print_id) == ("Next", "999999999")


def test_next_jobs_name_under_finish_at_first_sight() -> None:
    """FINISH at 0 % contradicts itself: an end, but nobody's name."""
    ended = Line().full(**{**RUNNING, "gcode_state": "FINISH", "mc_percent": 0})
    assert ended.activity is Activity.ENDED
    assert (ended.title, ended.filename, ended.print_id) == (None, None, None)


def test_brief_print_gets_its_late_name() -> None:
    """A P1 names a print that failed at once some seconds after its end."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH"})
    line.delta(gcode_state="PREPARE")
    line.wait(3)
    assert line.delta(gcode_state="FAILED").title == "Vase"
    line.wait(2)
    assert line.delta(subtask_name="Late", subtask_id="888888888").title == "Late"
    line.wait(60)
    assert line.delta(subtask_name="Next").title == "Late"


def test_file_blanked_at_the_end_is_remembered() -> None:
    """P1: gcode_file goes blank with FINISH."""
    line = Line()
    line.full(**{**RUNNING, "gcode_file": "Vase.gcode.3mf"})
    ended = line.delta(gcode_state="FINISH", gcode_file="")
    assert ended.filename == "Vase.gcode.3mf"


def test_reboot_takes_the_ids_away() -> None:
    """A normal end keeps them: the print was lost (C7)."""
    line = Line()
    line.full(**RUNNING)
    line.connect()
    lost = line.full(gcode_state="IDLE", subtask_name="Vase", gcode_file="", **NO_IDS)
    assert (lost.activity, lost.rebooted) == (Activity.IDLE, True)
    assert not line.delta(gcode_state="RUNNING", **IDS).rebooted


def test_power_loss_that_offers_to_resume_is_a_pause() -> None:
    """0300-8007 with PAUSE may go on; when it idles, the print is lost."""
    line = Line()
    line.full(**RUNNING)
    line.connect()
    paused = line.full(**{**RUNNING, "gcode_state": "PAUSE"}, print_error=0x03008007)
    assert (paused.activity, paused.rebooted) == (Activity.PAUSED, False)
    assert line.delta(gcode_state="IDLE").rebooted


def test_reboot_after_an_end_loses_nothing() -> None:
    """The print was over before."""
    line = Line()
    line.full(**RUNNING)
    line.delta(gcode_state="FAILED")
    line.connect()
    idle = line.full(
        gcode_state="IDLE",
        print_type="idle",
        subtask_name="Vase",
        gcode_file="",
        mc_remaining_time=12,
        **NO_IDS,
    )
    assert not idle.rebooted


def test_cancel_before_a_broken_line_is_remembered() -> None:
    """The same print is found FAILED after the reconnect."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    line.connect()
    assert (
        line.full(**{**RUNNING, "gcode_state": "FAILED"}).outcome is Outcome.CANCELLED
    )
    line.connect()
    other = {**RUNNING, "gcode_state": "FAILED", "subtask_id": "999999999"}
    assert line.full(**other).outcome is Outcome.FAILED


def test_cancel_of_a_print_without_an_id_is_not_that_of_one_with_an_id() -> None:
    """Both have the same name, and the first was seen to end."""
    line = Line()
    line.full(**{**RUNNING, **NO_IDS})
    line.delta(print_error=50348044)
    assert line.delta(gcode_state="FAILED").outcome is Outcome.CANCELLED
    line.connect()
    other = {**RUNNING, "gcode_state": "FAILED"}
    assert line.full(**other).outcome is Outcome.FAILED


@pytest.mark.parametrize("ids", [{}, NO_IDS])
def test_cancel_seen_of_the_end_alone_is_that_of_its_print(ids: dict[str, str]) -> None:
    """After a broken line the same state is the same cancel, that of another is not."""
    ended = {**RUNNING, **ids, "gcode_state": "FAILED"}
    line = Line()
    assert line.full(**ended, print_error=50348044).outcome is Outcome.CANCELLED
    line.connect()
    assert line.full(**ended).outcome is Outcome.CANCELLED
    line.connect()
    other = {**ended, "subtask_name": "Cube"}
    if not ids:
        other["subtask_id"] = "999999999"
    assert line.full(**other).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "outcome"), [("Bowl", Outcome.FAILED), ("Vase", Outcome.CANCELLED)]
)
def test_cancel_of_an_ended_print_is_not_that_of_one_under_its_id(
    name: str, outcome: Outcome
) -> None:
    """The next one came while the line was down, and has the id that was left."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED")
    line.connect()
    ended = line.full(**{**RUNNING, "subtask_name": name, "gcode_state": "FAILED"})
    assert ended.outcome is outcome


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        ({"fail_reason": "50348048"}, Outcome.FAILED),
        ({"fail_reason": "50348044"}, Outcome.CANCELLED),
        ({"fail_reason": "0"}, Outcome.CANCELLED),
    ],
)
def test_cancel_before_a_broken_line_is_not_that_of_a_print_that_failed_by_itself(
    shown: dict[str, str], outcome: Outcome
) -> None:
    """No name or id sets it apart, but the reason that it shows does."""
    line = Line()
    line.full(**{**RUNNING, **NO_IDS})
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED")
    line.connect()
    ended = {**RUNNING, **NO_IDS, "gcode_state": "FAILED"}
    assert line.full(**ended, **shown).outcome is outcome


@pytest.mark.parametrize(
    ("percent", "outcome"),
    [(30, Outcome.FAILED), (16, Outcome.CANCELLED), (0, Outcome.CANCELLED)],
)
def test_cancel_before_a_broken_line_is_not_that_of_a_print_that_came_elsewhere(
    percent: int, outcome: Outcome
) -> None:
    """No name or id sets it apart, but how far it came does; a restart shows 0 %."""
    line = Line()
    line.full(**{**RUNNING, **NO_IDS, "mc_percent": 16})
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED")
    line.connect()
    ended = {**RUNNING, **NO_IDS, "gcode_state": "FAILED", "mc_percent": percent}
    assert line.full(**ended).outcome is outcome


def test_cancel_before_a_broken_line_is_not_that_of_a_print_after_a_success() -> None:
    """The line was down between the cancel, the success and the failure."""
    line = Line()
    line.full(**{**RUNNING, **NO_IDS})
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED")
    for state, outcome in (("FINISH", Outcome.COMPLETED), ("FAILED", Outcome.FAILED)):
        line.connect()
        ended = {**RUNNING, **NO_IDS, "gcode_state": state}
        assert line.full(**ended).outcome is outcome


def test_cancel_code_before_the_full_report_counts() -> None:
    """Deltas before it are not told, but what they prove is kept."""
    line = Line()
    line.delta(print_error=50348044)
    line.delta(print_error=0)
    assert (
        line.full(**{**RUNNING, "gcode_state": "FAILED"}).outcome is Outcome.CANCELLED
    )


def test_start_time_of_the_print_before_is_not_used() -> None:
    """It stays after the end (HAB 172)."""
    line = Line()
    line.full(**RUNNING, gcode_start_time=str(int(NOW.timestamp())))
    line.delta(gcode_state="FINISH")
    begun = line.delta(gcode_state="RUNNING", subtask_id="999999999")
    assert begun.start_time is None


def test_third_party_id_again_is_told_as_it_is() -> None:
    """The end in between makes it another print; the detector counts."""
    line = Line()
    line.full(**RUNNING)
    assert line.delta(gcode_state="FINISH").print_id == "576835111"
    assert line.delta(gcode_state="RUNNING").print_id == "576835111"


def test_state_is_known_after_the_full_report() -> None:
    """Deltas alone are not enough."""
    line = Line()
    line.delta(gcode_state="RUNNING")
    known = [line.tracker.ready]
    line.full(gcode_state="RUNNING")
    known.append(line.tracker.ready)
    assert known == [False, True]
