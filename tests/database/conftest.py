"""A database in a file of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from custom_components.printernizer.database import JobDatabase

from .common import Clock, Scribe, url_of


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the database."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of the database."""
    return tmp_path / "printernizer.db"


@pytest.fixture
async def database(path: Path, clock: Clock) -> AsyncIterator[JobDatabase]:
    """Return an open database."""
    opened = JobDatabase(url_of(path), clock=clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def scribe(database: JobDatabase, clock: Clock) -> Scribe:
    """Return somebody who records in the database."""
    return Scribe(database, clock)
