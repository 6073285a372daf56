"""Which changes of a line count as mutants, and which are mere wording."""

import pytest

from .wording import is_wording


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('why="C4 its end",', 'why="XXC4 its endXX",'),
        ('return status, "C2 a cancel was seen"', 'return status, "c2 A CANCEL"'),
        ('judge.trace.append(f"{why}: {key}")', "judge.trace.append(None)"),
        (
            'close_unseen("C5 another start", before=at)',
            "close_unseen(None, before=at)",
        ),
        ("reopen(judge, snapshot, why=why_same)", "reopen(judge, snapshot, why=None)"),
        ("why=why,", "why=None,"),
    ],
)
def test_the_words_of_a_message_decide_nothing(old: str, new: str) -> None:
    """Another text, or none, where a decision tells its reason."""
    assert is_wording(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"progress": shown,', '"XXprogressXX": shown,'),
        ("why = why_other_end(known, snapshot)", "why = None"),
        ("close_current(judge, why)", "close_current(judge, None)"),
        ('return None if same else "C5 another id"', 'return "" if same else "C5 id"'),
        ('close_unseen("C5 another start", before=at)', "close_unseen(before=at)"),
        ('return "C5 it began" if late else None', "return None"),
        ("if known and shown:", "if known or shown:"),
    ],
)
def test_everything_else_is_a_mutant(old: str, new: str) -> None:
    """Whether there is a reason at all may decide, and so do keys."""
    assert not is_wording(old, new)
