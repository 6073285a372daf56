"""The shapes of what is answered (JSON Schema 2020-12)."""

from typing import Any

from ..core.jobs import JobStatus, OutcomeSource
from .fields import Schema
from .schemas import SETTINGS
from .serializers import JOB_FIELDS


def _or_null(schema: Schema) -> Schema:
    """Return a schema that null fulfils, too."""
    if "enum" in schema:
        return {**schema, "type": ["string", "null"], "enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}


def _closed(properties: dict[str, Schema], *optional: str) -> Schema:
    """Return the schema of an object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def ref(name: str) -> Schema:
    """Return a reference to one of SHAPES."""
    return {"$ref": f"#/components/schemas/{name}"}


_TEXT: Schema = {"type": "string"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_PERCENT: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_FLAG: Schema = {"type": "boolean"}
_TRUE: Schema = {"type": "boolean", "const": True}
_STATUS: Schema = {"type": "string", "enum": [status.value for status in JobStatus]}
_SOURCE: Schema = {"type": "string", "enum": [each.value for each in OutcomeSource]}
_PRINTER_STATUS: Schema = {
    "type": "string",
    "enum": ["online", "printing", "paused", "error", "offline"],
}

_CUSTOMER_INFO: Schema = {
    "type": "object",
    "properties": {
        "auto_created": _TRUE,
        "discovery_time": _TIME,
        "printer_start_time": _or_null(_TIME),
        "discovered_on_startup": _FLAG,
        "discovered_afterwards": _TRUE,
        "name": _TEXT,
    },
    "additionalProperties": True,
}

_JOB_TYPES: dict[str, Schema] = {
    "job_name": {"type": "string", "minLength": 1, "maxLength": 200},
    "filename": _or_null(_TEXT),
    "status": _STATUS,
    "outcome_source": _or_null(_SOURCE),
    "start_time": _or_null(_TIME),
    "end_time": _or_null(_TIME),
    "started_at": _or_null(_TIME),
    "completed_at": _or_null(_TIME),
    "estimated_duration": _or_null(_WHOLE),
    "actual_duration": _or_null(_WHOLE),
    "progress": _or_null(_PERCENT),
    "progress_percent": _or_null(_PERCENT),
    "material_used": _or_null(_NUMBER),
    "material_cost": _or_null(_NUMBER),
    "power_cost": _or_null(_NUMBER),
    "cost_eur": _or_null(_NUMBER),
    "is_business": _FLAG,
    "customer_name": _or_null(_TEXT),
    "order_id": _or_null(_TEXT),
    "notes": _or_null(_TEXT),
    "created_at": _TIME,
    "updated_at": _TIME,
    "customer_info": _CUSTOMER_INFO,
}

_PAGINATION = _closed(
    {
        "page": {"type": "integer", "minimum": 1},
        "limit": {"type": "integer", "minimum": 1},
        "total_items": _WHOLE,
        "total_pages": {"type": "integer", "minimum": 1},
    }
)
_CURRENT_JOB = _closed(
    {
        "job_id": _TEXT,
        "name": _TEXT,
        "status": _STATUS,
        "progress": _WHOLE,
        "started_at": _or_null(_TIME),
        "estimated_remaining": _WHOLE,
        "layer_current": _WHOLE,
        "layer_total": _WHOLE,
    },
    "estimated_remaining",
    "layer_current",
    "layer_total",
)
_TEMPERATURES = _closed({"bed": _NUMBER, "nozzle": _NUMBER}, "bed", "nozzle")
_PRINTER: dict[str, Schema] = {
    "id": _TEXT,
    "name": _TEXT,
    "printer_type": _TEXT,
    "status": _PRINTER_STATUS,
    "is_enabled": _FLAG,
    "created_at": _TIME,
    "updated_at": _TIME,
    "ip_address": _TEXT,
    "last_seen": _TIME,
    "current_job": _CURRENT_JOB,
    "temperatures": _TEMPERATURES,
}
_WHERE_KNOWN = ("ip_address", "last_seen", "current_job", "temperatures")
_CONNECTION = _closed({"is_connected": _FLAG, "connection_type": _TEXT})
_STATISTICS = _closed(
    {
        "total_jobs": _WHOLE,
        "completed_jobs": _WHOLE,
        "failed_jobs": _WHOLE,
        "success_rate": _PERCENT,
        "total_print_time_hours": _NUMBER,
        "total_material_kg": _NUMBER,
    }
)
_PRINTER_STATE = _closed(
    {
        "printer_id": _TEXT,
        "status": _PRINTER_STATUS,
        "progress": _or_null(_WHOLE),
        "current_job": _or_null(_TEXT),
        "remaining_time_minutes": _or_null(_WHOLE),
        "temperature_bed": _or_null(_NUMBER),
        "temperature_nozzle": _or_null(_NUMBER),
        "message": _or_null(_TEXT),
        "timestamp": _TIME,
    }
)


def _page(key: str, item: str) -> Schema:
    """Return the shape of one page of a list."""
    return _closed(
        {
            key: {"type": "array", "items": ref(item)},
            "total_count": _WHOLE,
            "pagination": _PAGINATION,
        }
    )


SHAPES: dict[str, Any] = {
    "Error": _closed(
        {
            "status": {"type": "string", "const": "error"},
            "message": _TEXT,
            "detail": _TEXT,
            "error_code": _TEXT,
        }
    ),
    "Job": _closed(
        {name: _JOB_TYPES.get(name, _TEXT) for name in JOB_FIELDS}, "customer_info"
    ),
    "Jobs": _page("jobs", "Job"),
    "StatusUpdated": _closed(
        {
            "id": _TEXT,
            "status": _STATUS,
            "previous_status": _STATUS,
            "started_at": _or_null(_TIME),
            "completed_at": _or_null(_TIME),
            "updated_at": _TIME,
        }
    ),
    "Cancelled": _closed(
        {
            "status": {"type": "string", "const": "success"},
            "message": _TEXT,
            "data": ref("Job"),
        }
    ),
    "Settings": SETTINGS.schema() | {"required": list(SETTINGS.fields)},
    "SettingsUpdated": _closed(
        {
            "status": {"type": "string", "const": "success"},
            "message": _TEXT,
            "updated_fields": {"type": "array", "items": _TEXT},
        }
    ),
    "Printer": _closed(_PRINTER, *_WHERE_KNOWN),
    "Printers": _page("printers", "Printer"),
    "PrinterDetails": _closed(
        {
            **_PRINTER,
            "connection": _CONNECTION,
            "statistics": _STATISTICS,
            "recent_jobs": {"type": "array", "items": ref("Job")},
            "current_status": _PRINTER_STATE,
        },
        *_WHERE_KNOWN,
    ),
    "Health": _closed({"status": {"type": "string", "const": "healthy"}}),
}
