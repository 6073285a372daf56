"""Whatever OctoPrint may answer, no print is invented and nothing is raised."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.octoprint.identity import (
    parse_description,
    unique_id_of,
)
from custom_components.printernizer.printers.octoprint.parser import (
    EVENT_TYPES,
    Evidence,
    parse_counters,
    parse_event,
    parse_job,
    parse_telemetry,
    snapshot_of,
)
from custom_components.printernizer.printers.octoprint.push import _parse_message
from custom_components.printernizer.printers.octoprint.rest import file_address

from .fuzzing import fuzz
from .octoprint_recorded import JOBS

NOW = datetime(2026, 11, 22, tzinfo=UTC)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63, 1e308])
    | st.floats()
    | st.text(st.characters(), max_size=20)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
STATES = st.sampled_from(
    ["Printing", "Paused", "Cancelling", "Operational", "Offline after error"]
)


def either(*keys: str) -> st.SearchStrategy[Any]:
    """Return objects with some of these keys, or anything else."""
    return JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(keys, JSON))


JOB_BODIES = st.fixed_dictionaries(
    {},
    optional={
        "state": STATES | JSON,
        "error": JSON,
        "job": st.fixed_dictionaries(
            {},
            optional={
                "file": either("path", "name", "origin"),
                "estimatedPrintTime": JSON,
            },
        )
        | JSON,
        "progress": either("completion", "printTime", "printTimeLeft"),
    },
)


@fuzz
@given(JOB_BODIES, either("prints").filter(lambda body: isinstance(body, dict)))
def test_any_job_becomes_a_snapshot(job: dict[str, Any], file: dict[str, Any]) -> None:
    """No answer raises; without a state nothing is claimed; numbers are sane."""
    report = parse_job(job)
    evidence = Evidence(counters=(parse_counters(file, "a"),))
    snapshot = snapshot_of(report, evidence)
    if not isinstance(job.get("state"), str):
        assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.progress is None or 0 <= snapshot.progress <= 100
    for text in (snapshot.filename, snapshot.reason, snapshot.message):
        assert text is None or text.encode("utf-8")


@fuzz
@given(st.text().filter(lambda word: word.strip() != ""))
def test_unknown_words_are_no_news(word: str) -> None:
    """A word that is not in the table never starts or ends anything."""
    report = parse_job(JOBS["printing"] | {"state": f"?{word}"})
    assert snapshot_of(report, Evidence()).activity is Activity.NO_NEWS


@fuzz
@given(
    st.fixed_dictionaries(
        {"success": JSON, "failure": JSON, "last": either("date", "success")}
    )
    | JSON
)
def test_any_counters(prints: Any) -> None:
    """Counts are never negative, times always have a zone."""
    counters = parse_counters({"prints": prints}, "a")
    assert counters.success >= 0
    assert counters.failure >= 0
    assert counters.last_end is None or counters.last_end.tzinfo is UTC


@fuzz
@given(either("tool0", "tool1", "bed"))
def test_any_telemetry(temperature: Any) -> None:
    """Temperatures that no printer has are dropped."""
    telemetry = parse_telemetry({"temperature": temperature})
    assert telemetry.nozzle_c is None or -100 <= telemetry.nozzle_c <= 2000


@fuzz
@given(st.sampled_from(EVENT_TYPES) | st.text(), either("path", "reason", "error"))
def test_any_event(type_: str, payload: Any) -> None:
    """Only the four events about prints prove anything."""
    event = parse_event(type_, payload, NOW)
    assert event is None or type_.startswith("Print")


@fuzz
@given(st.text() | st.binary().map(lambda raw: raw.decode(errors="replace")))
def test_any_message(message: str) -> None:
    """Anything may come over the socket."""
    assert isinstance(_parse_message(message), dict)


@fuzz
@given(st.binary(), JSON)
def test_any_description(body: bytes, announced: Any) -> None:
    """No bytes and no announcement are too strange for the unique id."""
    parse_description(b"<UDN>" + body + b"</UDN>")
    assert unique_id_of(announced) is None


@fuzz
@given(st.text(max_size=1200))
def test_any_path(path: str) -> None:
    """An address below the folder of files, or none."""
    path = path.encode(errors="replace").decode()
    address = file_address(path)
    assert address is None or (address.isascii() and "/../" not in address)
