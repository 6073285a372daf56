"""A house for each test, with the printer that the test's parameter names."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
import ssl
from typing import Any

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
import pytest

from .house import AnyPrinter, House
from .types import TYPES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each scenario with every type, unless it names its own."""
    marker = metafunc.definition.get_closest_marker("parametrize")
    names = marker.args[0] if marker else ()
    if "type_name" in metafunc.fixturenames and "type_name" not in names:
        metafunc.parametrize("type_name", TYPES)


@pytest.fixture
def clock() -> Iterator[TickingDateTimeFactory]:
    """Let time go on, and jump on where a test wants it to.

    Every clock follows: that of the event loop and its timers, of Home Assistant, of
    the clients and of the peers.
    """
    with freeze_time(datetime.now(UTC), tick=True) as clock:
        assert isinstance(clock, TickingDateTimeFactory)
        yield clock


@pytest.fixture
def faults(clock: TickingDateTimeFactory) -> Iterator[list[object]]:
    """Return what goes wrong in callbacks and tasks, which has to be nothing."""
    found: list[object] = []
    yield found
    assert found == []


@pytest.fixture
async def printer(clock: TickingDateTimeFactory, type_name: str) -> AsyncIterator[Any]:
    """Return an idle printer of a type."""
    async with TYPES[type_name]() as printer:
        yield printer


@pytest.fixture
async def house(
    clock: TickingDateTimeFactory,
    faults: list[object],
    hass_tmp_config_dir: str,
    hass_storage: dict[str, Any],
    printer: AnyPrinter,
) -> AsyncIterator[House]:
    """Return a house whose printer has not been added yet."""

    def note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep it, unless it is a connection that was broken on purpose."""
        if not isinstance(context.get("exception"), ConnectionError | ssl.SSLError):
            faults.append(context)

    asyncio.get_running_loop().set_exception_handler(note)
    house = House(hass_tmp_config_dir, clock, printer)
    await house.start()
    try:
        yield house
    finally:
        await house.close()
