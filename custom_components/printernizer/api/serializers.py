"""Jobs as JSON, in list, detail, socket and bus alike."""

from datetime import datetime
from typing import Any

from ..core.jobs import Job


def job_to_json(job: Job) -> dict[str, Any]:
    """Return the whole job as clients read it; ``customer_info`` only where it has one.

    Field by field as in the API contract; numbers of seconds are whole.
    """
    start, end = _iso(job.start_time), _iso(job.end_time)
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
        "created_at": _iso(job.created_at),
        "updated_at": _iso(job.updated_at),
    }
    if (info := job.customer_info) is not None:
        data["customer_info"] = info
    return data


def _iso(moment: datetime | None) -> str | None:
    """Return ISO 8601 with offset."""
    return moment.isoformat() if moment is not None else None
