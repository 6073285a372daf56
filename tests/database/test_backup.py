"""A backup copies the main file while writes wait."""

import asyncio
from contextlib import closing
from pathlib import Path
import sqlite3

from custom_components.printernizer.database import JobDatabase

from .common import Scribe, began, ended, print_of


def names_in(path: Path) -> list[str]:
    """Return the names in a copy of the main file alone."""
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as other:
        rows = other.execute("SELECT job_name FROM jobs ORDER BY seq").fetchall()
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [name for (name,) in rows]


async def test_the_main_file_is_whole(scribe: Scribe, path: Path) -> None:
    """All that was recorded is in the copy; what comes meanwhile waits for release."""
    database = scribe.database
    await scribe.record(began(print_of("a")), ended(print_of("a").key))
    assert await database.checkpoint_and_hold(60)
    writing = asyncio.create_task(scribe.one(began(print_of("b"))))
    assert len(await scribe.jobs()) == 1
    assert names_in(path) == ["a"]
    assert not writing.done()
    database.release()
    await writing
    assert len(await scribe.jobs()) == 2


async def test_writes_go_on_by_themselves(scribe: Scribe) -> None:
    """A backup that never tells its end does not stop the record."""
    assert await scribe.database.checkpoint_and_hold(0.05)
    await scribe.one(began(print_of()))
    assert len(await scribe.jobs()) == 1


async def test_two_backups(scribe: Scribe) -> None:
    """A second hold replaces the first."""
    assert await scribe.database.checkpoint_and_hold(60)
    assert await scribe.database.checkpoint_and_hold(60)
    scribe.database.release()
    scribe.database.release()
    await scribe.one(began(print_of()))


async def test_closing_ends_a_hold(database: JobDatabase, scribe: Scribe) -> None:
    """What waits is written before the database closes."""
    assert await database.checkpoint_and_hold(60)
    writing = asyncio.create_task(scribe.one(began(print_of())))
    await asyncio.sleep(0)
    await database.close()
    await writing
    await database.open()
    assert len(await scribe.jobs()) == 1
