"""What is answered when a request cannot be granted, the same way everywhere."""

from http import HTTPStatus
from typing import assert_never

from ..core.jobs import JobStatus, may_change
from ..database import (
    DatabaseBusy,
    DatabaseError,
    EditConflict,
    JobActive,
    JobNotFound,
    TransitionForbidden,
)


class ApiError(Exception):
    """A request that is refused.

    ``code`` is for programs, ``message`` says in one sentence what is wrong and
    ``detail`` what would be right. None of them holds a secret.
    """

    def __init__(
        self, status: HTTPStatus, code: str, message: str, detail: str | None = None
    ) -> None:
        """Keep what the answer is made of."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail or message

    def as_json(self) -> dict[str, str]:
        """Return the body of the answer."""
        return {
            "status": "error",
            "message": self.message,
            "detail": self.detail,
            "error_code": self.code,
        }


class InvalidRequest(ApiError):
    """Fields that do not validate; ``problems`` holds one sentence for each."""

    def __init__(self, *problems: str) -> None:
        """Name the first problem in the message, and all of them in the detail."""
        super().__init__(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "validation_error",
            problems[0],
            "; ".join(problems),
        )


def bad_request(code: str, message: str, detail: str | None = None) -> ApiError:
    """Refuse what makes no sense, or not where the job stands."""
    return ApiError(HTTPStatus.BAD_REQUEST, code, message, detail)


def forbidden(message: str) -> ApiError:
    """Refuse what this user may not do.

    Never 401: that counts as a failed login and can ban the user's dashboard.
    """
    return ApiError(HTTPStatus.FORBIDDEN, "forbidden", message)


def printer_not_found() -> ApiError:
    """Refuse a printer that is not set up."""
    return ApiError(
        HTTPStatus.NOT_FOUND, "printer_not_found", "There is no printer with this id"
    )


def from_database(error: DatabaseError) -> ApiError:
    """Return the answer to what the job history refused."""
    match error:
        case JobNotFound():
            return ApiError(
                HTTPStatus.NOT_FOUND, "job_not_found", "There is no job with this id"
            )
        case JobActive():
            return ApiError(
                HTTPStatus.CONFLICT,
                "job_active",
                "The job's print goes on",
                "End the job first; only deleting it can be forced, with force=true",
            )
        case TransitionForbidden():
            steps = (new for new in JobStatus if may_change(error.old, new))
            allowed = ", ".join(new for new in steps if new is not error.old)
            return bad_request(
                "transition_forbidden",
                f"status cannot be changed from {error.old} to {error.new}",
                f"From {error.old} it can be changed to: {allowed}",
            )
        case EditConflict():
            return edit_conflict()
        case DatabaseBusy():
            return _unavailable("database_busy", "The job history is busy")
        case DatabaseError():
            return _unavailable(
                "database_unavailable", "The job history cannot be reached"
            )
        case _:
            assert_never(error)


def edit_conflict() -> ApiError:
    """Refuse an edit of a job that somebody else has changed."""
    return ApiError(
        HTTPStatus.PRECONDITION_FAILED,
        "edit_conflict",
        "Somebody else has changed the job",
        "Read the job again and repeat the change with its new ETag",
    )


def _unavailable(code: str, message: str) -> ApiError:
    """Refuse what may be granted later."""
    return ApiError(
        HTTPStatus.SERVICE_UNAVAILABLE, code, message, "Try again a little later"
    )
