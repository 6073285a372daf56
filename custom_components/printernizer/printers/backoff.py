"""How long to wait before trying again."""

from collections.abc import Callable
import random
import time

FIRST_S = 1.0
LIMIT_S = 60.0
STEADY_S = 60.0


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
        *,
        steady_s: float = STEADY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with the first wait; ``jitter`` is the source of chance.

        What has landed and lasts for ``steady_s`` seconds on the ``clock`` begins
        again with the first wait when it ends.
        """
        self._first_s = first_s
        self._limit_s = limit_s
        self._jitter = jitter or random.Random()  # noqa: S311 - chance, no secret
        self._steady_s = steady_s
        self._clock = clock
        self._next_s = first_s
        self._landed_s: float | None = None

    def next(self) -> float:
        """Return how many seconds to wait now."""
        landed_s, self._landed_s = self._landed_s, None
        if landed_s is not None and self._clock() - landed_s >= self._steady_s:
            self.reset()
        wait_s = self._next_s
        self._next_s = min(wait_s * 2, self._limit_s)
        return wait_s * self._jitter.uniform(0.5, 1.0)

    def landed(self) -> None:
        """Note that what is tried works so far: it may end at once, every time."""
        if self._landed_s is None:
            self._landed_s = self._clock()

    def reset(self) -> None:
        """Begin again with the first wait: what was tried has worked."""
        self._next_s = self._first_s
