"""The rows of the newest jobs, for dashboards that ask for them all the time."""

from collections.abc import Iterable, Mapping, Sequence

from .sql import Row

_MOST = 100


class Remembered:
    """A memory of rows by their numbers; it takes nothing that is out of date.

    Its turn counts what was forgotten: who has read before that brings old news.
    """

    def __init__(self) -> None:
        """Remember nothing."""
        self._rows: dict[int, Row] = {}
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
        return {each: self._rows[each] for each in numbers if each in self._rows}

    def add(self, turn: int, newest: int, rows: Mapping[int, Row]) -> None:
        """Remember the rows of the newest jobs as they were at this turn."""
        oldest = newest - _MOST
        new = {number: row for number, row in rows.items() if number > oldest}
        if not new or turn != self.turn:
            return
        for number in [number for number in self._rows if number <= oldest]:
            del self._rows[number]
        self._rows |= new
