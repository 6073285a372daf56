"""Both Home Assistants that we promise to support start with the integration."""

from pathlib import Path
import sys

import pytest

from tests.environments import ensure
from tests.support.accounts import Role
from tests.support.home_assistant import HomeAssistant
from tests.support.websocket import CommandRefusedError

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1000)]


@pytest.fixture(params=["2026.10.4", "2026.11.0"])
def home_assistant(request: pytest.FixtureRequest, tmp_path: Path) -> HomeAssistant:
    """Return an empty Home Assistant of each version."""
    is_oldest = request.param == "2026.10.4"
    python = Path(sys.executable) if is_oldest else ensure("homeassistant")
    return HomeAssistant(tmp_path, python=python)


async def test_start_restart_and_power_cut(home_assistant: HomeAssistant) -> None:
    """It starts again after a stop and after a power cut, with the same users."""
    async with home_assistant as instance:
        await instance.restart()
        instance.kill()
        await instance.start()
        status, content = await instance.request("GET", "/api/config")
        assert (status, content["state"]) == (200, "RUNNING")
        assert await instance.stop() == 0
    home_assistant.assert_clean_log()


async def test_people_may_do_what_their_group_may(
    home_assistant: HomeAssistant,
) -> None:
    """Each person signs in, and only the administrator administrates."""
    async with home_assistant as instance:
        for role in Role:
            async with instance.connect(role) as connection:
                user = await connection.command("auth/current_user")
                assert user["is_admin"] is (role is Role.ADMIN)
        async with instance.connect(Role.READ_ONLY) as connection:
            with pytest.raises(CommandRefusedError) as refusal:
                await connection.command("config/auth/list")
        assert refusal.value.code == "unauthorized"
        status, _ = await instance.request("GET", "/api/config", role=None)
        assert status == 401
