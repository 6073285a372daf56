"""Tell a change of what the core does from one of what it says.

The reasons of decisions (``why``, the trace) are for people and decide nothing, so
that a change of their words is no mutant: one that replaces, by another text or by
None, a text of several words or what is handed on as ``why``.
"""

from contextlib import suppress
from io import StringIO
from itertools import takewhile
import tokenize

_IGNORED = {tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.NL}
_TEXT_BEGINS = {tokenize.FSTRING_START, tokenize.STRING}
_TEXT_ENDS = {tokenize.FSTRING_END, tokenize.STRING}
_WHY = [(tokenize.NAME, "why"), (tokenize.OP, "=")]
_ARGUMENT_ENDS = ([(tokenize.OP, ",")], [(tokenize.OP, ")")])

type Token = tuple[int, str]


def is_wording(old: str, new: str) -> bool:
    """Tell whether two versions of a line differ in the words of a message alone."""
    before, after = _tokens(old), _tokens(new)
    left = _common(before, after)
    right = _common(before[left:][::-1], after[left:][::-1])
    was = before[left : len(before) - right]
    now = after[left : len(after) - right]
    if not was or len(now) != 1:
        return False
    if now[0] != (tokenize.NAME, "None") and now[0][0] != tokenize.STRING:
        return False
    keyword, following = before[left - 2 : left], before[len(before) - right :]
    return _is_prose(was) or (keyword == _WHY and following[:1] in _ARGUMENT_ENDS)


def _tokens(line: str) -> list[Token]:
    """Return the tokens of a piece of code that may be no whole statement."""
    found: list[Token] = []
    # What is a part of a statement only may end in the midst of it.
    with suppress(tokenize.TokenError):
        found.extend(
            (token.type, token.string)
            for token in tokenize.generate_tokens(StringIO(line).readline)
            if token.type not in _IGNORED
        )
    return found


def _common(left: list[Token], right: list[Token]) -> int:
    """Return how many tokens both begin with."""
    pairs = zip(left, right, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_prose(tokens: list[Token]) -> bool:
    """Tell whether tokens are one text of several words."""
    whole = tokens[0][0] in _TEXT_BEGINS and tokens[-1][0] in _TEXT_ENDS
    return whole and any(" " in text for _, text in tokens)
