"""A process of its own that is killed while it writes.

``statements FILE``: before each statement of a print's life, one process after the
other is killed; ``storm FILE``: prints are recorded, each one named on the standard
output once it is on disk, until somebody kills the process.
"""

import asyncio
from itertools import count
import os
from pathlib import Path
import signal
import sys
from typing import Any

from sqlalchemy.sql.expression import ClauseElement

from custom_components.printernizer.core.transitions import Transition
from custom_components.printernizer.database import JobDatabase
from custom_components.printernizer.database.sql import Cursor

from .common import NOON, PRINTER, TYPE, began, ended, print_of, url_of


async def live(path: Path, name: str, job_id: str) -> None:
    """Record a print from its begin to its end."""
    database = JobDatabase(url_of(path))
    await database.open()
    seen = print_of(name)
    for order in (began(seen), ended(seen.key)):
        await database.record(PRINTER, TYPE, [order], {"n": 1}, NOON, lambda: job_id)
    await database.close()


def kill_before(statement: int) -> None:
    """Let this process be killed before its statement of this number."""
    numbers = count()
    run = Cursor.run

    def killing(self: Cursor, what: ClauseElement, /, **values: Any) -> int:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(self, what, **values)

    Cursor.run = killing  # type: ignore[method-assign]


def die_at_each_statement(path: Path) -> int:
    """Try the same print again and again; return how often it was killed."""
    for statement in count():
        child = os.fork()
        if not child:
            kill_before(statement)
            asyncio.run(live(path, f"print {statement}", f"{statement:09d}"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return statement
    raise AssertionError


async def storm(path: Path) -> None:
    """Record prints until killed."""
    database = JobDatabase(url_of(path))
    await database.open()
    numbers = count()

    def new_id() -> str:
        return f"{next(numbers):09d}"

    for number in count():
        seen = print_of(str(number))
        orders: list[Transition] = [began(seen), ended(seen.key)]
        await database.record(PRINTER, TYPE, orders, {"n": number}, NOON, new_id)
        os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "storm":
        asyncio.run(storm(where))
    else:
        os.write(1, f"{die_at_each_statement(where)}\n".encode())
