"""What each request may hold: the one place that validates, and that describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from multidict import MultiMapping

from ..const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_RECORD_SYSTEM,
    MAX_IGNORE_PATTERNS,
    MAX_IGNORE_SHORTER,
    MAX_MONITORING_INTERVAL,
    MAX_PATTERN_LENGTH,
    MIN_MONITORING_INTERVAL,
)
from ..core.jobs import JobStatus
from ..core.names import MAX_NAME
from ..database import MAX_NOTES, OrderBy
from .errors import InvalidRequest
from .fields import (
    Choice,
    Field,
    Flag,
    Free,
    Number,
    Refused,
    Schema,
    Text,
    Texts,
    Whole,
)
from .moment import Moment

MAX_LIMIT = 1000
DEFAULT_LIMIT = 50
_LARGEST = 1_000_000_000
_TEN_YEARS_S = 10 * 365 * 86400


class Direction(StrEnum):
    """Which end of a list comes first."""

    ASC = "asc"
    DESC = "desc"


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The fields of a JSON object; others are passed over."""

    fields: Mapping[str, Field]
    required: frozenset[str] = frozenset()

    def parse(self, value: Any) -> dict[str, Any]:
        """Return the fields that were given; raises InvalidRequest."""
        if not isinstance(value, dict):
            raise InvalidRequest("The body must be a JSON object")
        found: dict[str, Any] = {}
        problems = []
        for name, kind in self.fields.items():
            if name not in value:
                if name in self.required:
                    problems.append(f"{name} is missing")
                continue
            try:
                found[name] = kind.parse(value[name])
            except Refused as refused:
                problems.append(f"{name} {refused}")
        if problems:
            raise InvalidRequest(*problems)
        return found

    def schema(self) -> Schema:
        """Describe the object."""
        schema: Schema = {
            "type": "object",
            "properties": {name: kind.schema() for name, kind in self.fields.items()},
        }
        return schema | {"required": sorted(self.required)} if self.required else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The parameters of a query; others are passed over, empty ones count as absent."""

    fields: Mapping[str, Field]

    def parse(self, query: MultiMapping[str]) -> dict[str, Any]:
        """Return the parameters that were given; raises InvalidRequest."""
        found: dict[str, Any] = {}
        problems = []
        for name, kind in self.fields.items():
            texts = set(query.getall(name, []))
            if len(texts) > 1:
                problems.append(f"{name} must be given once")
                continue
            text = texts.pop() if texts else ""
            if not text:
                continue
            try:
                found[name] = kind.parse_text(text)
            except Refused as refused:
                problems.append(f"{name} {refused}")
        if problems:
            raise InvalidRequest(*problems)
        return found

    def from_json(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the same parameters from a JSON object; null counts as absent, too."""
        given = {name: each for name, each in value.items() if each not in (None, "")}
        return Body(fields=self.fields).parse(given)

    def parameters(self) -> list[Schema]:
        """Describe the parameters as OpenAPI does."""
        return [
            {"name": name, "in": "query", "schema": _or_empty(kind.schema())}
            for name, kind in self.fields.items()
        ]


def _or_empty(schema: Schema) -> Schema:
    """Return a schema that takes the empty text of an empty form field, too."""
    if schema.get("type") == "string" and "anyOf" not in schema:
        if "enum" in schema:
            return schema | {"enum": [*schema["enum"], ""]}
        return schema
    return {"anyOf": [schema, {"type": "string", "maxLength": 0}]}


_ID = Text(longest=64, filled=True)
_ID_OR_EMPTY = Text(longest=64)
_STATUS = Choice(of=JobStatus)
_MONEY = Number(low=0, high=_LARGEST, clears=True)

FILTERS: Mapping[str, Field] = {
    "printer_id": _ID_OR_EMPTY,
    "job_status": _STATUS,
    "status": _STATUS,
    "is_business": Flag(),
    "auto_created": Flag(),
    "q": Text(longest=200),
    "start_date": Moment(),
    "end_date": Moment(until=True),
}
ORDER: Mapping[str, Field] = {
    "order_by": Choice(of=OrderBy, default=OrderBy.CREATED_AT),
    "order_dir": Choice(of=Direction, default=Direction.DESC),
}
PAGE: Mapping[str, Field] = {
    "page": Whole(low=1, high=_LARGEST, default=1),
    "limit": Whole(low=1, high=MAX_LIMIT, default=DEFAULT_LIMIT),
}
JOBS_QUERY = Query(fields={**PAGE, **FILTERS, **ORDER})
EXPORT_QUERY = Query(
    fields={
        **FILTERS,
        **ORDER,
        "job_id": _ID_OR_EMPTY,
        "format": Choice(of=Format, default=Format.CSV),
        "excel": Flag(default=False),
    }
)
PRINTERS_QUERY = Query(fields=PAGE)
DELETE_QUERY = Query(fields={"force": Flag(default=False)})

ONE_JOB = Body(fields={"job_id": _ID}, required=frozenset({"job_id"}))

_EDITABLE: Mapping[str, Field] = {
    "job_name": Text(longest=MAX_NAME, filled=True),
    "filename": Text(longest=1024, clears=True),
    "material_cost": _MONEY,
    "power_cost": _MONEY,
    "is_business": Flag(),
    "customer_name": Text(longest=200, clears=True),
    "customer_info": Free(),
    "order_id": Text(longest=200, clears=True),
    "notes": Text(longest=MAX_NOTES, clears=True),
}
NEW_JOB = Body(
    fields={
        "printer_id": _ID,
        **_EDITABLE,
        "file_name": Text(longest=1024, clears=True),
        "estimated_duration": Whole(low=0, high=_TEN_YEARS_S, clears=True),
    },
    required=frozenset({"printer_id", "job_name"}),
)
JOB_CHANGES = Body(
    fields={
        **_EDITABLE,
        "file_name": Text(longest=1024, clears=True),
        "status": _STATUS,
        "material_used": Number(low=0, high=_LARGEST, clears=True),
        "printer_id": _ID,
    }
)
STATUS_CHANGE = Body(
    fields={
        "status": _STATUS,
        "completion_notes": Text(longest=500, clears=True),
        "force": Flag(default=False),
    },
    required=frozenset({"status"}),
)
SETTINGS = Body(
    fields={
        CONF_AUTO_CREATE: Flag(),
        CONF_MONITORING_INTERVAL: Whole(
            low=MIN_MONITORING_INTERVAL, high=MAX_MONITORING_INTERVAL
        ),
        CONF_RECORD_SYSTEM: Flag(),
        CONF_IGNORE_PATTERNS: Texts(
            item=Text(longest=MAX_PATTERN_LENGTH, filled=True),
            most=MAX_IGNORE_PATTERNS,
        ),
        CONF_IGNORE_SHORTER: Number(low=0, high=MAX_IGNORE_SHORTER),
    }
)
