"""Edits that depend on the version of a job (section 3 of the contract)."""

import asyncio
from typing import Any

import pytest

from .support import Api

MISSING = "01JDOESNOTEXIST00000000000"


async def test_edits_at_the_same_time(api: Api) -> None:
    """Of many edits of one version one is made; those of none are all kept."""
    path = f"jobs/{(await api.new_job())['id']}"
    headers = {"If-Match": (await api.get(path)).headers["ETag"]}
    answers = await asyncio.gather(
        *(api.put(path, {"notes": str(n)}, headers=headers) for n in range(10))
    )
    made = [each for each in answers if each.status == 200]
    assert sum(each.status == 412 for each in answers) == 9
    assert (await api.get(path)).content == made[0].content
    keys = {f"key{n}": n for n in range(10)}
    await asyncio.gather(
        *(api.put(path, {"customer_info": {key: n}}) for key, n in keys.items())
    )
    assert (await api.get(path)).content["customer_info"] == keys
    notes = [{"status": "running", "completion_notes": str(n) * 200} for n in range(10)]
    answers = await asyncio.gather(*(api.put(f"{path}/status", body) for body in notes))
    kept = (await api.get(path)).content["notes"]
    for body, answer in zip(notes, answers, strict=True):
        assert answer.status in (200, 422)
        assert (body["completion_notes"] in kept) == (answer.status == 200)
    assert 0 < sum(each.status == 422 for each in answers) < 10


async def test_edits_of_versions(api: Api) -> None:
    """An edit with an old ETag is refused; without one, both edits are kept."""
    job = await api.new_job()
    path = f"jobs/{job['id']}"
    tag = (await api.get(path)).headers["ETag"]
    answer = await api.put(path, {"notes": "one"}, headers={"If-Match": tag})
    assert answer.status == 200 and answer.headers["ETag"] != tag
    missing = f"jobs/{MISSING}"
    for stale in (tag, '"0", "77"', '"nonsense"', '""'):
        answer = await api.put(missing, {}, headers={"If-Match": stale})
        assert answer.error == (404, "job_not_found")
        answer = await api.put(path, {"notes": "two"}, headers={"If-Match": stale})
        assert answer.error == (412, "edit_conflict"), stale
        headers = {"If-Match": stale}
        assert (await api.send("DELETE", path, headers=headers)).status == 412
        body: dict[str, Any] = {"status": "running"}
        assert (await api.put(f"{path}/status", body, headers=headers)).status == 412
        assert (await api.send("POST", f"{path}/cancel", headers=headers)).status == 412
    assert (await api.put(path, {"order_id": "O"})).status == 200
    now = (await api.get(path)).headers["ETag"]
    for form in ('"0", {}', "W/{}", "*"):
        headers = {"If-Match": form.format(now)}
        answer = await api.put(path, {"notes": form}, headers=headers)
        assert answer.status == 200, form
        now = answer.headers["ETag"]
    assert answer.content["order_id"] == "O"


@pytest.mark.parametrize(
    "malformed",
    ["1", "nonsense", '"1', "'1'", 'w/"1"', '"1", 2', '"1" "2"', '"1", *', ",", "1, *"],
)
async def test_malformed_versions(api: Api, malformed: str) -> None:
    """What is no ETag is no conflict: the message says what an ETag looks like."""
    job = await api.new_job()
    path, headers = f"jobs/{job['id']}", {"If-Match": malformed}
    for method, below, body in (
        ("PUT", "", {"notes": "n"}),
        ("PUT", "/status", {"status": "running"}),
        ("POST", "/cancel", None),
        ("DELETE", "", None),
    ):
        answer = await api.send(method, path + below, headers=headers, json=body)
        assert answer.error == (422, "validation_error"), method
        assert answer.content["message"].startswith("If-Match must be an ETag")
    assert (await api.get(path)).content == job
