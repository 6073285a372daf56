"""How long to wait before trying again."""

import random

FIRST_S = 1.0
LIMIT_S = 60.0


class Backoff:
    """Give waiting times that double from try to try, up to a limit.

    Each is shortened by up to a half at random, so that many printers that were lost
    together do not come back together.
    """

    def __init__(
        self,
        first_s: float = FIRST_S,
        limit_s: float = LIMIT_S,
        jitter: random.Random | None = None,
    ) -> None:
        """Start with the first wait; ``jitter`` is the source of chance."""
        self._first_s = first_s
        self._limit_s = limit_s
        self._jitter = jitter or random.Random()  # noqa: S311 - chance, no secret
        self._next_s = first_s

    def next(self) -> float:
        """Return how many seconds to wait now."""
        wait_s = self._next_s
        self._next_s = min(wait_s * 2, self._limit_s)
        return wait_s * self._jitter.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin again with the first wait: what was tried has worked."""
        self._next_s = self._first_s
