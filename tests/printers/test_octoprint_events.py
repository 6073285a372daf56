"""OctoPrint's pushed events prove starts and ends, each once."""

from datetime import UTC, datetime

import pytest

from custom_components.printernizer.core.snapshot import EventKind, Outcome, PrintEvent
from custom_components.printernizer.printers.octoprint.parser import (
    EVENT_TYPES,
    parse_event,
)
from custom_components.printernizer.printers.octoprint.push import (
    MAX_EVENTS,
    EventQueue,
)

from .octoprint_recorded import EVENTS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STARTED = (EventKind.STARTED, None)
COMPLETED = (EventKind.ENDED, Outcome.COMPLETED)
CANCELLED = (EventKind.ENDED, Outcome.CANCELLED)
FAILED = (EventKind.ENDED, Outcome.FAILED)


def proofs(scenario: str) -> list[PrintEvent]:
    """Return what the subscribed events of a recording prove."""
    told = (event for _, event in EVENTS[scenario] if event["type"] in EVENT_TYPES)
    found = (parse_event(event["type"], event["payload"], NOW) for event in told)
    return [event for event in found if event is not None]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("03_print_finish_reprint", [STARTED, COMPLETED] * 2),
        ("05_cancel", [STARTED, CANCELLED] * 2),
        ("08_errors", [STARTED, FAILED] * 3),
        ("07_sd", [STARTED, COMPLETED] * 2),
        ("11_edges", [STARTED, COMPLETED] * 4),
        ("15_slow_start", [STARTED, COMPLETED, *[STARTED, CANCELLED] * 2]),
    ],
)
def test_each_start_and_end_once(
    scenario: str, expected: list[tuple[EventKind, Outcome | None]]
) -> None:
    """A cancel fires PrintFailed as well, which is not a second end."""
    assert [(event.kind, event.outcome) for event in proofs(scenario)] == expected


def test_restart_from_paused_starts_again_without_an_end() -> None:
    """The button Restart fires PrintStarted alone."""
    kinds = [event.kind for event in proofs("04_pause_resume")]
    assert kinds[:2] == [EventKind.STARTED, EventKind.STARTED]


def test_errors_keep_their_text() -> None:
    """The reason of a failure is the printer's; a disconnect has none."""
    reasons = [event.reason for event in proofs("08_errors") if event.outcome]
    assert reasons == [
        (
            "Thermal Runaway, system stopped! Heater_ID: bed - "
            "Printer halted. kill() called!"
        ),
        "SerialTimeoutException",
        None,
    ]


def test_names_have_their_folders() -> None:
    """The path is the name."""
    names = {event.filename for event in proofs("06_names")}
    assert names == {
        "sub/deep/inner.gcode",
        "Würfel 20 mm (v2) – Prüfstück 测试.gcode",
    }


@pytest.mark.parametrize("payload", [None, [], "x", {"path": 7, "reason": {}}])
def test_events_without_details_still_prove(payload: object) -> None:
    """A start is a start, even without a name."""
    event = parse_event("PrintStarted", payload, NOW)
    assert event == PrintEvent(kind=EventKind.STARTED, received_at=NOW)


def test_queue_keeps_the_order_when_a_look_fails() -> None:
    """What a failed look had taken comes before what came since."""
    events = [
        PrintEvent(kind=EventKind.STARTED, received_at=NOW, filename=str(n))
        for n in range(MAX_EVENTS + 2)
    ]
    queue = EventQueue()
    queue.add(events[0])
    taken = queue.drain()
    queue.add(events[1])
    queue.put_back(taken)
    assert queue.drain() == tuple(events[:2])
    assert queue.drain() == ()
    for event in events:
        queue.add(event)
    assert queue.drain() == tuple(events[2:])


def test_an_event_is_followed_on_the_line_of_the_last_look() -> None:
    """Whatever was announced while there was none, or before it, may be missing."""
    queue = EventQueue()
    event = PrintEvent(kind=EventKind.STARTED, received_at=NOW)
    queue.looked(queue.line)
    assert not queue.add(event).followed
    queue.landed()
    assert not queue.add(event).followed
    queue.looked(queue.line)
    assert queue.add(event).followed
    queue.lost()
    assert not queue.add(event).followed
    queue.landed()
    assert not queue.add(event).followed
    assert [one.followed for one in queue.drain()] == [False, False, True, False, False]
