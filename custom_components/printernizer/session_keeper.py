"""The sessions of all printers, on their way to where they outlive a restart."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from .core.session import Session
from .core.session_codec import session_to_dict
from .watching import Watch


class SessionStore(Protocol):
    """Where the sessions outlive a restart."""

    async def load(self) -> Mapping[str, Any]:
        """Return the stored sessions by printer id; empty where there are none."""

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Write all sessions; a failure is the store's to log."""


class SessionKeeper:
    """Write all sessions at once, however many printers have news at once."""

    def __init__(self, store: SessionStore) -> None:
        """Write to this store."""
        self._store = store
        self._noted: dict[str, Session] = {}
        self._sessions: dict[str, Any] = {}
        self._turn = asyncio.Lock()
        self._asked = 0
        self._written = 0

    async def load(self) -> None:
        """Read what was written last."""
        self._sessions = dict(await self._store.load())

    def remembered(self, printer_id: str) -> Any:
        """Return what was written of a printer; anything may have become of it."""
        return self._sessions.get(printer_id)

    def note(self, watch: Watch) -> None:
        """Have the next save write a printer's session as far as the database has it."""
        printer_id, session = watch.printer_id, watch.stored
        noted = self._noted.get(printer_id)
        if noted is not session:
            written = self._sessions[printer_id] if noted else None
            self._sessions[printer_id] = session_to_dict(session, noted, written)
            self._noted[printer_id] = session

    async def save(self, watches: Iterable[Watch]) -> None:
        """Return when all sessions are written as they are now, or newer.

        Those who ask while a save is being written share the next one.
        """
        self._asked += 1
        number = self._asked
        async with self._turn:
            if self._written >= number:
                return
            number = self._asked
            for watch in watches:
                self.note(watch)
            await self._store.save(self._sessions)
            self._written = number
