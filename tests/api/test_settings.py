"""Settings over REST (section 3 of the contract)."""

from typing import Any

import pytest

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, data_of, job_log

from .support import PRINTER_ID, Api, printed

PATHS = [
    "/api/printernizer/v1/settings",
    "/api/v1/settings",
    "/api/printernizer/v1/settings/application",
    "/api/v1/settings/application",
]


@pytest.mark.parametrize("path", PATHS)
async def test_read_and_send_back(api: Api, path: str) -> None:
    """Under each path: what was read may be sent back, and is kept."""
    before = (await api.get(path)).content
    assert before["job_creation_auto_create"] is True
    assert before["monitoring_interval"] == 30
    wanted = before | {
        "job_creation_auto_create": False,
        "monitoring_interval": 60,
        "ignore_patterns": ["*.tmp"],
        "ignore_shorter_minutes": 2.5,
        "record_system_prints": True,
    }
    answer = await api.put(path, wanted)
    assert answer.status == 200
    assert answer.content["status"] == "success"
    assert answer.content["message"] == "Settings updated successfully"
    assert sorted(answer.content["updated_fields"]) == sorted(wanted)
    for each in PATHS:
        assert (await api.get(each)).content == wanted


async def test_settings_of_the_public_product(api: Api) -> None:
    """Others' settings are accepted and ignored."""
    body = {"vat_rate": 19, "log_level": "info", "monitoring_interval": 31}
    answer = await api.put("settings", body)
    assert answer.content["updated_fields"] == ["monitoring_interval"]
    assert (await api.put("settings", {"x": None})).content["updated_fields"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"job_creation_auto_create": "false"},
        {"job_creation_auto_create": 0},
        {"job_creation_auto_create": None},
        {"monitoring_interval": 4},
        {"monitoring_interval": 3601},
        {"monitoring_interval": 30.5},
        {"monitoring_interval": "30"},
        {"monitoring_interval": True},
        {"monitoring_interval": 10**400},
        {"ignore_patterns": "*.tmp"},
        {"ignore_patterns": [1]},
        {"ignore_patterns": [""]},
        {"ignore_shorter_minutes": -1},
        {"ignore_shorter_minutes": 10**400},
        {"record_system_prints": []},
    ],
)
async def test_wrong_values(api: Api, wrong: dict[str, Any]) -> None:
    """A wrong value is named, and nothing of the form is kept."""
    before = (await api.get("settings")).content
    answer = await api.put("settings", {"monitoring_interval": 99} | wrong)
    if answer.status != 400:
        # Numbers beyond all measure are no JSON to Home Assistant's parser.
        assert answer.error == (422, "validation_error")
        assert answer.content["message"].startswith(next(iter(wrong)))
    assert (await api.get("settings")).content == before


async def test_in_force_when_answered(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """Switched off, no job is made; switched on, the running print gets its job."""
    events = BusEvents(hass)
    await api.put("settings", {"job_creation_auto_create": False})
    peer.start_print("Cube.gcode", 600)
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    await coordinator.async_refresh()
    await data_of(hass).manager.settle(PRINTER_ID)
    assert (await api.get("jobs")).content["total_count"] == 0
    answer = await api.put(
        "settings", {"job_creation_auto_create": True, "monitoring_interval": 7}
    )
    assert answer.status == 200
    assert coordinator.update_interval is not None
    assert coordinator.update_interval.total_seconds() == 7
    job = await events.wait_for("job_auto_created")
    assert (await api.get(f"jobs/{job['id']}")).status == 200


async def test_no_print_is_lost(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A change of settings leaves the running print's job alone."""
    job = await printed(hass, peer)
    for interval in (5, 600, 30):
        await api.put("settings", {"monitoring_interval": interval})
    listed = (await api.get("jobs")).content["jobs"]
    assert [each["id"] for each in listed] == [job["id"]]
    assert listed[0]["status"] == "running"


async def test_disabled_job_log(hass: HomeAssistant, api: Api) -> None:
    """The settings hold and can be changed while their entry is disabled."""
    entry = job_log(hass)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert (await api.put("settings", {"monitoring_interval": 44})).status == 200
    assert (await api.get("settings")).content["monitoring_interval"] == 44
    assert job_log(hass).options["monitoring_interval"] == 44
