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
