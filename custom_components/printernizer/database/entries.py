"""What decides where a job stands in lists: a key for each order, and traits."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..core.frozen import frozen
from ..core.jobs import Job, JobStatus
from .codec import derived_values, micros
from .models import OrderBy
from .queries import ORDER_COLUMNS

STATE = ("status", "is_business", "auto_created")
LISTED = frozenset({*ORDER_COLUMNS.values(), *STATE, "printer_id"})
"""The columns that decide it."""
_STATUSES = {
    name: place for place, name in enumerate(sorted(each.value for each in JobStatus))
}
_FLAGS = (False, True)
_PREFIX = 7


@frozen()
class Entry:
    """Where one job stands; names that begin alike have the same key."""

    keys: Mapping[OrderBy, int]
    name: str
    state: int
    printer_id: str

    def place(self, order_by: OrderBy) -> tuple[int, str]:
        """Return what its place in an order depends on."""
        return self.keys[order_by], self.name if order_by is OrderBy.JOB_NAME else ""


def entry_of(values: Mapping[str, Any]) -> Entry:
    """Return the entry of a row."""
    return Entry(
        keys={
            order_by: key_of(order_by, values[column])
            for order_by, column in ORDER_COLUMNS.items()
        },
        name=values["name_sort"],
        state=state_of(*(values[name] for name in STATE)),
        printer_id=values["printer_id"],
    )


def entry_of_job(job: Job) -> Entry:
    """Return the entry of a job as it was read from its row."""
    values = {
        "created_at": micros(job.created_at),
        "status": job.status.value,
        "is_business": job.is_business,
        "auto_created": job.auto_created,
        "printer_id": job.printer_id,
    }
    return entry_of(values | derived_values(job))


def key_of(order_by: OrderBy, value: Any) -> int:
    """Return a number that is ordered as the value is, as far as it tells."""
    match order_by:
        case OrderBy.JOB_NAME:
            name: bytes = value.encode()[:_PREFIX]
            return int.from_bytes(name.ljust(_PREFIX, b"\0"))
        case OrderBy.STATUS:
            return _STATUSES[value]
        case _:
            return int(value)


def state_of(status: str, is_business: bool, auto_created: bool) -> int:
    """Return what may be filtered by, but printer and time, as one byte."""
    return _STATUSES[status] * 4 + bool(is_business) * 2 + bool(auto_created)


@lru_cache(maxsize=64)
def states(
    status: str | None = None,
    is_business: bool | None = None,
    auto_created: bool | None = None,
) -> bytes:
    """Return the table that turns the states that are wanted into ones."""
    wanted = {
        state_of(each, business, auto)
        for each in ([status] if status is not None else _STATUSES)
        for business in ([is_business] if is_business is not None else _FLAGS)
        for auto in ([auto_created] if auto_created is not None else _FLAGS)
    }
    return bytes(state in wanted for state in range(256))


def span(first: int, last: int) -> bytes:
    """Return the table that turns these bytes into ones and all others into zeros."""
    return (bytes(first) + b"\1" * (last + 1 - first)).ljust(256, b"\0")
