"""Whatever PrusaLink may answer, no print is invented and nothing is raised."""

from contextlib import suppress
import json
import math
from typing import Any

from hypothesis import given, strategies as st

from custom_components.printernizer.core.snapshot import Activity, Snapshot
from custom_components.printernizer.printers.base import PrinterError
from custom_components.printernizer.printers.http import parse_object
from custom_components.printernizer.printers.prusalink.digest import (
    Digest,
    find_challenge,
)
from custom_components.printernizer.printers.prusalink.files import (
    parse_job,
    parse_legacy_job,
)
from custom_components.printernizer.printers.prusalink.identity import (
    check_version,
    identity_of,
)
from custom_components.printernizer.printers.prusalink.parser import State, parse_status

from .fuzzing import fuzz
from .prusalink_recorded import recorded

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63, 1e308, math.inf, math.nan])
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
TEMPERATURES = ("temp_nozzle", "target_nozzle", "temp_bed", "target_bed")
WORDS = st.sampled_from(list(State)) | JSON


def some_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects with some of these fields, or anything else."""
    return st.fixed_dictionaries({}, optional=fields) | JSON


CONDITIONS = some_of(ok=JSON, message=JSON)
PRINTERS = some_of(
    state=WORDS, status_printer=CONDITIONS, **dict.fromkeys(TEMPERATURES, JSON)
)
JOBS = some_of(id=JSON, progress=JSON, time_remaining=JSON, time_printing=JSON)
STATUSES = st.fixed_dictionaries(
    {}, optional={"printer": PRINTERS, "job": JOBS, "storage": JSON}
)
STATELESS = st.fixed_dictionaries(
    {},
    optional={
        "printer": some_of(status_printer=CONDITIONS)
        | some_of(state=st.none() | st.integers() | st.just("") | st.just("  ")),
        "job": JOBS,
    },
)
FILES = some_of(
    name=JSON,
    display_name=JSON,
    display=JSON,
    path=JSON,
    meta=some_of(
        estimated_print_time=JSON,
        **{"filament used [g]": JSON},
    ),
)


def check(snapshot: Snapshot) -> None:
    """Check what holds for every snapshot."""
    assert snapshot.progress is None or 0 <= snapshot.progress <= 100
    for seconds in (
        snapshot.elapsed_s,
        snapshot.remaining_s,
        snapshot.estimated_s,
        snapshot.look_again_s,
    ):
        assert seconds is None or (math.isfinite(seconds) and seconds >= 0)
    assert snapshot.print_id is None or snapshot.print_id.isdecimal()
    assert (snapshot.outcome is not None) is (snapshot.activity is Activity.ENDED)
    for text in (snapshot.message, snapshot.reason):
        if text is not None:
            text.encode()


@fuzz
@given(STATUSES)
def test_any_status(status: dict[str, Any]) -> None:
    """Any status gives a snapshot that keeps its promises."""
    check(parse_status(status))


@fuzz
@given(STATELESS)
def test_without_a_state_nothing_is_active(status: dict[str, Any]) -> None:
    """A report without a state tells of no print and of no end."""
    assert parse_status(status).activity is Activity.NO_NEWS


@fuzz
@given(st.text(max_size=20), JOBS)
def test_only_known_words_decide(word: str, job: object) -> None:
    """Any other word is no news."""
    snapshot = parse_status({"printer": {"state": word}, "job": job})

    assert snapshot.activity is Activity.NO_NEWS or word in State


@fuzz
@given(st.data())
def test_recorded_statuses_with_one_field_spoiled(data: st.DataObject) -> None:
    """A recorded answer with anything in place of one of its fields."""
    name = data.draw(st.sampled_from(["buddy_printing", "mk3_error", "mk3_paused"]))
    status = recorded(f"{name}_v1_status")
    part = data.draw(st.sampled_from(sorted(status)))
    inner = status[part]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(JSON)
    else:
        status[part] = data.draw(JSON)

    check(parse_status(status))


@fuzz
@given(
    some_of(id=JSON, file=FILES).filter(lambda value: isinstance(value, dict)),
    st.integers(0, 9),
)
def test_any_job(answer: dict[str, Any], number: int) -> None:
    """Any job gives a file with a path, or none."""
    for file in (
        parse_job(answer, str(number)),
        parse_job(answer | {"id": number}, str(number)),
        parse_legacy_job({"job": answer}),
    ):
        if file is not None:
            assert file.path.startswith("/") or "/" in file.path
            assert file.filament_g is None or file.filament_g > 0
            file.path.encode()


@fuzz
@given(st.dictionaries(st.text(max_size=8), JSON), some_of(serial=JSON, name=JSON))
def test_any_identity(version: dict[str, Any], info: object) -> None:
    """Any identity is one, or a PrinterError."""
    version |= {"text": "PrusaLink"}
    check_version(version)
    with suppress(PrinterError):
        identity = identity_of(version, info if isinstance(info, dict) else {})
        assert identity.name.strip()


@fuzz
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes(body: bytes) -> None:
    """Any bytes give a snapshot or a PrinterError."""
    with suppress(PrinterError):
        check(parse_status(parse_object(body)))


@fuzz
@given(
    st.text(st.characters(), max_size=80)
    | st.text(st.characters(), max_size=40).map(
        lambda text: f'Digest realm="a", nonce="b", {text}'
    ),
    st.text(st.characters(), max_size=20),
    st.text(st.characters(), max_size=20),
)
def test_any_challenge(header: str, username: str, password: str) -> None:
    """Any challenge is answered in one printable line's worth, or refused."""
    challenge = find_challenge({"WWW-Authenticate": header})
    if challenge is None:
        return
    digest = Digest(challenge=challenge, username=username, password=password)
    with suppress(PrinterError):
        answer = digest.authorise("GET", "/api/v1/status")
        assert answer.startswith("Digest username=")
        assert "algorithm" in header or "algorithm=" not in answer.partition("uri=")[2]
