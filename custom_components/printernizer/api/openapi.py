"""The description of the REST API (OpenAPI 3.1), made of what validates it."""

from functools import cache
from http import HTTPStatus
from typing import Any

from .answers import SHAPES, ref
from .fields import Schema
from .schemas import (
    DELETE_QUERY,
    EXPORT_QUERY,
    JOB_CHANGES,
    JOBS_QUERY,
    NEW_JOB,
    PRINTERS_QUERY,
    SETTINGS,
    STATUS_CHANGE,
    Body,
    Query,
)
from .views import ALIAS, BASE, IF_MATCH, MAX_BODY

_JSON = "application/json"
_ETAG = {
    "ETag": {
        "description": "The version of the job, to be sent back as If-Match",
        "schema": {"type": "string"},
    }
}
_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "Change the job only if it still has this ETag",
    "schema": {"type": "string", "pattern": f"^({IF_MATCH.pattern})?$"},
}
# What each refusal means; those above come from Home Assistant, as plain text.
_REFUSALS = {
    400: "The request makes no sense, or not where the job stands",
    401: "There is no valid token",
    403: "This user may not do that",
    404: "There is no such job or printer",
    409: "The job's print goes on",
    412: "Somebody else has changed the job",
    413: f"The body is longer than {MAX_BODY} bytes",
    422: "A field does not validate; the message names it",
    503: "The job history cannot be reached, or Home Assistant stops",
}
_PLAIN_TOO = (400, 404, 503)


def _refusals(*codes: int) -> dict[str, Any]:
    """Return the refusals that a call may be answered with."""
    answers: dict[str, Any] = {}
    for code in sorted({400, 401, 503, *codes}):
        content: dict[str, Any] = {_JSON: {"schema": ref("Error")}}
        if code == 401:
            content = {}
        if code in (*_PLAIN_TOO, 401):
            content["text/plain"] = {"schema": {"type": "string"}}
        answers[str(code)] = {"description": _REFUSALS[code], "content": content}
    return answers


def _call(
    name: str,
    summary: str,
    shape: str | None,
    *codes: int,
    status: int = 200,
    query: Query | None = None,
    body: Body | None = None,
    etag: bool = False,
    matches: bool = False,
    tag: str = "jobs",
) -> dict[str, Any]:
    """Describe one call: its answer has a shape, its refusals are these codes."""
    success: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if shape is not None:
        success["content"] = {_JSON: {"schema": ref(shape)}}
    if etag:
        success["headers"] = _ETAG
    parameters = query.parameters() if query else []
    if matches:
        parameters = [*parameters, _IF_MATCH]
    refused = [*codes, *((413,) if body else ())]
    if parameters or body:
        refused.append(422)
    call: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {str(status): success, **_refusals(*refused)},
    }
    if parameters:
        call["parameters"] = parameters
    if body is not None:
        call["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": body.schema()}},
        }
    return call


def _export() -> dict[str, Any]:
    """Describe the export, which is no JSON at first."""
    call = _call("export_jobs", "Export jobs as a file", None, query=EXPORT_QUERY)
    call["responses"]["200"]["content"] = {
        "text/csv": {"schema": {"type": "string"}},
        _JSON: {"schema": {"type": "array", "items": ref("Job")}},
    }
    return call


def _open_to_all(name: str, summary: str, shape: str) -> dict[str, Any]:
    """Describe a call that needs no token."""
    call = _call(name, summary, shape, tag="about")
    for code in ("400", "401"):
        call["responses"].pop(code)
    return call | {"security": []}


def _in_path(name: str) -> Schema:
    """Describe an id in a path."""
    schema: Schema = {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9_-]+$",
    }
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _job_paths() -> dict[str, Any]:
    """Describe the calls about jobs."""
    one = {"parameters": [_in_path("job_id")]}
    changing: dict[str, Any] = {"etag": True, "matches": True}
    return {
        "/jobs": {
            "get": _call("list_jobs", "List jobs", "Jobs", query=JOBS_QUERY),
            "post": _call(
                "create_job",
                "Add a job",
                "Job",
                403,
                404,
                status=201,
                body=NEW_JOB,
                etag=True,
            ),
        },
        "/jobs/export": {"get": _export()},
        "/jobs/{job_id}": one
        | {
            "get": _call("get_job", "Read a job", "Job", 404, etag=True),
            "put": _call(
                "update_job",
                "Change a job",
                "Job",
                *(403, 404, 409, 412),
                body=JOB_CHANGES,
                **changing,
            ),
            "delete": _call(
                "delete_job",
                "Remove a job",
                None,
                *(403, 404, 409, 412),
                status=204,
                query=DELETE_QUERY,
                matches=True,
            ),
        },
        "/jobs/{job_id}/status": one
        | {
            "put": _call(
                "set_status",
                "Set a job's status",
                "StatusUpdated",
                *(403, 404, 412),
                body=STATUS_CHANGE,
                **changing,
            )
        },
        "/jobs/{job_id}/cancel": one
        | {
            "post": _call(
                "cancel_job", "Cancel a job", "Cancelled", 403, 404, 412, **changing
            ),
        },
    }


def _other_paths() -> dict[str, Any]:
    """Describe the calls about settings and printers, and about the API itself."""
    settings = {
        "get": _call("get_settings", "Read the settings", "Settings", tag="settings"),
        "put": _call(
            "update_settings",
            "Change settings",
            "SettingsUpdated",
            403,
            body=SETTINGS,
            tag="settings",
        ),
    }
    one = {"parameters": [_in_path("printer_id")]}
    return {
        "/settings": settings,
        "/settings/application": {
            method: call | {"operationId": f"{call['operationId']}_by_alias"}
            for method, call in settings.items()
        },
        "/printers": {
            "get": _call(
                "list_printers",
                "List printers",
                "Printers",
                query=PRINTERS_QUERY,
                tag="printers",
            )
        },
        "/printers/{printer_id}": one
        | {
            "get": _call(
                "get_printer", "Read a printer", "Printer", 404, tag="printers"
            )
        },
        "/printers/{printer_id}/details": one
        | {
            "get": _call(
                "get_printer_details",
                "Read a printer, its figures and its last jobs",
                "PrinterDetails",
                404,
                tag="printers",
            )
        },
        "/health": {"get": _open_to_all("get_health", "Ask whether it runs", "Health")},
        "/openapi.json": {
            "get": _call("get_description", "Read this description", None, tag="about")
        },
    }


@cache
def description() -> dict[str, Any]:
    """Return the description."""
    paths = _job_paths() | _other_paths()
    paths["/openapi.json"]["get"]["responses"]["200"]["content"] = {
        _JSON: {"schema": {"type": "object"}}
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Printernizer",
            "version": "1",
            "description": "Every print of a 3D printer as one job.",
        },
        "servers": [{"url": BASE}, {"url": ALIAS}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": SHAPES,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A long-lived access token of Home Assistant",
                }
            },
        },
    }
