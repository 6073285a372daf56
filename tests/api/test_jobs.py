"""Jobs over REST."""

from .support import PRINTER_ID, Api


async def test_add_read_change_delete(api: Api) -> None:
    """A job made by hand lives its whole life over REST."""
    job = await api.new_job("Cube", notes="n")
    assert (await api.get(f"jobs/{job['id']}")).content == job
    answer = await api.put(f"jobs/{job['id']}", {"notes": None})
    assert answer.status == 200 and answer.content["notes"] is None
    listed = await api.get("/api/v1/jobs", printer_id=PRINTER_ID)
    assert [each["id"] for each in listed.content["jobs"]] == [job["id"]]
    assert (await api.delete(f"jobs/{job['id']}")).status == 204
    assert (await api.get(f"jobs/{job['id']}")).error == (404, "job_not_found")
