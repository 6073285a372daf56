"""One PrusaLink, looked at."""

import asyncio
import logging
from typing import override

import aiohttp

from ...core.frozen import replace
from ...core.snapshot import Activity, Outcome, Remembered, Snapshot
from ..base import (
    NotThisPrinterType,
    OnNews,
    PrinterAuthError,
    PrinterClient,
    PrinterError,
    PrinterIdentity,
)
from ..http import TIMEOUT_S, parse_object
from .files import JobFile, parse_job, parse_legacy_job
from .identity import check_version, identity_of
from .login import Login
from .parser import LOOK_AGAIN_S, is_known, parse_status

_LOGGER = logging.getLogger(__name__)

VERSION = "/api/version"
INFO = "/api/v1/info"
STATUS = "/api/v1/status"
JOB = "/api/v1/job"
LEGACY_JOB = "/api/job"

# How often a file's name is asked for before the ordinary pace will do.
QUICK_TRIES = 4
MAX_WORDS = 16


class PrusaLinkClient(PrinterClient):
    """Look at one PrusaLink, with one request at a time.

    Its server on Buddy is a small controller that serves three at once, to all its
    clients together, so a look is one request, and two at the first of a job.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        api_key: str | None = None,
        username: str | None = None,
        password: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        ``url`` is the base URL as ``normalise_url`` makes it. The key is tried
        first, then name and password; on Buddy the key is the password of the one
        user there is, ``maker``.
        """
        self._login = Login(
            session,
            url,
            api_key=api_key,
            username=username,
            password=password,
            timeout_s=timeout_s,
        )
        self._lock = asyncio.Lock()
        self._job_id: str | None = None
        self._file: JobFile | None = None
        self._tries = 0
        self._words: set[str] = set()

    @override
    async def identify(self) -> PrinterIdentity:
        """Ask who it is; raises PrinterError."""
        async with self._lock:
            try:
                version = await self._login.get(VERSION)
            except PrinterAuthError as err:
                if not await self._login.is_prusalink(VERSION):
                    raise NotThisPrinterType("it asks for no digest") from err
                raise
            check_version(version)
            return identity_of(version, await self._login.get(INFO))

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        """Take one look; raises PrinterError where nothing conclusive was said."""
        async with self._lock:
            try:
                status = await self._login.get(STATUS)
            except PrinterError:
                # What prints after a gap may be another print under the same id, so
                # its file is asked for anew.
                self._job_id = None
                raise
            snapshot = parse_status(status)
            self._note(snapshot.message)
            if snapshot.activity is Activity.NO_NEWS:
                return snapshot
            if snapshot.activity in (Activity.IDLE, Activity.ENDED):
                return self._at_rest(snapshot)
            return await self._named(snapshot)

    @override
    async def listen(self, on_news: OnNews) -> None:
        """Wait until cancelled: PrusaLink pushes nothing."""
        await asyncio.get_running_loop().create_future()

    @override
    async def close(self) -> None:
        """Leave nothing behind; the session is its maker's to close."""

    def _forget(self) -> None:
        """Forget the running job's file."""
        self._job_id, self._file, self._tries = None, None, 0

    def _at_rest(self, snapshot: Snapshot) -> Snapshot:
        """Add to an ended state what the job before was to take."""
        file = self._file
        self._forget()
        if file is None or snapshot.outcome is not Outcome.COMPLETED:
            return snapshot
        return replace(snapshot, material_g=file.filament_g)

    async def _named(self, snapshot: Snapshot) -> Snapshot:
        """Add the file of the job that runs."""
        if snapshot.print_id is None:
            return snapshot
        if snapshot.print_id != self._job_id:
            self._forget()
            self._job_id = snapshot.print_id
        if self._file is None:
            self._tries += 1
            self._file = await self._ask_for_file(snapshot.print_id)
        file = self._file
        if file is None:
            quick = self._tries < QUICK_TRIES
            again_s = LOOK_AGAIN_S if quick else snapshot.look_again_s
            return replace(snapshot, look_again_s=again_s)
        used_g = None
        if file.filament_g is not None and snapshot.progress is not None:
            used_g = round(file.filament_g * snapshot.progress / 100, 2)
        return replace(
            snapshot,
            filename=file.path,
            estimated_s=file.estimated_s or snapshot.estimated_s,
            material_g=used_g,
        )

    async def _ask_for_file(self, job_id: str) -> JobFile | None:
        """Return the job's file; None where the printer does not tell it now.

        PrusaLink 0.8.1 answers 500 during prints from the SD card; its older
        interface may know the name even then.
        """
        try:
            status, body = await self._login.fetch(JOB)
            if status == 200:
                return parse_job(parse_object(body), job_id)
            if status != 500:
                return None
            return parse_legacy_job(await self._login.get(LEGACY_JOB))
        except PrinterError as err:
            _LOGGER.debug("The name of job %s is not told: %s", job_id, err)
            return None

    def _note(self, word: str | None) -> None:
        """Log a state that is not known, once."""
        if word is None or is_known(word) or word in self._words:
            return
        if len(self._words) < MAX_WORDS:
            self._words.add(word)
            _LOGGER.warning("Unknown state of a PrusaLink: %r", word)
