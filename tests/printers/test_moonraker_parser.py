"""What recorded looks at a real Moonraker mean, trap by trap."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Remembered
from custom_components.printernizer.printers.moonraker.discovery import (
    parse_discovery,
    parse_instance_id,
)
from custom_components.printernizer.printers.moonraker.history import (
    parse_rows,
    start_of,
)
from custom_components.printernizer.printers.moonraker.metadata import parse_metadata
from custom_components.printernizer.printers.moonraker.report import Report

from .moonraker_recorded import LOOKS, SCENARIOS, judge_recorded, judge_stats, rows_of

BENCHY = "Ordner eins/Benchy ü – 測試 #1.gcode"


def at(seconds: float) -> datetime:
    """Return seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("name", "activity", "outcome"),
    [
        ("idle", Activity.IDLE, None),
        ("standby", Activity.IDLE, None),
        ("printing-heating", Activity.PRINTING, None),
        ("printing", Activity.PRINTING, None),
        ("paused", Activity.PAUSED, None),
        ("complete", Activity.ENDED, Outcome.COMPLETED),
        ("cancelled", Activity.ENDED, Outcome.CANCELLED),
        ("error", Activity.ENDED, Outcome.FAILED),
        ("klippy-shutdown", Activity.ENDED, Outcome.FAILED),
        ("klippy-lost-mcu", Activity.ENDED, Outcome.FAILED),
        ("moonraker-kill-during", Activity.PRINTING, None),
        ("moonraker-stop-during", Activity.PRINTING, None),
        ("moonraker-stop-paused-during", Activity.PAUSED, None),
        ("standby-disconnected", Activity.NO_NEWS, None),
        ("after-kill-disconnected", Activity.IDLE, None),
        ("after-kill-startup", Activity.IDLE, None),
        ("midprint-disconnected", Activity.IDLE, None),
        ("midprint-startup", Activity.IDLE, None),
        ("klippy-ready-after-firmware-restart", Activity.IDLE, None),
    ],
)
def test_activity_of_every_recorded_look(
    name: str, activity: Activity, outcome: Outcome | None
) -> None:
    """Each recorded state has one meaning."""
    snapshot = judge_recorded(name)
    assert (snapshot.activity, snapshot.outcome) == (activity, outcome)


@pytest.mark.parametrize(
    "name",
    [
        "printing-heating",
        "printing",
        "paused",
        "complete",
        "cancelled",
        "error",
        "klippy-shutdown",
        "klippy-lost-mcu",
        "moonraker-kill-during",
        "moonraker-stop-during",
        "moonraker-stop-paused-during",
    ],
)
def test_every_print_is_joined_to_its_row(name: str) -> None:
    """Whatever the status of the row, it is that of the print that is shown."""
    newest = rows_of(name)[-1].past
    snapshot = judge_recorded(name)
    assert snapshot.print_id == newest.print_id
    assert snapshot.start_time == newest.start_time


def test_running_print_tells_everything() -> None:
    """Name, progress, times, filament and temperatures of a running print."""
    snapshot = judge_recorded("printing")
    assert snapshot.filename == BENCHY
    assert snapshot.print_id == "000001@1795384003.619"
    assert snapshot.start_time == at(1795384003.6192043)
    assert snapshot.progress == pytest.approx(33.8, abs=0.1)  # Of the g-code alone.
    assert snapshot.elapsed_s == pytest.approx(12.28, abs=0.01)
    assert snapshot.elapsed_runs
    assert snapshot.estimated_s == 16
    assert snapshot.material_g == pytest.approx(2.0 / 6.4 * 1.23)
    telemetry = snapshot.telemetry
    assert (telemetry.layer, telemetry.layers) == (3, 8)
    assert (telemetry.nozzle_c, telemetry.nozzle_target_c) == (205.75, 200)
    assert (telemetry.bed_c, telemetry.bed_target_c) == (63.92, 60)
    assert telemetry.filament_used_mm == pytest.approx(2.0)


def test_heating_is_printing() -> None:
    """print_duration stands at 0 while heating; the print has begun all the same."""
    snapshot = judge_recorded("printing-heating")
    assert snapshot.elapsed_s == pytest.approx(1.246, abs=0.001)
    assert snapshot.remaining_s == 16


def test_reason_of_an_error() -> None:
    """An error keeps its message and its progress."""
    snapshot = judge_recorded("error")
    reason = "Requested temperature (999.0) out of range (0.0:300.0)"
    assert snapshot.reason == reason
    assert snapshot.progress is not None


def test_cancelled_print_has_no_progress() -> None:
    """Klipper closes the file at a cancel, so the card's progress reads 0."""
    snapshot = judge_recorded("cancelled")
    assert snapshot.progress is None
    assert snapshot.cancelling


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("klippy-shutdown", "Shutdown due to webhooks request"),
        ("klippy-lost-mcu", "Lost communication with MCU 'mcu'"),
    ],
)
def test_shutdown_reads_as_paused(name: str, reason: str) -> None:
    """print_stats says paused and goes on counting; Klipper's own state decides."""
    status = LOOKS[name]["objects"]["result"]["status"]
    assert status["print_stats"]["state"] == "paused"
    snapshot = judge_recorded(name)
    assert snapshot.activity is Activity.ENDED
    assert snapshot.outcome is Outcome.FAILED
    assert snapshot.reason == reason
    assert snapshot.elapsed_s is None
    assert snapshot.end_time == rows_of(name)[-1].past.end_time
    assert snapshot.fault


@pytest.mark.parametrize(
    "name",
    [
        "after-kill-disconnected",
        "after-kill-startup",
        "midprint-disconnected",
        "midprint-startup",
        "klippy-startup-after-firmware-restart-startup",
        "klippy-startup-after-firmware-restart-disconnected",
        "klippy-ready-after-firmware-restart",
    ],
)
def test_restart_of_klipper_in_mid_print(name: str) -> None:
    """A poller sees standby or nothing; the print was lost, and the row says why."""
    snapshot = judge_recorded(name)
    assert snapshot.activity is Activity.IDLE
    assert snapshot.rebooted
    assert snapshot.history[-1].ended is True
    assert snapshot.history[-1].outcome is Outcome.FAILED
    assert snapshot.history[-1].reason in {"klippy_disconnect", "klippy_shutdown"}


def test_temperatures_of_a_starting_klipper_decide_nothing() -> None:
    """``startup`` shows standby and 0 degrees."""
    snapshot = judge_recorded("standby-startup")
    assert snapshot.activity is Activity.IDLE
    assert snapshot.telemetry.nozzle_c == 0


def test_finished_print_and_a_klipper_that_restarts() -> None:
    """A restart after the end has lost nothing."""
    remembered = Remembered(print_id="000009@1795384086.697")
    snapshot = judge_recorded(
        "klippy-startup-after-firmware-restart-startup", remembered=remembered
    )
    assert not snapshot.rebooted


def test_two_polls_of_the_same_file_are_two_prints() -> None:
    """Both say printing, 5.14 s and 5.02 s in: only the row or the start differs."""
    scenario = SCENARIOS["missed"]
    polls, jobs = scenario["polls"], scenario["history"]
    second = judge_stats(polls[2], jobs, at(1795384064.5675943 + 5.3))
    third = judge_stats(polls[3], jobs, at(1795384073.6084423 + 5.2))
    assert second.filename == third.filename == "n.gcode"
    assert second.print_id == "000007@1795384064.568"
    assert third.print_id == "000008@1795384073.608"


def test_end_is_joined_by_its_duration() -> None:
    """Three prints of one file in a row: the duration tells which one is shown."""
    scenario = SCENARIOS["missed"]
    snapshot = judge_stats(scenario["polls"][1], scenario["history"], at(1795384063.0))
    assert snapshot.print_id == "000006@1795384060.561"
    assert snapshot.end_time == at(1795384062.812153)


def test_prints_in_a_row_come_oldest_first() -> None:
    """The history tells every print that nobody looked at."""
    scenario = SCENARIOS["missed"]
    snapshot = judge_stats(scenario["polls"][3], scenario["history"], at(1795384078.8))
    assert [row.print_id[:6] for row in snapshot.history] == [
        f"00000{number}" for number in (4, 5, 6, 7, 8)
    ]


@pytest.mark.parametrize("scenario", ["mrstop", "mrkill", "mrpaused"])
def test_moonraker_restart_keeps_the_print(scenario: str) -> None:
    """The abandoned row stays that of the print, running and ended."""
    parts = SCENARIOS[scenario]
    before, during, after = (
        judge_stats(stats, jobs, at(jobs[0]["start_time"] + stats["total_duration"]))
        for stats, jobs in (parts[key][:2] for key in ("before", "during", "after"))
    )
    assert before.print_id == during.print_id == after.print_id is not None
    assert before.history[-1].ended is False
    assert during.history[-1].ended is None
    assert during.activity in {Activity.PRINTING, Activity.PAUSED}
    assert after.outcome is Outcome.COMPLETED
    total_s = parts["after"][0]["total_duration"]
    assert after.start_time is not None and after.end_time is not None
    ran_s = (after.end_time - after.start_time).total_seconds()
    assert ran_s == pytest.approx(total_s, abs=0.001)


def test_print_while_moonraker_was_down() -> None:
    """It is in no history; Klipper still shows its name, outcome and duration."""
    stats, jobs = SCENARIOS["mrdown"]["after"]
    snapshot = judge_stats(stats, jobs, at(1795384222.0))
    assert snapshot.activity is Activity.ENDED
    assert snapshot.outcome is Outcome.COMPLETED
    assert snapshot.print_id is None
    assert snapshot.filename == "down.gcode"
    assert snapshot.elapsed_s == pytest.approx(6.489, abs=0.001)


def test_print_shorter_than_a_status_period() -> None:
    """It has no row, and a name in the letter case that was typed."""
    stats, jobs = SCENARIOS["short"]["by gcode, other letter case"]
    snapshot = judge_stats(stats, jobs, at(1795384090.0))
    assert snapshot.outcome is Outcome.COMPLETED
    assert snapshot.print_id is None
    assert snapshot.filename == "tINY.GCODE"


def test_unrecorded_print_of_a_recorded_file() -> None:
    """A row of the same file that ended before proves another print."""
    scenario = SCENARIOS["missed"]
    stats = {**scenario["polls"][2], "total_duration": 5.0}
    snapshot = judge_stats(stats, scenario["history"], at(1795384095.0))
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.print_id is None
    assert snapshot.start_time == at(1795384090.0)


def test_job_ids_are_used_again() -> None:
    """A deleted newest row hands its id on; a wiped history begins anew."""
    reuse = SCENARIOS["idreuse"]
    first = parse_rows({"result": {"jobs": reuse["first"]}})[0].past
    second = parse_rows({"result": {"jobs": reuse["second"]}})[0].past
    assert first.print_id[:6] == second.print_id[:6] == "000010"
    assert first.print_id != second.print_id
    wiped = parse_rows({"result": {"jobs": SCENARIOS["wipe"]["next"]}})[0].past
    assert wiped.print_id == "000001@1795384229.024"


@pytest.mark.parametrize(
    ("status", "ended", "outcome"),
    [
        ("in_progress", False, None),
        ("completed", True, Outcome.COMPLETED),
        ("cancelled", True, Outcome.CANCELLED),
        ("error", True, Outcome.FAILED),
        ("klippy_shutdown", True, Outcome.FAILED),
        ("klippy_disconnect", True, Outcome.FAILED),
        ("server_exit", None, None),
        ("interrupted", None, None),
        ("a word of tomorrow", None, None),
    ],
)
def test_what_each_status_proves(
    status: str, ended: bool | None, outcome: Outcome | None
) -> None:
    """Only an end that Moonraker has seen is one."""
    job = {"job_id": "00000A", "start_time": 1795384000.0, "status": status}
    past = parse_rows({"result": {"jobs": [job]}})[0].past
    assert (past.ended, past.outcome) == (ended, outcome)


def test_row_that_is_taken_up_again() -> None:
    """A terminal row may become in progress once more, under its id."""
    parts = SCENARIOS["mrstop"]
    stats, jobs = parts["during"][:2]
    adopted = [{**jobs[0], "status": "in_progress", "end_time": None}]
    now = at(jobs[0]["start_time"] + stats["total_duration"])
    assert (
        judge_stats(stats, adopted, now).print_id
        == judge_stats(stats, jobs, now).print_id
    )


def test_row_of_a_print_that_began_after_the_report() -> None:
    """A history that is newer than the live state does not lend its id to it."""
    stats = {"filename": "a.gcode", "state": "printing", "total_duration": 600.0}
    job = {"job_id": "000002", "filename": "a.gcode", "status": "in_progress"}
    now = 1795384000.0
    snapshot = judge_stats(stats, [{**job, "start_time": now + 0.2}], at(now))
    assert snapshot.print_id is None
    snapshot = judge_stats(stats, [{**job, "start_time": now - 4000}], at(now))
    assert snapshot.print_id is not None  # The host's clock was set since.
    assert snapshot.start_time == at(now - 600)


@pytest.mark.parametrize("klippy", [None, "", "meditating", 7])
@pytest.mark.parametrize("state", ["printing", "paused", "complete", "standby", None])
def test_unknown_state_of_klipper_is_no_news(klippy: Any, state: Any) -> None:
    """Without a known state of Klipper, print_stats means nothing."""
    stats = {"filename": "a.gcode", "state": state, "total_duration": 600.0}
    snapshot = judge_stats(stats, [], at(1795384000.0), klippy=klippy)
    assert snapshot.activity is Activity.NO_NEWS


@pytest.mark.parametrize("state", [None, "", "levitating", 7, ["printing"]])
def test_unknown_state_of_the_print_is_no_news(state: Any) -> None:
    """A word never seen before is neither a print nor its end, nor idle."""
    stats = {"filename": "a.gcode", "state": state, "total_duration": 600.0}
    snapshot = judge_stats(stats, [], at(1795384000.0))
    assert snapshot.activity is Activity.NO_NEWS
    if state == "levitating":
        assert snapshot.message == "levitating"


def test_file_that_extrudes_nothing_is_a_print() -> None:
    """Its print_duration is 0 for ever; only the slicer tells what is left of it."""
    stats = {
        "filename": "a.gcode",
        "state": "printing",
        "print_duration": 0.0,
        "total_duration": 600.0,
    }
    snapshot = judge_stats(stats, [], at(1795384000.0))
    assert (snapshot.activity, snapshot.elapsed_s) == (Activity.PRINTING, 600)
    assert snapshot.remaining_s is None
    facts = parse_metadata({"estimated_time": 100})
    assert facts.remaining_s(Report(printed_s=0, progress=80)) == 100


def test_remaining_time_never_runs_out_before_the_file() -> None:
    """A slicer's estimate that has run out tells nothing of what is left."""
    facts = parse_metadata(
        {"estimated_time": 100, "gcode_start_byte": 0, "gcode_end_byte": 1000}
    )
    late = Report(printed_s=500, position=500)
    assert facts.remaining_s(late) == pytest.approx(500)
    lost = Report(printed_s=500)
    assert facts.remaining_s(lost) is None
    early = Report(printed_s=10, position=10)
    assert facts.remaining_s(early) == pytest.approx(90)


@pytest.mark.parametrize("text", [None, "", "abc", "1795384000", "x@y", "x@nan", "@"])
def test_foreign_identity_has_no_start(text: str | None) -> None:
    """An identity that is none of ours gives no bearing."""
    assert start_of(text) is None


def test_discovery() -> None:
    """An announcement gives address and identity."""
    found = parse_discovery(
        "192.168.1.9",
        7125,
        {
            "uuid": "D1D4F0E0-C8C9-4D6E-A2C3-A3F0B2B9C7A1",
            "version": "v0.9.3",
            "https_port": "",
            "route_prefix": "/printer1/",
        },
    )
    assert found is not None
    assert found.url == "http://192.168.1.9:7125/printer1"
    assert found.unique_id == "d1d4f0e0c8c94d6ea2c3a3f0b2b9c7a1"
    assert found.version == "v0.9.3"


def test_discovery_over_ipv6_and_without_properties() -> None:
    """An announcement may hold nothing but an address, and that be none."""
    found = parse_discovery("fe80::1", None, {"uuid": None})
    assert found is not None
    assert (found.url, found.unique_id) == ("http://[fe80::1]:7125", None)
    assert parse_discovery("no host", 1, {}) is None


@pytest.mark.parametrize("value", [None, "", "  ", 7, []])
def test_instance_id_that_is_none(value: object) -> None:
    """What is no text is no identity."""
    assert parse_instance_id(value) is None


def test_start_is_not_in_the_future() -> None:
    """A row may be a moment ahead of our clock."""
    stats = {"filename": "a.gcode", "state": "printing", "total_duration": 0.1}
    now = 1795384000.0
    job = {
        "job_id": "000002",
        "filename": "a.gcode",
        "status": "in_progress",
        "start_time": now + 1,
    }
    snapshot = judge_stats(stats, [job], at(now))
    assert snapshot.print_id is not None
    assert snapshot.start_time == at(now)
    assert snapshot.history[0].start_time - at(now) == timedelta(seconds=1)
