"""What people and printers call things comes back as it went in."""

from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.database import (
    DatabaseError,
    JobDatabase,
    JobFilter,
    NewJob,
)
from custom_components.printernizer.database.codec import (
    from_json,
    job_from,
    job_values,
    moment,
    to_json,
)
from custom_components.printernizer.database.statements import storable_key

from .common import PRINTER, TYPE, Scribe, began, print_of

HOSTILE = [
    "'; DROP TABLE jobs; --",
    '"double" `back` \\slash\\',
    "%s %(x)s ? :name {0} $1",
    "100%_[a-z]*",
    "\u202eright to left\u202c עברית العربية",
    "👩‍🚀🖨️ \U0001f9f5",
    "a\0b\x01\x1b[31m\x7f\u0085\u2028",
    "<script>alert(1)</script>",
    "../../etc/passwd\\..\\",
    "e\u0301 and é",
    "=cmd|' /C calc'!A0",
]
times = st.integers(10**14, 7 * 10**15).map(moment)
texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
durations = st.none() | st.integers(0, 10**9)
json_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=5,
)
jobs = st.builds(
    Job,
    id=texts,
    printer_id=texts,
    printer_type=texts,
    job_name=st.text(
        st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200
    ),
    status=st.sampled_from(JobStatus),
    created_at=times,
    updated_at=times,
    filename=st.none() | texts,
    outcome_source=st.none() | st.sampled_from(OutcomeSource),
    start_time=st.none() | times,
    end_time=st.none() | times,
    estimated_duration=durations,
    actual_duration=durations,
    progress=numbers,
    material_used=numbers,
    material_cost=numbers,
    power_cost=numbers,
    is_business=st.booleans(),
    customer_name=st.none() | texts,
    order_id=st.none() | texts,
    notes=st.none() | texts,
    auto_created=st.booleans(),
    discovery_time=st.none() | times,
    printer_start_time=st.none() | times,
    discovered_on_startup=st.booleans(),
    discovered_afterwards=st.booleans(),
    details=st.none() | st.dictionaries(texts, json_values, min_size=1),
    print_key=st.none() | texts,
    print_id=st.none() | texts,
    elapsed_s=numbers,
)


@given(jobs)
def test_a_job_survives_its_columns(job: Job) -> None:
    """Columns, and the JSON of an announcement, lose nothing."""
    assert job_from(job_values(job)) == job
    assert job_from(from_json(to_json(job_values(job))) or {}) == job


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts(database: JobDatabase, scribe: Scribe, text: str) -> None:
    """Every text field keeps every text, and the search finds it literally."""
    new = NewJob(
        printer_id=PRINTER,
        printer_type=TYPE,
        job_name=text,
        filename=f"{text}.gcode",
        customer_name=text,
        order_id=text,
        notes=text,
        details={text: [text]},
    )
    edited = await database.create(new, text)
    other = NewJob(printer_id=PRINTER, printer_type=TYPE, job_name="decoy")
    await database.create(other, "decoy")
    assert await database.job(text) == edited.job
    assert edited.job.notes == edited.job.job_name == text
    page = await database.page(JobFilter(q=text))
    assert page.jobs == (edited.job,)
    assert page.total == 1
    assert (await database.page(JobFilter(printer_id=text))).total == 0
    recorded = await scribe.record(
        began(print_of(text, key=text, print_id=text)), printer_id="p2"
    )
    job = recorded.recordings[0].job
    assert await database.job_of_print("p2", text) == job
    (announcement,) = await database.pending_announcements()
    assert announcement.job == job


@pytest.mark.parametrize("text", ["half \ud83d", "\udcff", "\ud800\udc00"])
async def test_half_characters_are_replaced(scribe: Scribe, text: str) -> None:
    """What no database takes does not keep a print from being recorded."""
    seen = print_of(text, key=text, print_id=text)
    job = (await scribe.one(began(seen))).job
    assert job is not None
    stored = await scribe.database.job(job.id)
    stored.job_name.encode()
    assert await scribe.database.job_of_print(PRINTER, text) == stored
    again = await scribe.one(began(seen))
    assert again.job == stored


def test_long_keys_stay_different() -> None:
    """A key of any length fits, and two keys stay two."""
    first, second = "k" * 5000 + "1", "k" * 5000 + "2"
    keys = {storable_key(first), storable_key(second), storable_key("k" * 512)}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {512}


@pytest.mark.parametrize(
    "values",
    [
        {"estimated_s": float("inf")},
        {"estimated_s": float("nan")},
        {"estimated_s": -5.0},
        {"estimated_s": 1e300},
    ],
)
async def test_numbers_no_column_takes(scribe: Scribe, values: Any) -> None:
    """Absurd numbers do not keep a print from being recorded."""
    job = (await scribe.one(began(print_of(**values)))).job
    assert job is not None
    assert job.estimated_duration is None or job.estimated_duration < 10**9
    assert await scribe.jobs() == [job]


async def test_other_tables_in_the_file_are_left_alone(path: Path) -> None:
    """A file that holds something else too is used, and nothing in it is lost."""
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE mine (a)")
        other.execute("INSERT INTO mine VALUES (1)")
    database = JobDatabase(f"sqlite:///{path}")
    assert (await database.open()).moved_aside is None
    await database.close()
    with closing(sqlite3.connect(path)) as other, other:
        assert other.execute("SELECT a FROM mine").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "what://user:secret@x/y"]
)
async def test_a_wrong_url(url: str) -> None:
    """A URL that names no lasting database is refused without repeating it."""
    with pytest.raises(DatabaseError) as refused:
        await JobDatabase(url).open()
    assert "secret" not in str(refused.value)
