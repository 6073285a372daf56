"""Keep how far running prints are."""

from collections.abc import Sequence

from ..core.frozen import replace
from .models import Progress
from .transaction import Transaction


def save_progress(transaction: Transaction, rows: Sequence[Progress]) -> None:
    """Keep the progress of jobs that follow a print."""
    for row in rows:
        stored = transaction.by_key(row.printer_id, row.key)
        if stored is None or stored.detached or not stored.job.is_open:
            continue
        job = stored.job
        new = replace(
            job,
            progress=job.progress if row.progress is None else row.progress,
            elapsed_s=job.elapsed_s if row.elapsed_s is None else row.elapsed_s,
            material_used=(
                job.material_used if row.material_g is None else row.material_g
            ),
            updated_at=transaction.at(row.seen_at, since=job.updated_at),
        )
        transaction.change(stored, replace(stored, job=new), touch=False)
