"""Jobs as JSON, in list, detail, socket and bus alike."""

from datetime import datetime
from typing import Any

from ..core.jobs import Job

JOB_FIELDS = (
    "id",
    "printer_id",
    "printer_type",
    "job_name",
    "filename",
    "status",
    "outcome_source",
    "start_time",
    "end_time",
    "started_at",
    "completed_at",
    "estimated_duration",
    "actual_duration",
    "progress",
    "progress_percent",
    "material_used",
    "material_cost",
    "power_cost",
    "cost_eur",
    "is_business",
    "customer_name",
    "order_id",
    "notes",
    "created_at",
    "updated_at",
    "customer_info",
)
"""The fields of a job in their order; only ``customer_info`` may be absent."""


def job_to_json(job: Job) -> dict[str, Any]:
    """Return the whole job as clients read it; ``customer_info`` only where it has one.

    Field by field as in the API contract; numbers of seconds are whole.
    """
    start, end = iso(job.start_time), iso(job.end_time)
    progress = None if job.progress is None else round(job.progress, 1)
    data: dict[str, Any] = {
        "id": job.id,
        "printer_id": job.printer_id,
        "printer_type": job.printer_type,
        "job_name": job.job_name,
        "filename": job.filename,
        "status": job.status.value,
        "outcome_source": job.outcome_source.value if job.outcome_source else None,
        "start_time": start,
        "end_time": end,
        "started_at": start,
        "completed_at": end,
        "estimated_duration": job.estimated_duration,
        "actual_duration": job.actual_duration,
        "progress": progress,
        "progress_percent": progress,
        "material_used": job.material_used,
        "material_cost": job.material_cost,
        "power_cost": job.power_cost,
        "cost_eur": job.cost_eur,
        "is_business": job.is_business,
        "customer_name": job.customer_name,
        "order_id": job.order_id,
        "notes": job.notes,
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at),
    }
    if (info := job.customer_info) is not None:
        data["customer_info"] = info
    return data


def job_summary(job: Job) -> dict[str, Any]:
    """Return what a ``job_update`` tells of a job."""
    return {
        "id": job.id,
        "status": job.status.value,
        "progress": None if job.progress is None else round(job.progress, 1),
        "job_name": job.job_name,
        "file_name": job.filename,
        "printer_id": job.printer_id,
    }


def iso(moment: datetime | None) -> str | None:
    """Return ISO 8601 with offset."""
    return moment.isoformat() if moment is not None else None
