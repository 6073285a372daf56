"""Waiting times grow, have a limit and begin again."""

import random

from custom_components.printernizer.printers.backoff import Backoff


def test_waits_double_up_to_the_limit() -> None:
    """Each wait is within half of its bound, and the bound doubles."""
    backoff = Backoff(1, 8, random.Random(1))  # noqa: S311
    for bound in (1, 2, 4, 8, 8):
        assert bound / 2 <= backoff.next() <= bound


def test_reset_begins_again() -> None:
    """After something worked the first wait is the short one."""
    backoff = Backoff(1, 60)
    for _ in range(6):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1


def test_what_lasts_begins_again() -> None:
    """It counts from when it landed first, and only until it ends."""
    now_s = 0.0
    backoff = Backoff(1, 60, steady_s=60, clock=lambda: now_s)
    for _ in range(6):
        backoff.next()
    backoff.landed()
    now_s += 30
    backoff.landed()
    now_s += 30
    assert backoff.next() <= 1
    now_s += 60
    assert backoff.next() >= 1


def test_what_ends_at_once_goes_on_slowing_down() -> None:
    """To have landed is not enough."""
    now_s = 0.0
    backoff = Backoff(1, 60, steady_s=60, clock=lambda: now_s)
    for _ in range(6):
        backoff.landed()
        now_s += 59
        backoff.next()
    assert backoff.next() >= 30
