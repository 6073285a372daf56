"""The judgement of a log finds what the integration causes, and nothing else."""

import pytest

from .log import faults

NOW = "2026-11-22 23:27:39.111"


@pytest.mark.parametrize("time", [NOW, f"{NOW}+00:00", f"{NOW}-05:30"])
def test_warning_of_the_integration_is_a_fault(time: str) -> None:
    """A warning is found, with the lines that follow it."""
    text = (
        f"{time} INFO (MainThread) [custom_components.printernizer] Fine\n"
        f"{time} ERROR (MainThread) [homeassistant.core] Error\n"
        "Traceback (most recent call last):\n"
        '  File "custom_components/printernizer/sensor.py", line 1\n'
        f"{time} WARNING (MainThread) [homeassistant.setup] Slow\n"
    )
    (fault,) = faults(text)
    assert fault.startswith("ERROR (MainThread) [homeassistant.core] Error\nTraceback")
    assert fault.endswith("line 1")


def test_what_is_always_wrong_needs_no_name() -> None:
    """A blocking call is a fault at any level."""
    assert faults(f"{NOW} INFO (MainThread) [x] Detected blocking call to open\n")
    assert faults("sys:1: RuntimeWarning: coroutine 'f' was never awaited\n")


def test_crash_before_the_first_record_is_a_fault() -> None:
    """What is written outside the log counts."""
    assert faults("ImportError: custom_components.printernizer\n")


def test_expected_and_allowed_records_are_no_faults() -> None:
    """The remark on custom integrations and what a test expects are harmless."""
    text = (
        f"{NOW} WARNING (SyncWorker_0) [homeassistant.loader] We found a custom "
        "integration printernizer which has not been tested by Home Assistant.\n"
        f"{NOW} WARNING (MainThread) [custom_components.printernizer] No answer\n"
    )
    assert len(faults(text)) == 1
    assert faults(text, allowed=["No answer"]) == []
    assert faults("") == []
