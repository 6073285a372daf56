"""The rows of the jobs that were read last, each for as long as its job stays so."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from .sql import Row

# Some first pages, which dashboards ask for again and again.
_MOST = 256


class Remembered:
    """A memory of rows by their numbers; it takes nothing that is out of date.

    Its turn counts what was forgotten: who has read before that brings old news.
    """

    def __init__(self) -> None:
        """Remember nothing."""
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self.turn = 0

    def forget(self, numbers: Iterable[int]) -> None:
        """Forget jobs that have changed."""
        for number in numbers:
            self._rows.pop(number, None)
        self.turn += 1

    def clear(self) -> None:
        """Forget all jobs."""
        self._rows.clear()
        self.turn += 1

    def known(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Return the rows of these jobs, as far as they are remembered."""
        known = {each: self._rows[each] for each in numbers if each in self._rows}
        for number in known:
            self._rows.move_to_end(number)
        return known

    def add(self, turn: int, rows: Mapping[int, Row]) -> None:
        """Remember rows as they were at this turn."""
        if turn != self.turn:
            return
        self._rows.update(rows)
        while len(self._rows) > _MOST:
            self._rows.popitem(last=False)
