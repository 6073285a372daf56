"""What every view shares: who asks, what was sent, how it is answered."""

from collections.abc import Callable, Coroutine
from functools import wraps
from http import HTTPStatus
import re
from typing import Any, ClassVar, Concatenate

from aiohttp import web

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.auth.models import User
from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util.json import json_loads

from ..database import DatabaseError
from .encoding import encode
from .errors import ApiError, InvalidRequest, bad_request, forbidden, from_database

MAX_BODY = 64 * 1024
BASE = "/api/printernizer/v1"
ALIAS = "/api/v1"

_TAG = r'(?:W/)?"[!#-~]*"'
IF_MATCH = re.compile(rf"\*|{_TAG}(?:\s*,\s*{_TAG})*")
_VERSION = re.compile(r'"([0-9]{1,18})"')

type Handler[V, **P] = Callable[
    Concatenate[V, web.Request, P], Coroutine[Any, Any, web.StreamResponse]
]


class ApiView(HomeAssistantView):
    """A view, made anew for each of its paths.

    Home Assistant mixes the methods of a view with several paths, and then lets pages
    of other sites (CORS) read what the first method answers, but no other.
    """

    aliases: ClassVar[tuple[str, ...]] = ()

    def __init__(self, path: str) -> None:
        """Answer one path."""
        self.url = path

    @classmethod
    def paths(cls) -> list[str]:
        """Return all its paths, under both bases."""
        assert cls.url is not None
        paths = [cls.url, *cls.aliases]
        return [*paths, *(path.replace(BASE, ALIAS, 1) for path in paths)]


def answers[V: ApiView, **P](handler: Handler[V, P]) -> Handler[V, P]:
    """Turn what a handler refuses, or the history refuses it, into an answer."""

    @wraps(handler)
    async def answer(
        view: V, request: web.Request, /, *args: P.args, **kwargs: P.kwargs
    ) -> web.StreamResponse:
        """Answer, come what may."""
        try:
            return await handler(view, request, *args, **kwargs)
        except ApiError as error:
            response = refusal(error)
        except DatabaseError as error:
            response = refusal(from_database(error))
        if not request.content.is_eof():
            # Nothing can follow a body that was not read to its end.
            response.force_close()
        return response

    return answer


def refusal(error: ApiError) -> web.Response:
    """Return the answer to what is refused."""
    return json_response(error.as_json(), error.status)


def json_response(
    data: Any, status: HTTPStatus = HTTPStatus.OK, *, version: int | None = None
) -> web.Response:
    """Return data as JSON, with an ETag where it has a version."""
    response = web.Response(
        body=encode(data), status=status, content_type="application/json"
    )
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    return response


def hass_of(request: web.Request) -> HomeAssistant:
    """Return the Home Assistant that is asked."""
    hass: HomeAssistant = request.app[KEY_HASS]
    return hass


def user_of(request: web.Request) -> User:
    """Return who asks."""
    user: User = request[KEY_HASS_USER]
    return user


def may_write(user: User) -> bool:
    """Tell whether a user may change anything at all."""
    return user.is_admin or any(group.id != GROUP_ID_READ_ONLY for group in user.groups)


def demand_writer(user: User) -> None:
    """Refuse users who may only read."""
    if not may_write(user):
        raise forbidden("This user may only read")


def demand_admin(user: User) -> None:
    """Refuse users who are no administrators."""
    if not user.is_admin:
        raise forbidden("Only an administrator may do this")


async def read_json(request: web.Request) -> Any:
    """Return the JSON value of the body; raises ApiError."""
    try:
        return json_loads(await _read(request))
    except ValueError:
        message, detail = "The body is not valid JSON", "Send a JSON object (RFC 8259)"
        raise bad_request("invalid_json", message, detail) from None
    except web.RequestPayloadError:
        raise bad_request("invalid_body", "The body cannot be read") from None


async def _read(request: web.Request) -> bytes:
    """Return a body of limited size, which is not trusted to tell its size."""
    if (request.content_length or 0) > MAX_BODY:
        raise _too_large()
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise _too_large()
    return bytes(body)


def _too_large() -> ApiError:
    """Refuse a body that is too large."""
    return ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"The body must be at most {MAX_BODY} bytes long",
    )


def wanted_versions(request: web.Request) -> frozenset[int] | None:
    """Return the versions that ``If-Match`` allows, None for any; raises ApiError.

    A proxy that compresses an answer makes its ETag a weak one, so that the weak form
    is taken as well.
    """
    given = ", ".join(request.headers.getall("If-Match", [])).strip()
    if given in ("", "*"):
        return None
    if not IF_MATCH.fullmatch(given):
        raise InvalidRequest(
            'If-Match must be an ETag with its quotes such as "22", '
            "several of them with commas in between, or *"
        )
    return frozenset(map(int, _VERSION.findall(given)))
