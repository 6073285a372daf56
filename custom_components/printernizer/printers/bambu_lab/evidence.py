"""What is remembered of a print beyond the printer's present state."""

from ...core.frozen import frozen
from .parser import Named, code_text, is_error
from .report import Fields


@frozen(kw_only=True)
class Evidence:
    """What was seen of the print that runs or ran last, beyond the present state.

    ``error`` is the last error that stood, ``lost`` tells that the printer came back
    without the print, and ``over`` that it was seen to end, at ``percent``.
    """

    print_id: str | None = None
    name: str | None = None
    began_s: float | None = None
    cancelled: bool = False
    error: int | None = None
    lost: bool = False
    over: bool = False
    percent: float | None = None


@frozen(kw_only=True)
class Ended:
    """Which print an ended state belongs to, as known when it came."""

    state: str | None
    print: Named
    at_s: float
    brief: bool


def is_other(known: Evidence, running: Named, percent: float | None) -> bool:
    """Tell whether another print is shown than the one before the line broke.

    What had ended by then gets no id, no other name and no other percentage any more.
    """
    if known.percent is not None and percent not in (None, 0, known.percent):
        return True
    name = running.title or running.filename
    renamed = bool(known.name and name and known.name != name)
    if running.print_id and (known.print_id or known.over):
        return known.print_id != running.print_id or (known.over and renamed)
    return renamed


def reason_of(said: Fields, evidence: Evidence) -> str | None:
    """Return the code of the error that ended a print."""
    for code in (said.fail_reason, said.print_error, evidence.error):
        if code and is_error(code):
            return code_text(code)
    return None
