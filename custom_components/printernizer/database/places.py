"""Where each job stands in each order: a page is found without a walk to it."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from ..core.jobs import Job
from .entries import (
    LISTED,
    STATE,
    Entry,
    entry_of,
    entry_of_job,
    key_of,
    span,
    state_of,
    states,
)
from .models import OrderBy, Wanted
from .order import Order, Rank, both, ones_of
from .queries import ORDER_COLUMNS, values_of
from .schema import JOBS
from .sql import Cursor

# The traits of a job: its state, its printer in two bytes, and its era: times are
# divided into eras of about as many jobs each.
_STATE, _PRINTER, _MANY_PRINTERS, _ERA = range(4)
_ERAS = 256
# After so many changes, or one for so many jobs, the eras are divided anew.
_CHANGES, _SHARE = 1024, 64
_COLUMNS = tuple(sorted(LISTED))
_ENTRY = select(*(JOBS.c[name] for name in _COLUMNS)).where(
    JOBS.c.seq == bindparam("seq")
)
_NAME = select(JOBS.c.name_sort).where(JOBS.c.seq == bindparam("seq"))

type Changed = Mapping[int, Job | None]
"""The numbers of jobs that were changed, with each as it was; None: not there."""


def order_statement(order_by: OrderBy) -> Select[Any]:
    """Return the query of all jobs in one order, and of their traits in one of them."""
    ordered = (JOBS.c[ORDER_COLUMNS[order_by]], JOBS.c.seq)
    if order_by is not OrderBy.START_TIME:
        return select(*ordered).order_by(*ordered)
    traits = (JOBS.c[name] for name in ("printer_id", *STATE))
    return select(*ordered, *traits).order_by(*ordered)


def _entries(cursor: Cursor, numbers: Iterable[int]) -> Iterator[tuple[int, Entry]]:
    """Yield where those jobs stand that are there."""
    for number in numbers:
        row = cursor.row(_ENTRY, seq=number)
        if row is not None:
            yield number, entry_of(dict(zip(_COLUMNS, row, strict=True)))


class Places:
    """All orders of all jobs, as one snapshot of the database shows them."""

    def __init__(self, cursor: Cursor) -> None:
        """Read the orders."""
        self._orders = {order_by: Order(_ERA + 1) for order_by in OrderBy}
        self._started = self._orders[OrderBy.START_TIME]
        self._printers: dict[str, int] = {}
        self._eras: list[int] = []
        self._changes = 0
        for order_by, order in self._orders.items():
            for value, number, *traits in cursor.each(order_statement(order_by)):
                order.keys.append(key_of(order_by, value))
                order.numbers.append(number)
                if traits:
                    self._note(order, *traits)
        self._divide()
        self._spread(_STATE, _PRINTER, _MANY_PRINTERS, _ERA)

    def _note(self, order: Order, printer_id: str, *state: Any) -> None:
        """Add the traits of the next job, but its era."""
        order.traits[_STATE].append(state_of(*state))
        high, low = divmod(self._printer(printer_id), 256)
        order.traits[_PRINTER].append(low)
        order.traits[_MANY_PRINTERS].append(high)

    def _printer(self, printer_id: str) -> int:
        """Return a number for a printer."""
        return self._printers.setdefault(printer_id, len(self._printers))

    def _divide(self) -> None:
        """Divide times into eras of about as many jobs each."""
        keys = self._started.keys
        step = -(-len(keys) // _ERAS) or 1
        self._eras = sorted(set(keys[step::step]))
        self._started.traits[_ERA][:] = bytes(
            bisect_right(self._eras, key) for key in keys
        )
        self._changes = 0

    def _spread(self, *traits: int) -> None:
        """Bring traits from the order of the start into all other orders."""
        place = {number: at for at, number in enumerate(self._started.numbers)}
        for order in self._orders.values():
            if order is self._started:
                continue
            places = array("q", map(place.__getitem__, order.numbers))
            for trait in traits:
                column = self._started.traits[trait]
                order.traits[trait][:] = bytes(map(column.__getitem__, places))

    # -- following changes -------------------------------------------------------------

    def follow(self, cursor: Cursor, changed: Changed) -> None:
        """Go on to a later snapshot, before which these jobs were changed.

        Raises LookupError where the history was changed by somebody else.
        """
        before = {
            number: entry_of_job(job)
            for number, job in changed.items()
            if job is not None
        }
        after = dict(_entries(cursor, changed))
        for number in before.keys() & after.keys():
            if before[number] == after[number]:
                del before[number], after[number]
        names = _Names(cursor)
        names.update({number: entry.name for number, entry in before.items()})
        for number, entry in before.items():
            self._remove(number, entry, after.get(number), names)
        names.update({number: entry.name for number, entry in after.items()})
        for number, entry in after.items():
            self._insert(number, entry, before.get(number), names)
        self._changes += len(after)
        if self._changes > max(_CHANGES, len(self._started.numbers) // _SHARE):
            self._divide()
            self._spread(_ERA)

    def _remove(
        self, number: int, entry: Entry, later: Entry | None, names: _Names
    ) -> None:
        """Take a job out of the orders where it will not stay in its place."""
        for order_by, order in self._orders.items():
            if later is None or later.place(order_by) != entry.place(order_by):
                order.remove(number, entry.keys[order_by], names.rank(order_by))

    def _insert(
        self, number: int, entry: Entry, earlier: Entry | None, names: _Names
    ) -> None:
        """Add a job to the orders where it is missing, and set its traits in all."""
        high, low = divmod(self._printer(entry.printer_id), 256)
        era = bisect_right(self._eras, entry.keys[OrderBy.START_TIME])
        traits = (entry.state, low, high, era)
        for order_by, order in self._orders.items():
            key, rank = entry.keys[order_by], names.rank(order_by)
            if earlier is None or earlier.place(order_by) != entry.place(order_by):
                order.insert(number, key, rank)
            order.mark(number, key, rank, traits)

    @property
    def newest(self) -> int:
        """Return the number of the job that was created last."""
        numbers = self._orders[OrderBy.CREATED_AT].numbers
        return numbers[-1] if numbers else 0

    # -- finding pages -----------------------------------------------------------------

    def page(self, wanted: Wanted) -> tuple[Sequence[int], int] | None:
        """Return the numbers of the jobs on a page, and the length of the list.

        None where the list is of what is found by its text.
        """
        values = values_of(wanted.jobs)
        if not values.keys().isdisjoint(("q", "job_id")):
            return None
        order = self._orders[wanted.order_by]
        masks = list(self._masks(order, values))
        mask = both(masks) if masks else None
        total = len(order.numbers) if mask is None else mask.count(1)
        count = min(wanted.limit, total - wanted.offset)
        if count <= 0:
            return (), total
        ahead = wanted.offset
        first = total - ahead - count if wanted.descending else ahead
        if mask is None:
            numbers: Sequence[int] = order.numbers[first : first + count]
        else:
            numbers = [order.numbers[at] for at in ones_of(mask, first, count)]
        return numbers[::-1] if wanted.descending else numbers, total

    def _masks(
        self, order: Order, values: Mapping[str, Any]
    ) -> Iterator[bytes | bytearray]:
        """Yield a mask of ones and zeros for each trait that is asked for."""
        state = {name: values[name] for name in STATE if name in values}
        if state:
            yield order.traits[_STATE].translate(states(**state))
        if "printer_id" in values:
            printer = self._printers.get(values["printer_id"], len(self._printers))
            high, low = divmod(printer, 256)
            yield order.traits[_PRINTER].translate(span(low, low))
            if len(self._printers) >= 256:
                yield order.traits[_MANY_PRINTERS].translate(span(high, high))
        if "start" in values or "end" in values:
            yield self._within(order, values.get("start"), values.get("end"))

    def _within(self, order: Order, start: int | None, end: int | None) -> bytearray:
        """Return a mask of the jobs that started from one time up to another."""
        eras = self._eras
        first, last = 0, len(eras)
        outside: set[int] = set()
        if start is not None:
            first = bisect_right(eras, start)
            begins = eras[first - 1] if first else None
            outside.update(self._started.between(begins, start))
        if end is not None:
            last = bisect_right(eras, end)
            ends = eras[last] if last < len(eras) else None
            outside.update(self._started.between(end, ends))
        mask = order.traits[_ERA].translate(span(first, last))
        # A time divides an era: its jobs are told apart one by one.
        for era in {first, last}:
            at = order.traits[_ERA].find(era)
            while at >= 0:
                if order.numbers[at] in outside:
                    mask[at] = 0
                at = order.traits[_ERA].find(era, at + 1)
        return mask


class _Names(dict[int, str]):
    """The names that jobs are ordered by, looked up where they are not known."""

    def __init__(self, cursor: Cursor) -> None:
        """Know no name."""
        super().__init__()
        self._cursor = cursor

    def __missing__(self, number: int) -> str:
        """Look a name up; raises LookupError where there is no such job."""
        row = self._cursor.row(_NAME, seq=number)
        if row is None:
            raise LookupError(number)
        name: str = row[0]
        self[number] = name
        return name

    def rank(self, order_by: OrderBy) -> Rank | None:
        """Return what decides between jobs with equal keys, if not their numbers."""
        return self._rank if order_by is OrderBy.JOB_NAME else None

    def _rank(self, number: int) -> tuple[str, int]:
        """Return what decides between jobs whose names begin alike."""
        return self[number], number
