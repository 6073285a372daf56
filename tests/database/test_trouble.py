"""Locked, full, damaged, too new: what callers are told, and what is kept."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
import sqlite3

import pytest

from custom_components.printernizer.database import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseTooNew,
    JobDatabase,
    Result,
    connection,
)

from .common import Clock, Scribe, began, ended, placed, print_of, url_of

pytestmark = pytest.mark.slow


def read(path: Path) -> bytes:
    """Return what a file holds."""
    return path.read_bytes()


def write(path: Path, content: bytes, ending: str = "") -> None:
    """Replace a database, or a file beside it."""
    path.with_name(path.name + ending).write_bytes(content)


def delete(path: Path) -> None:
    """Delete a database, but not the files beside it."""
    path.unlink()


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the write lock as another program would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks a moment only."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 50)


@pytest.mark.usefixtures("impatient")
async def test_locked(path: Path, clock: Clock) -> None:
    """Busy is said in time; reading goes on; the next try succeeds."""
    database = JobDatabase(url_of(path), clock=clock)
    await database.open()
    scribe = Scribe(database, clock)
    await scribe.one(began(print_of("a")))
    with locked(path):
        with pytest.raises(DatabaseBusy):
            await scribe.one(began(print_of("b")))
        assert len(await scribe.jobs()) == 1
    assert (await scribe.one(began(print_of("b")))).result is Result.CREATED
    await database.close()


async def test_locked_for_a_moment(path: Path, scribe: Scribe) -> None:
    """A short lock is waited for, without blocking the event loop."""
    with locked(path) as other:
        writing = asyncio.create_task(scribe.one(began(print_of())))
        await scribe.jobs()
        assert not writing.done()
        other.execute("ROLLBACK")
        assert (await writing).result is Result.CREATED


@pytest.mark.usefixtures("impatient")
async def test_locked_at_the_start(path: Path, clock: Clock) -> None:
    """Opening may be tried again."""
    database = JobDatabase(url_of(path), clock=clock)
    await database.open()
    await database.close()
    with locked(path), pytest.raises(DatabaseBusy):
        await database.open()
    assert (await database.open()).moved_aside is None
    await database.close()


async def many(scribe: Scribe) -> None:
    """Record more than fits."""
    for number in range(1000):
        await scribe.one(began(print_of(f"{number}" * 50)))


async def test_full(scribe: Scribe) -> None:
    """A full disk is named, keeps what was there, and is survived."""
    database = scribe.database
    await scribe.one(began(print_of("a")))

    def limit(pages: str) -> None:
        database._connections._run(f"PRAGMA max_page_count = {pages}")

    # The smallest limit that SQLite accepts is what the file has.
    await database._in_writer(lambda: limit("1"))
    with pytest.raises(DatabaseFull):
        await many(scribe)
    kept = await scribe.jobs()
    assert kept[0].job_name == "a"
    # A connection that failed is replaced, and the limit was its own.
    assert (await scribe.one(began(print_of("z")))).result is Result.CREATED
    assert len(await scribe.jobs()) == len(kept) + 1


async def test_no_place(tmp_path: Path) -> None:
    """A folder that does not exist is told, and may be made later."""
    database = JobDatabase(url_of(tmp_path / "missing" / "jobs.db"))
    with pytest.raises(DatabaseFull):
        await database.open()
    (tmp_path / "missing").mkdir()
    await database.open()
    await database.close()


async def test_an_odd_path(tmp_path: Path) -> None:
    """A folder may be called anything."""
    folder = tmp_path / "a?b=c#d %41 'ü"
    folder.mkdir()
    database = JobDatabase(url_of(folder / "jobs.db"))
    await database.open()
    await database.close()
    assert (folder / "jobs.db").exists()


async def test_closed(database: JobDatabase) -> None:
    """A closed database says so, closing twice is fine."""
    await database.close()
    await database.close()
    with pytest.raises(DatabaseError):
        await database.page()
    with pytest.raises(DatabaseError):
        await database.delete("1")


async def test_too_new(path: Path, database: JobDatabase) -> None:
    """A later version's database is left untouched."""
    await database.close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE schema_version SET version = 99")
    before = read(path)
    with pytest.raises(DatabaseTooNew):
        await database.open()
    assert read(path) == before
    assert list(path.parent.glob("*damaged*")) == []


async def filled(scribe: Scribe, prints: int = 60) -> None:
    """Record prints, and close the database."""
    for number in range(prints):
        seen = print_of(f"part {number} " + "x" * 80)
        await scribe.record(began(seen), ended(seen.key))
    await scribe.database.close()


async def test_no_database(scribe: Scribe, path: Path) -> None:
    """A file of something else is moved aside, with its log, and a new one begun."""
    await filled(scribe)
    write(path, b"not a database, " * 1000)
    write(path, b"log", "-wal")
    found = await scribe.database.open()
    assert found.moved_aside is not None
    assert found.moved_aside.name.startswith("printernizer.db.damaged-2")
    assert found.moved_aside.read_bytes().startswith(b"not a database")
    assert (await scribe.one(began(print_of()))).result is Result.CREATED
    again = await scribe.database.recover()
    assert again.moved_aside is None
    assert len(await scribe.jobs()) == 1


async def test_cut_short(scribe: Scribe, path: Path) -> None:
    """A file of which the end is missing is noticed when it is opened."""
    await filled(scribe)
    whole = read(path)
    write(path, whole[: len(whole) // 2])
    found = await scribe.database.open()
    assert found.moved_aside is not None
    assert await scribe.jobs() == []
    assert found.moved_aside.stat().st_size == len(whole) // 2


async def test_two_damages_in_a_second(scribe: Scribe, path: Path) -> None:
    """No damaged file replaces another."""
    await scribe.database.close()
    names = set()
    for content in (b"one", b"two", b"three"):
        write(path, content * 1000)
        found = await scribe.database.open()
        assert found.moved_aside is not None
        names.add(found.moved_aside)
        await scribe.database.close()
    assert {name.read_bytes()[:3] for name in names} == {b"one", b"two", b"thr"}


def overwrite(path: Path) -> None:
    """Overwrite the inner pages, and leave the first one sound."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * (size - 3 * 4096))


async def test_damaged_while_open(scribe: Scribe, path: Path) -> None:
    """Damage is told when it is met; recovery moves the file aside."""
    await filled(scribe)
    await scribe.database.open()
    await scribe.database.close()
    overwrite(path)
    # Opened by hand: what opening would notice happens later here.
    scribe.database._open_file = lambda thorough: (  # type: ignore[method-assign]
        scribe.database._connections.connect()
    )
    await scribe.database.open()
    with pytest.raises(DatabaseDamaged):
        await scribe.jobs()
    with pytest.raises(DatabaseDamaged):
        await scribe.one(began(print_of("new")))
    del scribe.database._open_file
    found = await scribe.database.recover()
    assert found.moved_aside is not None
    assert (await scribe.one(began(print_of("new")))).result is Result.CREATED


async def test_deleted_while_open(scribe: Scribe, path: Path) -> None:
    """No change is kept in a file that nobody will find: it is begun anew."""
    await filled(scribe)
    await scribe.database.open()
    await placed(scribe.database)
    delete(path)
    with pytest.raises(DatabaseDamaged):
        await scribe.one(began(print_of("lost")))
    with pytest.raises(DatabaseDamaged):
        await scribe.jobs()
    found = await scribe.database.recover()
    assert (found.is_new, found.moved_aside) == (True, None)
    await scribe.one(began(print_of("new")))
    await scribe.database.close()
    assert not (await scribe.database.open()).is_new
    assert [job.job_name for job in await scribe.jobs()] == ["new"]


async def test_folder_renamed_while_open(scribe: Scribe, path: Path) -> None:
    """The file goes with its folder, and is written on."""
    await filled(scribe)
    await scribe.database.open()
    folder = path.parent.rename(path.parent.with_name("renamed"))
    await scribe.one(began(print_of("new")))
    folder.rename(path.parent)
    assert (await scribe.jobs())[-1].job_name == "new"


async def test_damaged_inside(scribe: Scribe, path: Path) -> None:
    """After a crash every page is looked at."""
    await filled(scribe)
    overwrite(path)
    write(path, b"left by a killed program", "-wal")
    found = await scribe.database.open()
    assert found.moved_aside is not None


@pytest.mark.parametrize("cut", [1, 100, 4096, 20000])
async def test_a_torn_log(tmp_path: Path, clock: Clock, cut: int) -> None:
    """A log whose end is missing loses the last changes at most, nothing before."""
    path = tmp_path / "jobs.db"
    database = JobDatabase(url_of(path), clock=clock)
    await database.open()
    scribe = Scribe(database, clock)
    for number in range(10):
        await scribe.one(began(print_of(str(number)), record=True))
    torn = tmp_path / "torn.db"
    torn.write_bytes(path.read_bytes())
    log = path.with_name("jobs.db-wal").read_bytes()
    torn.with_name("torn.db-wal").write_bytes(log[:-cut])
    await database.close()
    again = JobDatabase(url_of(torn), clock=clock)
    assert (await again.open()).moved_aside is None
    found = await Scribe(again, clock).jobs()
    names = [job.job_name for job in found]
    assert names == [str(number) for number in range(len(names))]
    assert 9 - cut // 4096 <= len(names) <= 9
    # What was lost is recorded again by the next look.
    for number in range(10):
        await Scribe(again, clock, lambda: 100 + number).one(  # noqa: B023
            began(print_of(str(number)))
        )
    assert len(await Scribe(again, clock).jobs()) == 10
    await again.close()


async def test_errors_tell_no_secrets(scribe: Scribe, path: Path) -> None:
    """No value and no path is in an error's text or its cause."""
    await filled(scribe, 1)
    write(path, b"x" * 9999)
    database = JobDatabase(url_of(path))
    database._connections.connect()
    with (
        pytest.raises(DatabaseError) as raised,
        database._connections.translating(),
        database._connections.reading(),
    ):
        pass
    assert str(raised.value) == "SQLITE_NOTADB"
    assert raised.value.__suppress_context__
    database._connections.close()
