"""OctoPrint's answers become snapshots that claim no more than was said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    Snapshot,
)
from custom_components.printernizer.printers.octoprint.parser import (
    Evidence,
    JobReport,
    parse_counters,
    parse_event,
    parse_job,
    parse_telemetry,
    snapshot_of,
)
from custom_components.printernizer.printers.octoprint.states import StateKind, kind_of

from .octoprint_recorded import FILES, JOBS, TRACES, job_of, recorded

NOTHING = Evidence()


def look(name: str, evidence: Evidence = NOTHING) -> Snapshot:
    """Return the snapshot of a recorded answer."""
    return snapshot_of(parse_job(JOBS[name]), evidence)


def counted(moment: str) -> FileCounters:
    """Return the counters of a recorded answer."""
    return parse_counters(FILES[moment], FILES[moment]["path"])


# -- what runs ---------------------------------------------------------------------


def test_printing_tells_file_and_progress() -> None:
    """A running print has a file, its progress and its times."""
    snapshot = look("printing")
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.filename == "p.gcode"
    assert snapshot.progress == pytest.approx(45.54, abs=0.01)
    assert (snapshot.elapsed_s, snapshot.remaining_s) == (6, 7)
    assert snapshot.message == "Printing"
    assert not snapshot.cancelling


def test_starting_with_nulls_is_printing() -> None:
    """All of the progress is null as a print begins."""
    snapshot = look("starting")
    assert (snapshot.activity, snapshot.filename) == (Activity.PRINTING, "act.gcode")
    assert (snapshot.progress, snapshot.elapsed_s) == (None, None)


@pytest.mark.parametrize("state", ["Starting", "Pausing", "Resuming", "Finishing"])
def test_transitions_count_as_printing(state: str) -> None:
    """What comes before and after printing and pausing is printing."""
    snapshot = snapshot_of(parse_job(JOBS["printing"] | {"state": state}), NOTHING)
    assert snapshot.activity is Activity.PRINTING
    assert not snapshot.cancelling


def test_paused_is_paused() -> None:
    """The flag "printing" is false in a pause; the text tells."""
    snapshot = look("paused")
    assert (snapshot.activity, snapshot.elapsed_s) == (Activity.PAUSED, 4)
    assert look("pausing").activity is Activity.PRINTING


def test_cancelling_is_evidence_of_a_cancel() -> None:
    """While Cancelling the print still runs, its progress is null."""
    snapshot = look("cancelling")
    assert (snapshot.activity, snapshot.cancelling) == (Activity.PRINTING, True)
    assert snapshot.progress is None


def test_transfer_to_sd_is_no_print() -> None:
    """Sending a file to the SD card shows a file, completion and a print time."""
    snapshot = look("transferring")
    assert (snapshot.activity, snapshot.filename) == (Activity.IDLE, None)
    assert not snapshot.rebooted


def test_sd_print_is_a_print() -> None:
    """A print from the SD card has the printer's own name of the file."""
    snapshot = look("sd_printing")
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.filename == "sd_job~1.gco"


def test_folders_stay_in_the_name() -> None:
    """The path is the name, whatever letters it has."""
    assert look("sub_folder").filename == "sub/deep/inner.gcode"
    unicode = "Würfel 20 mm (v2) – Prüfstück 测试.gcode"
    assert look("unicode").filename == unicode


# -- what has ended ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["finished", "cancelled", "unselected"])
def test_idle_never_names_the_selected_file(name: str) -> None:
    """The file stays selected after a print, and is no running print."""
    snapshot = look(name)
    assert (snapshot.activity, snapshot.filename) == (Activity.IDLE, None)
    assert (snapshot.progress, snapshot.outcome) == (None, None)
    assert not snapshot.rebooted


def test_finished_sd_print_is_an_end_because_nothing_counts_it() -> None:
    """Completion stays at 100 after a finished print alone."""
    snapshot = look("sd_done")
    assert (snapshot.activity, snapshot.outcome) == (
        Activity.ENDED,
        Outcome.COMPLETED,
    )
    assert (snapshot.filename, snapshot.elapsed_s) == ("sd_job~1.gco", 15)
    cancelled = replace(parse_job(JOBS["sd_done"]), progress=None)
    idle = snapshot_of(cancelled, Evidence())
    assert idle.activity is Activity.IDLE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "firmware_error",
            (
                "Thermal Runaway, system stopped! Heater_ID: bed - "
                "Printer halted. kill() called!"
            ),
        ),
        ("connection_dropped", "SerialTimeoutException"),
    ],
)
def test_error_ends_the_print_with_its_reason(name: str, reason: str) -> None:
    """Offline after an error is a failed print; flags.error never says so."""
    snapshot = look(name)
    assert (snapshot.activity, snapshot.outcome) == (Activity.ENDED, Outcome.FAILED)
    assert (snapshot.reason, snapshot.filename) == (reason, None)


def test_error_after_a_finished_print_does_not_fail_it() -> None:
    """A printer that switches itself off after a print goes offline with an error."""
    done = counted("03_print_finish_reprint: 1 s after finish")
    snapshot = look("connection_dropped", Evidence(counters=(done,)))
    assert (snapshot.activity, snapshot.fault) == (Activity.IDLE, True)
    assert snapshot.counters == (done,)
    failed = look("connection_dropped", Evidence(counters=(done,), is_uncounted=True))
    assert failed.outcome is Outcome.FAILED


def test_error_after_an_announced_start_fails_that_print() -> None:
    """The counts of its file are not asked for; those of the file before tell nothing."""
    done = counted("03_print_finish_reprint: 1 s after finish")
    for path, activity in (("b.gcode", Activity.ENDED), (done.filename, Activity.IDLE)):
        event = parse_event("PrintStarted", {"path": path}, datetime.now(UTC))
        assert event is not None
        evidence = Evidence(counters=(done,), events=(event,))
        assert look("connection_dropped", evidence).activity is activity


def test_disconnected_is_idle_and_lost_its_print() -> None:
    """A disconnect has no error text; it tells nothing of the outcome."""
    snapshot = look("disconnected")
    assert (snapshot.activity, snapshot.rebooted) == (Activity.IDLE, True)
    assert snapshot.reason is None
    assert look("offline").rebooted


def test_opening_the_connection_is_no_news() -> None:
    """A printer that is being connected says nothing about a print."""
    snapshot = look("opening")
    assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.message == "Opening serial connection"


def test_reconnected_after_an_error_has_lost_its_print() -> None:
    """A print that was lost and counted as a failure leaves no file selected."""
    failed = counted("08_errors: connection dropped: 4 s after")
    evidence = Evidence(counters=(failed,), remembered="err.gcode")
    assert look("reconnected", evidence).rebooted
    assert not look("cancelled", evidence).rebooted


def test_killed_server_has_lost_its_print() -> None:
    """A killed server counts nothing: the counters are those of the running print."""
    path = "dies.gcode"
    untouched = counted("10_server_restart: connected again")
    assert untouched == FileCounters(filename=path)
    assert look(
        "reconnected", Evidence(counters=(untouched,), remembered=path)
    ).rebooted
    success = FileCounters(filename=path, success=1, last_success=True)
    evidence = Evidence(counters=(success,), remembered=path)
    assert not look("reconnected", evidence).rebooted
    assert look("reconnected", replace(evidence, is_uncounted=True)).rebooted


# -- the parts ---------------------------------------------------------------------


def test_unknown_state_is_no_news_and_kept_verbatim() -> None:
    """A word that no known version uses is never taken for idle."""
    body = JOBS["printing"] | {"state": "Levitating"}
    snapshot = snapshot_of(parse_job(body), NOTHING)
    assert (snapshot.activity, snapshot.message) == (Activity.NO_NEWS, "Levitating")
    assert parse_job(body).kind is StateKind.UNKNOWN


@pytest.mark.parametrize("state", [None, "", 7, [], {"text": "Printing"}])
def test_report_without_a_state_is_no_news(state: object) -> None:
    """File and progress alone prove nothing."""
    body = JOBS["printing"] | {"state": state}
    assert snapshot_of(parse_job(body), NOTHING).activity is Activity.NO_NEWS
    del body["state"]
    assert snapshot_of(parse_job(body), NOTHING).activity is Activity.NO_NEWS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Offline (Error: SerialException)", StateKind.ERROR),
        ("Error: Too many consecutive timeouts", StateKind.ERROR),
        ("Detecting serial port", StateKind.CONNECTING),
        ("Starting to send file to SD", StateKind.READY),
        ("PRINTING ", StateKind.PRINTING),
        ("Unknown State (17)", StateKind.UNKNOWN),
    ],
)
def test_state_texts_of_other_versions(text: str, kind: StateKind) -> None:
    """Older versions put the error into the text."""
    assert kind_of(text) is kind


def test_counters_of_a_file_that_ended_prints() -> None:
    """Success, failure and the last end are the file's own."""
    assert counted("11_edges: slow poll 2: two short prints in between") == (
        FileCounters(
            filename="edge.gcode",
            success=2,
            last_end=datetime.fromtimestamp(1795384045.0203009, UTC),
            last_success=True,
            last_duration_s=2.021003921999636,
        )
    )
    failed = counted("05_cancel: 2 s after cancel")
    assert (failed.failure, failed.last_success) == (1, False)
    assert failed.last_duration_s is None


def test_counters_begin_anew_with_an_upload() -> None:
    """The same name uploaded again was never printed."""
    assert counted("11_edges: re-uploaded, same name") == FileCounters(
        filename="edge.gcode"
    )


def test_telemetry() -> None:
    """The first tool that has a temperature counts."""
    printing = parse_telemetry(recorded("printer")["printing"])
    assert (printing.nozzle_c, printing.bed_c) == (21.3, 21.3)
    heating = parse_telemetry(recorded("printer")["heating"])
    assert (heating.nozzle_c, heating.bed_target_c) == (None, 45)
    second = {"temperature": {"tool0": {"actual": None}, "tool1": {"actual": 0.0}}}
    assert parse_telemetry(second).nozzle_c == 0
    assert parse_telemetry({"temperature": [1]}).nozzle_c is None


def test_progress_is_clamped_and_nonsense_is_dropped() -> None:
    """No number outside of its range gets through."""
    progress: dict[str, Any] = {"completion": 312.5, "printTime": -4}
    report = parse_job({"state": "Printing", "progress": progress})
    assert (report.progress, report.elapsed_s) == (100, None)


def test_continues() -> None:
    """A report continues another with the same file and no less time."""
    now = JobReport(kind=StateKind.PRINTING, path="a", elapsed_s=5)
    assert replace(now, elapsed_s=6).continues(now, within_s=0.1)
    assert not replace(now, elapsed_s=0).continues(now, within_s=0.1)
    assert not replace(now, path="b").continues(now, within_s=0.1)
    assert not replace(now, kind=StateKind.FINISHING).continues(now, within_s=0.1)
    assert not replace(now, kind=StateKind.READY).continues(now, within_s=0.1)


def test_what_is_younger_than_a_slow_answer_continues_nothing() -> None:
    """The next print of the same file may have begun since the answer before."""
    now = JobReport(kind=StateKind.PRINTING, path="a", elapsed_s=5)
    assert not replace(now, elapsed_s=7).continues(now, within_s=8)
    assert replace(now, elapsed_s=13).continues(now, within_s=8)
    idle = replace(now, kind=StateKind.READY)
    assert idle.continues(idle, within_s=8)


@pytest.mark.parametrize("scenario", TRACES)
def test_no_start_is_made_of_the_print_time(scenario: str) -> None:
    """It stands still in pauses, in dwells and for a whole heat-up (18 s)."""
    for row in TRACES[scenario]:
        snapshot = snapshot_of(parse_job(job_of(row)), NOTHING)
        assert snapshot.start_time is None
        assert not snapshot.elapsed_runs


@pytest.mark.parametrize("scenario", TRACES)
def test_whole_recordings(scenario: str) -> None:
    """Each state of each recording means what its flags meant."""
    for row in TRACES[scenario]:
        report = parse_job(job_of(row))
        activity = snapshot_of(report, NOTHING).activity
        flags = row.get("flags_true") or []
        if row["job_state"] != row["printer_state"]:
            # Two requests are not one look: /api/printer was asked later.
            flags = []
        if report.kind is StateKind.CONNECTING:
            assert activity is Activity.NO_NEWS
        elif row["job_state"] == "Sending file to SD":
            assert "printing" in flags
            assert activity is Activity.IDLE
        elif "paused" in flags:
            assert activity is Activity.PAUSED
        elif "printing" in flags:
            assert activity is Activity.PRINTING
        else:
            assert activity in (Activity.IDLE, Activity.ENDED)
        assert report.kind is not StateKind.UNKNOWN
