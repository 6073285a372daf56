"""The ids of jobs."""

from threading import Lock

from homeassistant.util.ulid import bytes_to_ulid, ulid_now, ulid_to_bytes


class JobIds:
    """Give ids that sort by time, and within a millisecond as they were given.

    A look may find several prints that ended unseen, which are recorded at once.
    """

    def __init__(self) -> None:
        """Have given none yet."""
        self._last = 0
        self._giving = Lock()

    def __call__(self) -> str:
        """Return an id after all others; any thread may ask."""
        with self._giving:
            now = int.from_bytes(ulid_to_bytes(ulid_now()))
            self._last = max(now, self._last + 1)
            return bytes_to_ulid(self._last.to_bytes(16))
