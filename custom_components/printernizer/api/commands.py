"""The same data on Home Assistant's own socket, for cards and panels."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import voluptuous as vol

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import VolDictType

from ..database import DatabaseError
from ..models import runtime
from . import jobs
from .encoding import Message
from .errors import ApiError, from_database
from .hub import HUB
from .printers import all_printers_json
from .schemas import (
    DELETE_QUERY,
    JOB_CHANGES,
    JOBS_QUERY,
    NEW_JOB,
    ONE_JOB,
    SETTINGS,
    Body,
)
from .settings import async_change_settings, settings_json
from .views import demand_admin, demand_writer

type Command = Callable[
    [HomeAssistant, ActiveConnection, dict[str, Any]], Awaitable[Any]
]


def _schema(name: str) -> VolDictType:
    """Leave all fields to our own validation, whose messages name the field."""
    return {vol.Required("type"): f"printernizer/{name}", vol.Extra: object}


def _command(name: str) -> Callable[[Command], Any]:
    """Register what a command returns as its result, and what it refuses as its error."""

    def decorate(command: Command) -> Any:
        """Wrap one command."""

        @websocket_command(_schema(name))
        @async_response
        @wraps(command)
        async def answer(
            hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
        ) -> None:
            """Answer, come what may."""
            try:
                result = await command(hass, connection, msg)
            except ApiError as error:
                connection.send_error(msg["id"], error.code, error.detail)
            except DatabaseError as error:
                refused = from_database(error)
                connection.send_error(msg["id"], refused.code, refused.detail)
            else:
                connection.send_result(msg["id"], result)

        return answer

    return decorate


def _job_id(msg: dict[str, Any]) -> str:
    """Return the job that is meant; raises ApiError."""
    job_id: str = ONE_JOB.parse(msg)["job_id"]
    return job_id


@_command("jobs/list")
async def _list(
    hass: HomeAssistant, _connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Return one page of jobs."""
    return await jobs.list_jobs(hass, JOBS_QUERY.from_json(msg))


@_command("jobs/get")
async def _get(
    hass: HomeAssistant, _connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Return a job."""
    found = await jobs.get_job(hass, _job_id(msg))
    return jobs.live_json(hass, found.job)


@_command("jobs/create")
async def _create(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Add a job by hand."""
    demand_writer(connection.user)
    edited = await jobs.create_job(hass, NEW_JOB.parse(msg))
    return jobs.live_json(hass, edited.job)


@_command("jobs/update")
async def _update(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Change a job."""
    demand_writer(connection.user)
    edited = await jobs.update_job(hass, _job_id(msg), JOB_CHANGES.parse(msg))
    return jobs.live_json(hass, edited.job)


@_command("jobs/delete")
async def _delete(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Remove a job."""
    demand_writer(connection.user)
    force = Body(fields=DELETE_QUERY.fields).parse(msg).get("force", False)
    await jobs.delete_job(hass, _job_id(msg), force=force)


@_command("settings/get")
async def _get_settings(
    hass: HomeAssistant, _connection: ActiveConnection, _msg: dict[str, Any]
) -> Any:
    """Return the settings."""
    return settings_json(hass)


@_command("settings/update")
async def _update_settings(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> Any:
    """Change settings."""
    demand_admin(connection.user)
    updated = await async_change_settings(hass, SETTINGS.parse(msg))
    return {"updated_fields": updated, "settings": settings_json(hass)}


class _Subscription:
    """A card that listens; what happens before its snapshot is sent waits."""

    def __init__(self, connection: ActiveConnection, number: int) -> None:
        """Serve one subscription of a connection."""
        self._connection = connection
        self._number = number
        self._waiting: list[Message] | None = []

    def send(self, message: Message) -> None:
        """Send a message; Home Assistant drops clients that are behind."""
        if self._waiting is not None:
            self._waiting.append(message)
        else:
            self._connection.send_event(self._number, message.payload)

    def follows(self, _printer_id: str) -> bool:
        """Tell that a card shows every printer."""
        return True

    @callback
    def begin(self, snapshot: Message) -> None:
        """Send the snapshot, and what has happened since it was asked for."""
        waiting, self._waiting = self._waiting or [], None
        for message in (snapshot, *waiting):
            self.send(message)


@websocket_command(_schema("subscribe"))
@async_response
async def _subscribe(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send the active jobs and all printers, then everything that happens."""
    hub, data = hass.data[HUB], runtime(hass)
    subscription = _Subscription(connection, msg["id"])
    hub.add(subscription)
    connection.subscriptions[msg["id"]] = lambda: hub.remove(subscription)
    try:
        active = await data.database.active_jobs()
    except DatabaseError as error:
        hub.remove(subscription)
        connection.subscriptions.pop(msg["id"], None)
        refused = from_database(error)
        connection.send_error(msg["id"], refused.code, refused.detail)
        return
    snapshot = {
        "type": "snapshot",
        "jobs": [jobs.live_json(hass, job) for job in active],
        "printers": all_printers_json(hass, active),
    }
    connection.send_result(msg["id"])
    subscription.begin(Message(snapshot))


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register all commands, once."""
    for command in (
        _list,
        _get,
        _create,
        _update,
        _delete,
        _get_settings,
        _update_settings,
        _subscribe,
    ):
        async_register_command(hass, command)
