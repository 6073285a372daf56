"""A dashboard of Home Assistant's own cards for printers and jobs."""

from typing import Any

from tests.support.websocket import Connection

URL_PATH = "print-jobs"


async def make_dashboard(connection: Connection) -> None:
    """Put the dashboard into the sidebar, once, and bring it up to date."""
    dashboards = await connection.command("lovelace/dashboards/list")
    if not any(each["url_path"] == URL_PATH for each in dashboards):
        await connection.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="Print jobs",
            icon="mdi:printer-3d",
            mode="storage",
        )
    entities = await connection.command("config/entity_registry/list")
    ours = [each for each in entities if each["platform"] == "printernizer"]
    devices = await connection.command("config/device_registry/list")
    names = {each["id"]: each["name_by_user"] or each["name"] for each in devices}
    config = {"views": [_view(ours, names)]}
    await connection.command("lovelace/config/save", url_path=URL_PATH, config=config)


def _view(entities: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Return the one view: a section for each device, and the logbook."""
    by_device: dict[str, list[str]] = {}
    for entity in entities:
        if entity["disabled_by"] is None:
            by_device.setdefault(entity["device_id"], []).append(entity["entity_id"])
    sections = [
        {
            "type": "grid",
            "cards": [
                {"type": "heading", "heading": names[device]},
                *({"type": "tile", "entity": each} for each in sorted(ids)),
            ],
        }
        for device, ids in by_device.items()
    ]
    events = [each for ids in by_device.values() for each in ids if "event." in each]
    log = {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": "What happened"},
            {
                "type": "logbook",
                "target": {"entity_id": events},
                "hours_to_show": 24,
                "grid_options": {"columns": "full", "rows": 8},
            },
        ],
    }
    return {"type": "sections", "title": "Print jobs", "sections": [*sections, log]}
