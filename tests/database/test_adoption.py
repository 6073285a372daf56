"""Row O10: a job made by hand becomes the print that it waited for."""

from typing import Any

from custom_components.printernizer.api.serializers import job_to_json
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.transitions import PrintDropped, PrintNamed
from custom_components.printernizer.database import NewJob, Result

from .common import NOON, PRINTER, TYPE, Scribe, began, print_of, told


def by_hand(**values: Any) -> NewJob:
    """Return a job made by hand."""
    values = {"printer_id": PRINTER, "printer_type": TYPE, "job_name": "x"} | values
    return NewJob(**values)


async def test_by_name(scribe: Scribe) -> None:
    """The oldest job with the print's name, in any case, keeps its own fields."""
    database = scribe.database
    await database.create(by_hand(job_name="other", filename="other.gcode"), "1")
    wanted = by_hand(
        job_name="WÜRFEL",
        filename="box/WÜRFEL.gcode",
        notes="for Ann",
        customer_name="Ann",
        is_business=True,
        details={"colour": "red"},
        estimated_duration=5,
    )
    await database.create(wanted, "2")
    await database.create(wanted, "3")
    seen = print_of("cache/würfel.3mf", on_startup=True, estimated_s=9)
    recorded = await scribe.record(began(seen))
    job = recorded.recordings[0].job
    assert recorded.recordings[0].result is Result.ADOPTED
    assert told(recorded.announcements) == ["job_started"]
    assert job is not None
    assert job.id == "2"
    assert (job.status, job.start_time) == (JobStatus.RUNNING, NOON)
    assert (job.job_name, job.filename) == ("WÜRFEL", "box/WÜRFEL.gcode")
    assert (job.notes, job.estimated_duration) == ("for Ann", 5)
    assert job_to_json(job)["customer_info"] == {
        "colour": "red",
        "name": "Ann",
        "discovery_time": NOON.isoformat(),
        "printer_start_time": None,
        "discovered_on_startup": True,
    }
    assert (await scribe.one(began(seen))).result is Result.EXISTING


async def test_the_only_one_without_a_file(scribe: Scribe) -> None:
    """One pending job that names no file waits for any print."""
    await scribe.database.create(by_hand(job_name="Gift"), "1")
    recording = await scribe.one(began(print_of("cube.gcode")))
    assert recording.result is Result.ADOPTED
    assert recording.job is not None
    assert (recording.job.job_name, recording.job.filename) == (
        "Gift",
        "cube.gcode",
    )


async def test_with_a_file_named(scribe: Scribe) -> None:
    """Such a job waits for a print of that file, whatever it is called itself."""
    wanted = by_hand(job_name="Gift", filename="box/cube.gcode")
    await scribe.database.create(wanted, "1")
    await scribe.database.create(wanted, "2")
    for number, (name, expected) in enumerate(
        (
            ("other.gcode", Result.CREATED),
            ("CUBE.3mf", Result.ADOPTED),
            ("gift.gcode", Result.CREATED),
            ("cube.gcode", Result.ADOPTED),
        )
    ):
        seen = print_of(name, key=str(number))
        assert (await scribe.one(began(seen))).result is expected, name


async def test_not_where_two_wait(scribe: Scribe) -> None:
    """Without a name to go by, two pending jobs are left alone."""
    for number in "12":
        await scribe.database.create(by_hand(job_name="Gift"), number)
    assert (await scribe.one(began(print_of()))).result is Result.CREATED


async def test_not_of_another_file_or_printer(scribe: Scribe) -> None:
    """A job that waits for something else goes on waiting."""
    await scribe.database.create(by_hand(filename="other.gcode"), "1")
    await scribe.database.create(by_hand(printer_id="p2", job_name="cube"), "2")
    assert (await scribe.one(began(print_of()))).result is Result.CREATED


async def test_without_recording(scribe: Scribe) -> None:
    """While automatic creation is off, only a waiting job takes the print."""
    order = began(print_of(), record=False)
    assert (await scribe.one(order)).result is Result.NOT_RECORDED
    assert await scribe.jobs() == []
    await scribe.database.create(by_hand(job_name="CUBE", filename="cube"), "1")
    assert (await scribe.one(order)).result is Result.ADOPTED


async def test_dropped_it_waits_again(scribe: Scribe) -> None:
    """A rule that ignores the print does not cost the user the job."""
    edited = await scribe.database.create(by_hand(job_name="cube", notes="!"), "1")
    seen = print_of()
    await scribe.one(began(seen))
    recording = await scribe.one(PrintDropped(key=seen.key, why=""))
    assert recording.result is Result.RETURNED
    assert recording.job is not None
    assert recording.job.status is JobStatus.PENDING
    assert "customer_info" not in job_to_json(recording.job) | job_to_json(edited.job)
    assert (await scribe.one(began(seen))).result is Result.DELETED


async def test_a_late_name_leaves_it(scribe: Scribe) -> None:
    """Names of a job made by hand are the user's."""
    await scribe.database.create(by_hand(job_name="Gift"), "1")
    await scribe.one(began(print_of(None, key="k")))
    named = PrintNamed(key="k", filename="b.gcode", title="B", print_id=None, why="")
    job = (await scribe.one(named)).job
    assert job is not None
    assert (job.job_name, job.filename) == ("Gift", "b.gcode")
