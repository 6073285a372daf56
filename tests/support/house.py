"""A Home Assistant with printers, used as its user uses it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from .home_assistant import HomeAssistant
from .websocket import Connection

FLOWS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
JOB_EVENTS = (
    "job_auto_created",
    "job_started",
    "job_paused",
    "job_resumed",
    "job_ended",
    "job_completed",
    "job_failed",
    "job_cancelled",
)


class FlowError(Exception):
    """A flow did not come to its end."""


async def add_printer(
    instance: HomeAssistant, printer_type: str, *forms: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer the forms of the flow that adds a printer; returns the new entry.

    Raises FlowError with what the flow showed instead.
    """
    step = await begin_flow(instance, printer_type)
    for form in forms:
        step = await answer_flow(instance, step, form)
    if step.get("type") != "create_entry":
        raise FlowError(step)
    entry: dict[str, Any] = step["result"]
    return entry


async def begin_flow(instance: HomeAssistant, printer_type: str) -> dict[str, Any]:
    """Choose a printer's type from the menu; returns its form."""
    _, step = await instance.request("POST", FLOWS, json={"handler": "printernizer"})
    return await answer_flow(instance, step, {"next_step_id": printer_type})


async def answer_flow(
    instance: HomeAssistant,
    step: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    path: str = FLOWS,
) -> dict[str, Any]:
    """Submit a form; returns what the flow shows next."""
    _, after = await instance.request(
        "POST", f"{path}/{step['flow_id']}", json=dict(answer)
    )
    shown: dict[str, Any] = after
    return shown


async def set_options(
    instance: HomeAssistant, entry_id: str, **options: Any
) -> dict[str, Any]:
    """Submit the options of an entry, the others as they are suggested."""
    _, step = await instance.request("POST", OPTIONS, json={"handler": entry_id})
    answer = {
        field["name"]: field["description"]["suggested_value"]
        for field in step["data_schema"]
        if "suggested_value" in (field.get("description") or {})
    }
    return await answer_flow(instance, step, answer | options, path=OPTIONS)


async def entries(instance: HomeAssistant) -> list[dict[str, Any]]:
    """Return the entries of the integration."""
    _, found = await instance.request(
        "GET", "/api/config/config_entries/entry?domain=printernizer"
    )
    result: list[dict[str, Any]] = found
    return result


async def jobs(instance: HomeAssistant) -> list[dict[str, Any]]:
    """Return all jobs, oldest first."""
    status, page = await instance.request(
        "GET", "/api/v1/jobs?limit=1000&order_by=created_at&order_dir=asc"
    )
    assert status == 200, page
    result: list[dict[str, Any]] = page["jobs"]
    return result


class JobEvents:
    """The integration's events on the bus, one after the other."""

    def __init__(self, connection: Connection) -> None:
        """Use a connection of an administrator."""
        self._connection = connection
        self.seen: list[tuple[str, dict[str, Any]]] = []

    @classmethod
    @asynccontextmanager
    async def of(cls, instance: HomeAssistant) -> AsyncIterator[Self]:
        """Listen to a Home Assistant."""
        async with instance.connect() as connection:
            for event in JOB_EVENTS:
                await connection.command(
                    "subscribe_events", event_type=f"printernizer_{event}"
                )
            yield cls(connection)

    async def until(self, event: str, timeout_s: float = 10) -> dict[str, Any]:
        """Wait for the next event of this name and return its job."""
        while True:
            name, job = await self.next(timeout_s)
            if name == event:
                return job

    async def next(self, timeout_s: float = 10) -> tuple[str, dict[str, Any]]:
        """Wait for the next event; returns its name and its job."""
        event = await self._connection.event(timeout_s)
        name = event["event_type"].removeprefix("printernizer_")
        self.seen.append((name, event["data"]))
        return self.seen[-1]
