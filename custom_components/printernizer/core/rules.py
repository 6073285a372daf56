"""The user's rules: which prints become jobs."""

from fnmatch import fnmatchcase

from .session import Policy, Verdict
from .snapshot import Snapshot


def verdict_on(policy: Policy, snapshot: Snapshot, label: str | None) -> Verdict:
    """Return whether this print becomes a job (rows O7 to O9)."""
    if snapshot.system and not policy.record_system:
        return Verdict.SYSTEM
    if _is_ignored(policy, label) or _is_ignored(policy, snapshot.filename):
        return Verdict.IGNORED
    return Verdict.RECORDED if policy.auto_create else Verdict.OFF


def _is_ignored(policy: Policy, name: str | None) -> bool:
    """Tell whether one of the user's patterns matches the file name."""
    if not name:
        return False
    folded = name.casefold()
    return any(
        fnmatchcase(folded, pattern.casefold()) for pattern in policy.ignore_patterns
    )
