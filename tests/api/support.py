"""A client of the API, and what its tests share."""

from collections.abc import Mapping
import csv
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
import io
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse
from aiohttp.test_utils import TestClient
from jsonschema_rs import Draft202012Validator

from custom_components.printernizer.api.answers import SHAPES
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import PRINTER_ID, BusEvents

__all__ = [
    "PRINTER_ID",
    "Answer",
    "Api",
    "make_token",
    "matches",
    "names",
    "printed",
    "rows_of",
    "signed",
]

BASE = "/api/printernizer/v1/"
ADMIN, USER, READ_ONLY = GROUP_ID_ADMIN, GROUP_ID_USER, GROUP_ID_READ_ONLY


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with."""

    status: HTTPStatus
    content: Any
    headers: Mapping[str, str]

    @property
    def error(self) -> tuple[int, str]:
        """Return status and code of an error in the shape that all errors have."""
        assert set(self.content) == {"status", "message", "detail", "error_code"}
        assert self.content["status"] == "error"
        assert all(isinstance(text, str) and text for text in self.content.values())
        return self.status, self.content["error_code"]


class Api:
    """One person's way to the API."""

    def __init__(self, client: TestClient[Any, Any], token: str | None) -> None:
        """Send requests with this token."""
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Send a request; a path without a slash is below the canonical base."""
        url = path if path.startswith("/") else BASE + path
        async with self.client.request(
            method, url, headers={**self.headers, **(headers or {})}, **more
        ) as answer:
            return Answer(
                HTTPStatus(answer.status), await _content(answer), answer.headers
            )

    async def get(self, path: str, **query: Any) -> Answer:
        """Read something."""
        return await self.send("GET", path, params=query)

    async def post(self, path: str, body: Any = None) -> Answer:
        """Add something."""
        return await self.send("POST", path, json=body)

    async def put(self, path: str, body: Any, **more: Any) -> Answer:
        """Change something."""
        return await self.send("PUT", path, json=body, **more)

    async def delete(self, path: str, **query: Any) -> Answer:
        """Remove something."""
        return await self.send("DELETE", path, params=query)

    async def new_job(self, name: str = "Cube", **fields: Any) -> dict[str, Any]:
        """Add a job by hand."""
        body = {"printer_id": PRINTER_ID, "job_name": name, **fields}
        answer = await self.post("jobs", body)
        assert answer.status == HTTPStatus.CREATED, answer
        job: dict[str, Any] = answer.content
        return job

    async def socket(
        self, path: str = "/api/printernizer/ws"
    ) -> ClientWebSocketResponse[Any]:
        """Open the WebSocket."""
        return await self.client.ws_connect(path, headers=self.headers)


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Read a CSV file as a program does."""
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


async def _content(answer: ClientResponse) -> Any:
    """Return the JSON value of an answer, or its text."""
    if answer.content_type == "application/json" and answer.status != 204:
        return await answer.json()
    return await answer.text()


def signed(hass: HomeAssistant, api: Api, path: str, seconds: int = 30) -> str:
    """Return a path that lets this person in for so long, without a token."""
    token = hass.auth.async_validate_access_token(
        api.headers["Authorization"].removeprefix("Bearer ")
    )
    assert token is not None
    lifetime = timedelta(seconds=seconds)
    return async_sign_path(hass, path, lifetime, refresh_token_id=token.id)


async def make_token(
    hass: HomeAssistant, *groups: str, local_only: bool = False
) -> str:
    """Add a person of these groups and return a token for programs."""
    user = await hass.auth.async_create_user(
        "Somebody", group_ids=list(groups), local_only=local_only
    )
    refresh_token = await hass.auth.async_create_refresh_token(
        user, "https://example.com/app"
    )
    return hass.auth.async_create_access_token(refresh_token)


async def printed(
    hass: HomeAssistant, peer: OctoPrintPeer, filename: str = "folder/Cube.gcode"
) -> dict[str, Any]:
    """Begin a print and return its job as the bus announces it."""
    events = BusEvents(hass)
    peer.start_print(filename, 600)
    return await events.wait_for("job_started")


def matches(shape: str, value: Any) -> bool:
    """Tell whether a value has a documented shape."""
    schema = {
        "$ref": f"#/components/schemas/{shape}",
        "components": {"schemas": SHAPES},
    }
    Draft202012Validator(schema, validate_formats=True).validate(value)
    return True


async def names(api: Api, **query: Any) -> list[str]:
    """Return the names of the jobs that a list has."""
    answer = await api.get("jobs", **query)
    assert answer.status == 200, answer
    assert matches("Jobs", answer.content)
    return [job["job_name"] for job in answer.content["jobs"]]
