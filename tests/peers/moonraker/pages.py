"""The HTTP interface of the peer: what each path answers."""

from typing import Any, Protocol

from aiohttp import web

from .history import History, metadata_of
from .klipper import Klipper, KlipperBusyError

VERSION = "0.11.0"


class Server(Protocol):
    """What the pages need of the server that they belong to."""

    klipper: Klipper
    history: History
    has_history: bool
    trusted: bool
    connected: bool
    identified: bool
    instance_id: str
    hostname: str


class Pages:
    """Answers every path but the WebSocket."""

    def __init__(self, server: Server) -> None:
        """Belong to a server."""
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        """Return the paths that clients ask."""
        return [
            web.get("/access/info", self._access_info),
            web.get("/server/info", self._server_info),
            web.get("/server/database/item", self._database_item),
            web.get("/server/history/list", self._history_list),
            web.get("/server/files/metadata", self._metadata),
            web.get("/printer/info", self._printer_info),
            web.get("/printer/objects/query", self._objects),
            web.post("/printer/print/{action}", self._control),
        ]

    async def _access_info(self, request: web.Request) -> web.Response:
        """Tell how to log in."""
        return result({"login_required": False, "trusted": self._server.trusted})

    async def _server_info(self, request: web.Request) -> web.Response:
        """Tell about Moonraker."""
        state = (
            self._server.klipper.klippy if self._server.connected else "disconnected"
        )
        return result(
            {
                "klippy_connected": self._server.connected,
                "klippy_state": state,
                "moonraker_version": VERSION,
            }
        )

    async def _database_item(self, request: web.Request) -> web.Response:
        """Tell the instance id."""
        query = request.query
        if (query["namespace"], query["key"]) != ("moonraker", "instance_id"):
            return error(404, "Key not found")
        return result({**query, "value": self._server.instance_id})

    async def _history_list(self, request: web.Request) -> web.Response:
        """Tell rows of the history."""
        if not self._server.has_history:
            return error(404, "Not Found")
        query = request.query
        rows = self._server.history.query(
            float(query.get("since", -1)),
            query.get("order", "desc"),
            int(query.get("limit", 50)),
            int(query.get("start", 0)),
        )
        return result({"count": len(self._server.history.rows), "jobs": rows})

    async def _metadata(self, request: web.Request) -> web.Response:
        """Tell what the slicer wrote into a file."""
        return result(
            {
                **metadata_of(self._server.history.estimated_s),
                "filename": request.query["filename"],
            }
        )

    async def _printer_info(self, request: web.Request) -> web.Response:
        """Tell about Klipper."""
        if not self._server.connected:
            return error(503, "Klippy Host not connected")
        return result(
            {
                "state": self._server.klipper.klippy,
                "hostname": self._server.hostname,
                "software_version": "v0.13.0-730-g84104bbbd",
            }
        )

    async def _objects(self, request: web.Request) -> web.Response:
        """Tell printer objects."""
        if not self._server.identified:
            return error(404, "Not Found")
        if not self._server.connected:
            return error(503, "Klippy Host not connected")
        objects = self._server.klipper.objects()
        status = {name: objects[name] for name in request.query if name in objects}
        return result({"eventtime": 1.0, "status": status})

    async def _control(self, request: web.Request) -> web.Response:
        """Start, pause, resume or cancel a print, as a web front end does."""
        try:
            match request.match_info["action"]:
                case "start":
                    self._server.klipper.start_print(request.query["filename"])
                case "pause":
                    self._server.klipper.pause()
                case "resume":
                    self._server.klipper.resume()
                case "cancel":
                    self._server.klipper.cancel()
                case _:
                    return error(404, "Not Found")
        except KlipperBusyError as err:
            return error(400, str(err))
        return web.json_response({"result": "ok"})


def result(value: dict[str, Any]) -> web.Response:
    """Return an answer."""
    return web.json_response({"result": value})


def error(code: int, message: str) -> web.Response:
    """Return an error as Moonraker words it."""
    details = {"code": code, "message": message, "traceback": "Traceback: ..."}
    return web.json_response({"error": details}, status=code)
