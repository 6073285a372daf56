"""All jobs in one order, in memory: their numbers, and a byte a job for each filter.

So many bytes are passed over a hundred times faster than so many rows of an index:
any page of any list is found at once, and the length of the list with it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

type Rank = Callable[[int], tuple[str, int]]
"""Return what decides between jobs with equal keys; it is the number elsewhere."""


class Order:
    """The numbers of all jobs in one order, the keys that order them, their traits."""

    def __init__(self, traits: int) -> None:
        """Begin without a job; each trait is a byte a job."""
        self.numbers = array("q")
        self.keys = array("q")
        self.traits = tuple(bytearray() for _ in range(traits))

    def insert(self, number: int, key: int, rank: Rank | None) -> None:
        """Add a job, without traits, where it belongs."""
        at = self._place(number, key, rank)
        self.numbers.insert(at, number)
        self.keys.insert(at, key)
        for column in self.traits:
            column.insert(at, 0)

    def mark(
        self, number: int, key: int, rank: Rank | None, traits: Iterable[int]
    ) -> None:
        """Set the traits of a job; raises LookupError as ``remove`` does."""
        at = self._found(number, key, rank)
        for column, trait in zip(self.traits, traits, strict=True):
            column[at] = trait

    def remove(self, number: int, key: int, rank: Rank | None) -> None:
        """Take a job out; raises LookupError where it is not where it belongs."""
        at = self._found(number, key, rank)
        del self.numbers[at], self.keys[at]
        for column in self.traits:
            del column[at]

    def _found(self, number: int, key: int, rank: Rank | None) -> int:
        """Return where a job is; raises LookupError where that is not its place."""
        at = self._place(number, key, rank)
        if self.numbers[at] != number:
            raise LookupError(number)
        return at

    def _place(self, number: int, key: int, rank: Rank | None) -> int:
        """Return where a job is, or belongs."""
        first = bisect_left(self.keys, key)
        last = bisect_right(self.keys, key, first)
        if rank is None:
            return bisect_left(self.numbers, number, first, last)
        return bisect_left(self.numbers, rank(number), first, last, key=rank)

    def between(self, first: int | None, last: int | None) -> array[int]:
        """Return the numbers of the jobs from one key up to another."""
        begin = 0 if first is None else bisect_left(self.keys, first)
        end = len(self.keys) if last is None else bisect_left(self.keys, last, begin)
        return self.numbers[begin:end]


def both(masks: Sequence[bytes | bytearray]) -> bytes | bytearray:
    """Return ones where all of these masks have ones, and zeros elsewhere."""
    first, *others = masks
    if not others:
        return first
    ones = int.from_bytes(first)
    for mask in others:
        ones &= int.from_bytes(mask)
    return ones.to_bytes(len(first))


def ones_of(mask: bytes | bytearray, first: int, count: int) -> list[int]:
    """Return the places of so many ones, after so many others."""
    begin, end, passed = 0, len(mask), first
    while end - begin > 1:
        middle = (begin + end) // 2
        ones = mask.count(1, begin, middle)
        if passed < ones:
            end = middle
        else:
            passed -= ones
            begin = middle
    places: list[int] = []
    for _ in range(count):
        begin = mask.find(1, begin)
        places.append(begin)
        begin += 1
    return places
