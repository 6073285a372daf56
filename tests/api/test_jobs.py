"""Jobs over REST: list, read, add, change (sections 2 and 3 of the contract)."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
import sqlite3
from typing import Any

import pytest

from custom_components.printernizer.const import DATABASE_FILE
from custom_components.printernizer.settings import printer_id_of
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, add_entry

from .support import PRINTER_ID, Api, matches, names, printed

MISSING = "01JDOESNOTEXIST00000000000"


# -- the job -------------------------------------------------------------------------


async def test_a_recorded_print(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A print's job has every documented field, alike in list, detail and bus."""
    event = await printed(hass, peer)
    answer = await api.get(f"jobs/{event['id']}")
    job = answer.content
    assert answer.status == 200 and matches("Job", job)
    assert job["job_name"] == "Cube" and job["filename"] == "folder/Cube.gcode"
    assert job["status"] == "running" and job["printer_type"] == "octoprint"
    assert job["printer_id"] == PRINTER_ID
    info = job["customer_info"]
    assert info["auto_created"] is True and info["discovered_on_startup"] is False
    assert job["created_at"] == info["discovery_time"]
    for name in ("created_at", "updated_at", "start_time", "started_at"):
        assert datetime.fromisoformat(job[name]).utcoffset() is not None
    listed = (await api.get("jobs")).content["jobs"]
    assert [each["customer_info"] for each in listed] == [info]
    assert event["customer_info"] == info
    assert set(event) - set(job) == {"device_id", "config_entry_id"}


async def test_the_end_of_a_print(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A finished print has whole seconds, a source and both spellings of its times."""
    event = await printed(hass, peer)
    events = BusEvents(hass)
    peer.finish()
    await events.wait_for("job_ended")
    job = (await api.get(f"jobs/{event['id']}")).content
    assert matches("Job", job)
    assert (job["status"], job["outcome_source"]) == ("completed", "printer")
    assert job["progress"] == job["progress_percent"] == 100
    assert isinstance(job["actual_duration"], int)
    assert job["started_at"] == job["start_time"]
    assert job["completed_at"] == job["end_time"] is not None


# -- adding --------------------------------------------------------------------------


async def test_add(api: Api) -> None:
    """A job made by hand waits, and keeps what was said about it."""
    fields = {
        "filename": "a/b.gcode",
        "estimated_duration": 3600,
        "material_cost": 1.5,
        "is_business": True,
        "customer_name": "Eva",
        "customer_info": {"phone": "1", "auto_created": True, "none": None},
        "order_id": "O-1",
        "notes": "n",
    }
    answer = await api.post(
        "jobs", {"printer_id": PRINTER_ID, "job_name": "J"} | fields
    )
    job = answer.content
    assert answer.status == 201 and matches("Job", job)
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"].endswith(f"/jobs/{job['id']}")
    assert job["status"] == "pending"
    assert job["customer_info"] == {"phone": "1", "name": "Eva"}
    kept = fields.keys() - {"customer_info"}
    assert {name: job[name] for name in kept} == {name: fields[name] for name in kept}
    assert job["cost_eur"] == 1.5
    plain = await api.new_job("plain")
    assert "customer_info" not in plain
    assert plain["id"] > job["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"job_name": "x"}, "printer_id is missing"),
        ({"printer_id": PRINTER_ID}, "job_name is missing"),
        ({"printer_id": 5}, "printer_id must be text of 1 to 64 characters"),
        ({"printer_id": ""}, "printer_id must be text of 1 to 64 characters"),
        ({"job_name": ""}, "job_name"),
        ({"job_name": "  "}, "job_name"),
        ({"job_name": "x" * 201}, "job_name"),
        ({"job_name": None}, "job_name"),
        ({"job_name": 7}, "job_name"),
        ({"estimated_duration": 1.5}, "estimated_duration"),
        ({"estimated_duration": -1}, "estimated_duration"),
        ({"estimated_duration": True}, "estimated_duration"),
        ({"material_cost": "1"}, "material_cost"),
        ({"material_cost": -0.1}, "material_cost"),
        ({"material_cost": 1e300}, "material_cost"),
        ({"is_business": "yes"}, "is_business"),
        ({"is_business": True}, "customer_name"),
        ({"is_business": True, "customer_name": " "}, "customer_name"),
        ({"customer_name": "x" * 201}, "customer_name"),
        ({"customer_info": []}, "customer_info"),
        ({"customer_info": {"name": 7}}, "customer_info.name"),
        ({"notes": "x" * 1001}, "notes"),
        ({"order_id": {}}, "order_id"),
        ({"filename": 1}, "filename"),
    ],
)
async def test_add_refused(api: Api, body: dict[str, Any], field: str) -> None:
    """A field that does not validate is named, and nothing is added."""
    if "missing" not in field:
        body = {"printer_id": PRINTER_ID, "job_name": "x"} | body
    answer = await api.post("jobs", body)
    assert answer.error == (422, "validation_error")
    assert answer.content["message"].startswith(field)
    assert await names(api) == []


async def test_add_for_an_unknown_printer(api: Api) -> None:
    """A job needs a printer that is set up."""
    answer = await api.post("jobs", {"printer_id": "nobody", "job_name": "x"})
    assert answer.error == (404, "printer_not_found")


# -- changing ------------------------------------------------------------------------


async def test_change_everything(api: Api) -> None:
    """Every documented field can be changed and cleared; an absent one stays."""
    job = await api.new_job("J", notes="stay")
    changes = {
        "job_name": "K",
        "status": "running",
        "customer_name": "Eva",
        "file_name": "k.gcode",
        "material_cost": 2,
        "power_cost": 0.5,
        "material_used": 12.25,
        "order_id": "O",
        "is_business": True,
        "printer_id": PRINTER_ID,
    }
    answer = await api.put(f"jobs/{job['id']}", changes)
    changed = answer.content
    assert answer.status == 200 and matches("Job", changed)
    changes["filename"] = changes.pop("file_name")
    assert {name: changed[name] for name in changes} == changes
    assert changed["notes"] == "stay" and changed["cost_eur"] == 2.5
    cleared = ("material_cost", "power_cost", "material_used", "order_id", "notes")
    body: dict[str, Any] = dict.fromkeys((*cleared, "filename"))
    answer = await api.put(f"jobs/{job['id']}", body)
    assert {answer.content[name] for name in (*cleared, "filename", "cost_eur")} == {
        None
    }
    assert answer.content["customer_name"] == "Eva"


async def test_business_needs_a_customer(api: Api) -> None:
    """The name is demanded where there is none, not at every edit."""
    job = await api.new_job()
    path = f"jobs/{job['id']}"
    answer = await api.put(path, {"is_business": True})
    assert answer.error == (422, "validation_error")
    assert answer.content["message"].startswith("customer_name")
    body = {"is_business": True, "customer_name": "Eva"}
    assert (await api.put(path, body)).status == 200
    assert (await api.put(path, {"job_name": "only the name"})).status == 200
    assert (await api.put(path, {"is_business": True})).status == 200
    assert (await api.put(path, {"customer_name": None})).status == 422
    answer = await api.put(path, {"is_business": False, "customer_name": None})
    assert answer.status == 200 and "customer_info" not in answer.content


async def test_edits_keep_how_a_job_came_to_be(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """No edit touches the keys of automatic creation; others are merged."""
    event = await printed(hass, peer)
    path, auto = f"jobs/{event['id']}", event["customer_info"]
    lies = {"auto_created": False, "discovery_time": "x", "name": "Eva", "phone": "1"}
    answer = await api.put(path, {"customer_info": lies})
    assert answer.content["customer_info"] == auto | {"name": "Eva", "phone": "1"}
    assert answer.content["customer_name"] == "Eva"
    answer = await api.put(path, {"customer_info": {"mail": "m", "phone": None}})
    assert answer.content["customer_info"] == auto | {"name": "Eva", "mail": "m"}
    answer = await api.put(path, {"customer_info": None, "customer_name": None})
    assert answer.content["customer_info"] == auto


async def test_a_job_sent_back_changes_nothing(api: Api) -> None:
    """A client may send back all that it got."""
    job = await api.new_job("J", customer_name="Eva", customer_info={"phone": "1"})
    answer = await api.put(f"jobs/{job['id']}", job)
    assert answer.content == job
    assert answer.headers["ETag"] == '"1"'


async def test_a_job_sent_back_with_another_file(api: Api) -> None:
    """What is written as ``file_name`` counts beside the ``filename`` that was read."""
    job = await api.new_job("J", filename="a.gcode")
    answer = await api.put(f"jobs/{job['id']}", job | {"file_name": "b.gcode"})
    assert answer.content["filename"] == "b.gcode"


async def test_change_refused(api: Api) -> None:
    """What cannot be is refused with the right status."""
    job = await api.new_job()
    path = f"jobs/{job['id']}"
    assert (await api.put(path, {"status": "done"})).error == (422, "validation_error")
    assert (await api.put(path, {"status": None})).error == (422, "validation_error")
    answer = await api.put(path, {"printer_id": None})
    assert answer.content["message"] == "printer_id must be text of 1 to 64 characters"
    assert (await api.put(path, {"status": "paused"})).error == (
        400,
        "transition_forbidden",
    )
    assert (await api.put(path, {"printer_id": "nobody"})).error == (
        404,
        "printer_not_found",
    )
    assert (await api.put(f"jobs/{MISSING}", {})).error == (404, "job_not_found")
    assert (await api.get(path)).content == job


async def test_another_printer(hass: HomeAssistant, api: Api) -> None:
    """A job can be moved to another printer, of which it is one from then on."""
    uuid = "6f1d1c5e-8f0a-4c8e-9a3b-0d9a3f6f2c11"
    other, other_id = OctoPrintPeer(uuid=uuid), printer_id_of("octoprint", uuid)
    await other.start()
    await add_entry(hass, other, unique_id=other_id, title="Other")
    job = await api.new_job(notes="kept")
    answer = await api.put(f"jobs/{job['id']}", {"printer_id": other_id})
    assert answer.status == 200 and matches("Job", answer.content)
    assert answer.content["printer_id"] == other_id
    assert answer.content["notes"] == "kept"
    assert await names(api, printer_id=PRINTER_ID) == []
    assert await names(api, printer_id=other_id) == ["Cube"]
    await other.stop()


async def test_an_answer_means_that_it_is_on_disk(
    hass: HomeAssistant, api: Api
) -> None:
    """What was answered with 2xx is what another program reads in the file."""
    path = Path(hass.config.path(DATABASE_FILE))

    def on_disk(column: str) -> list[Any]:
        """Read as another program does."""
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            return [row[column] for row in file.execute("SELECT * FROM jobs")]

    job = await api.new_job("Vase")
    assert on_disk("job_name") == ["Vase"]
    await api.put(f"jobs/{job['id']}", {"notes": "n"})
    assert on_disk("notes") == ["n"]
    await api.put(f"jobs/{job['id']}/status", {"status": "running"})
    assert on_disk("status") == ["running"]
    await api.post(f"jobs/{job['id']}/cancel")
    assert on_disk("status") == ["cancelled"]
    await api.delete(f"jobs/{job['id']}")
    assert on_disk("id") == []
