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


ORDER = ("status", "current_job", "progress", "remaining_time", "active_jobs")


def _place(entity: dict[str, Any]) -> int:
    """Return where an entity stands among those of its device."""
    ends = [entity["unique_id"].endswith(key) for key in ORDER]
    return ends.index(True) if True in ends else len(ORDER)


def _tile(entity_id: str) -> dict[str, Any]:
    """Return the card of an entity, hidden while it has nothing to show."""
    known = {"condition": "state", "entity": entity_id, "state_not": "unknown"}
    name = {"type": "entity"}
    tile = {"type": "tile", "entity": entity_id, "name": name}
    is_sensor = entity_id.startswith("sensor.")
    return tile | {"visibility": [known]} if is_sensor else tile


def _view(entities: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Return the one view: the counts, a section for each printer, and the logbook."""
    by_device: dict[str, list[str]] = {}
    shown = [each for each in entities if each["disabled_by"] is None]
    for entity in sorted(shown, key=_place):
        by_device.setdefault(entity["device_id"], []).append(entity["entity_id"])
    sections = [
        {
            "type": "grid",
            "cards": [
                {"type": "heading", "heading": names[device]},
                *map(_tile, ids),
            ],
        }
        for device, ids in sorted(by_device.items(), key=lambda item: len(item[1]))
    ]
    events = [each["entity_id"] for each in shown if "event." in each["entity_id"]]
    log = {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": "What happened"},
            {
                "type": "logbook",
                "target": {"entity_id": events},
                "hours_to_show": 24,
                "grid_options": {"columns": "full", "rows": 6},
            },
        ],
    }
    return {
        "type": "sections",
        "title": "Print jobs",
        "max_columns": 3,
        "sections": [*sections, log],
    }
