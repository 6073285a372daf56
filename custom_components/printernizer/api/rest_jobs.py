"""The REST calls about jobs."""

from http import HTTPStatus

from aiohttp import web

from . import jobs
from .export import export
from .schemas import (
    DELETE_QUERY,
    EXPORT_QUERY,
    JOB_CHANGES,
    JOBS_QUERY,
    NEW_JOB,
    STATUS_CHANGE,
)
from .views import (
    BASE,
    ApiView,
    answers,
    demand_writer,
    hass_of,
    json_response,
    read_json,
    user_of,
    wanted_versions,
)


class JobsView(ApiView):
    """All jobs."""

    url = f"{BASE}/jobs"
    name = "api:printernizer:jobs"

    @answers
    async def get(self, request: web.Request) -> web.StreamResponse:
        """Return one page of jobs."""
        given = JOBS_QUERY.parse(request.query)
        return json_response(await jobs.list_jobs(hass_of(request), given))

    @answers
    async def post(self, request: web.Request) -> web.StreamResponse:
        """Add a job by hand."""
        demand_writer(user_of(request))
        hass, given = hass_of(request), NEW_JOB.parse(await read_json(request))
        edited = await jobs.create_job(hass, given)
        response = json_response(
            jobs.live_json(hass, edited.job), HTTPStatus.CREATED, version=edited.version
        )
        response.headers["Location"] = f"{BASE}/jobs/{edited.job.id}"
        return response


class ExportView(ApiView):
    """All jobs as a file."""

    url = f"{BASE}/jobs/export"
    name = "api:printernizer:jobs:export"

    @answers
    async def get(self, request: web.Request) -> web.StreamResponse:
        """Return the jobs as an attachment."""
        return await export(request, EXPORT_QUERY.parse(request.query))


class JobView(ApiView):
    """One job."""

    url = f"{BASE}/jobs/{{job_id:(?!export$)[^/]+}}"
    name = "api:printernizer:job"

    @answers
    async def get(self, request: web.Request, job_id: str) -> web.StreamResponse:
        """Return the job."""
        hass = hass_of(request)
        found = await jobs.get_job(hass, job_id)
        return json_response(jobs.live_json(hass, found.job), version=found.version)

    @answers
    async def put(self, request: web.Request, job_id: str) -> web.StreamResponse:
        """Change the job."""
        demand_writer(user_of(request))
        hass, given = hass_of(request), JOB_CHANGES.parse(await read_json(request))
        versions = wanted_versions(request)
        edited = await jobs.update_job(hass, job_id, given, versions)
        return json_response(jobs.live_json(hass, edited.job), version=edited.version)

    @answers
    async def delete(self, request: web.Request, job_id: str) -> web.StreamResponse:
        """Remove the job."""
        demand_writer(user_of(request))
        force = DELETE_QUERY.parse(request.query).get("force", False)
        versions = wanted_versions(request)
        await jobs.delete_job(hass_of(request), job_id, versions, force=force)
        return web.Response(status=HTTPStatus.NO_CONTENT)


class JobStatusView(ApiView):
    """The status of one job."""

    url = f"{BASE}/jobs/{{job_id}}/status"
    name = "api:printernizer:job:status"

    @answers
    async def put(self, request: web.Request, job_id: str) -> web.StreamResponse:
        """Set the status by hand."""
        user = user_of(request)
        demand_writer(user)
        hass, given = hass_of(request), STATUS_CHANGE.parse(await read_json(request))
        versions = wanted_versions(request)
        edited = await jobs.set_status(
            hass, job_id, given, versions, is_admin=user.is_admin
        )
        job = jobs.live_json(hass, edited.job)
        answer = {
            key: job[key]
            for key in ("id", "status", "started_at", "completed_at", "updated_at")
        }
        previous = edited.previous or edited.job
        answer["previous_status"] = previous.status.value
        return json_response(answer, version=edited.version)


class CancelView(ApiView):
    """The end of one job by hand."""

    url = f"{BASE}/jobs/{{job_id}}/cancel"
    name = "api:printernizer:job:cancel"

    @answers
    async def post(self, request: web.Request, job_id: str) -> web.StreamResponse:
        """Record the job as cancelled; nothing is sent to the printer."""
        demand_writer(user_of(request))
        hass = hass_of(request)
        edited = await jobs.cancel_job(hass, job_id, wanted_versions(request))
        answer = {
            "status": "success",
            "message": "The job is recorded as cancelled",
            "data": jobs.live_json(hass, edited.job),
        }
        return json_response(answer, version=edited.version)
