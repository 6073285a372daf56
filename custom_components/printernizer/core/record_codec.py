"""What the printer's own record told of a print's end, as JSON.

It is worth keeping: the row may be deleted during a restart.
"""

from collections.abc import Mapping
from typing import Any

from .json_values import apart, as_member, as_number, as_text, as_time, time_to_json
from .snapshot import Outcome, PastPrint


def row_to_dict(row: PastPrint) -> dict[str, Any]:
    """Return a row that tells how its print ended as JSON."""
    return {
        "print_id": row.print_id,
        "filename": row.filename,
        "start_time": time_to_json(row.start_time),
        "began_at": time_to_json(row.began_at),
        "end_time": time_to_json(row.end_time),
        "outcome": row.outcome,
        "reason": row.reason,
        "material_g": row.material_g,
    }


def row_from_dict(data: object) -> PastPrint | None:
    """Return the row, None where there was none or where it is damaged."""
    if not isinstance(data, Mapping):
        return None
    print_id, start_time = (
        as_text(data.get("print_id")),
        as_time(data.get("start_time")),
    )
    outcome = as_member(Outcome, data.get("outcome"))
    if print_id is None or start_time is None or outcome is None:
        return None
    return PastPrint(
        print_id=print_id,
        filename=as_text(data.get("filename")),
        start_time=start_time,
        end_time=as_time(data.get("end_time")),
        ended=True,
        outcome=outcome,
        reason=as_text(data.get("reason")),
        material_g=as_number(data.get("material_g")),
        ahead=apart(start_time, as_time(data.get("began_at"))),
    )
