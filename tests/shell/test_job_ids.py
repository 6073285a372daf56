"""The ids of jobs sort as they were given."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from custom_components.printernizer.job_ids import JobIds
from homeassistant.util.ulid import ulid_now, ulid_to_bytes


def test_ids_of_one_millisecond_sort_as_they_were_given() -> None:
    """They are ids of now, each after the one before."""
    before = ulid_now()
    new_id = JobIds()
    ids = [new_id() for _ in range(1000)]
    assert all(first < second for first, second in pairwise(ids))
    assert before[:10] <= ids[0][:10] <= ids[-1][:10] <= ulid_now()[:10]
    assert all(len(ulid_to_bytes(each)) == 16 for each in ids)


def test_no_two_threads_are_given_one_id() -> None:
    """The event loop and the database's thread ask at once."""
    new_id = JobIds()
    with ThreadPoolExecutor(4) as threads:
        ids = list(threads.map(lambda _: new_id(), range(2000)))
    assert len(set(ids)) == len(ids)
