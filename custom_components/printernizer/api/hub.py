"""What happens, told to every client that listens: one message, written once."""

import asyncio
from collections import OrderedDict
from typing import Any, Protocol

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..core.jobs import Job
from ..database import Announcement, DatabaseError, JobEvent
from ..models import runtime
from ..watching import Change, JobChanged, PrinterSeen
from .encoding import Message
from .printers import status_json
from .serializers import job_summary, job_to_json

PROGRESS_INTERVAL_S = 5.0
STATUS_INTERVAL_S = 2.0
_TOLD_AT_ONCE = ("status", "current_job", "message")
_REMEMBERED = 256


class Subscriber(Protocol):
    """A client that listens."""

    def send(self, message: Message) -> None:
        """Send a message without waiting; a client that is behind is dropped."""

    def follows(self, printer_id: str) -> bool:
        """Tell whether the client wants this printer's status."""


class Hub:
    """Turn changes into messages, and hand them to all who listen."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Serve one Home Assistant."""
        self._hass = hass
        self._subscribers: set[Subscriber] = set()
        self._open: dict[str, Job] = {}
        self._loading: asyncio.Task[None] | None = None
        self._told: OrderedDict[str, tuple[Any, ...]] = OrderedDict()
        self._progress: dict[str, tuple[float, float | None]] = {}
        self._status: dict[str, tuple[float, dict[str, Any]]] = {}

    # -- who listens -----------------------------------------------------------------

    @callback
    def add(self, subscriber: Subscriber) -> None:
        """Tell a client of everything from now on, as if nobody had been told before."""
        self._subscribers.add(subscriber)
        self._status.clear()

    @callback
    def remove(self, subscriber: Subscriber) -> None:
        """Leave a client alone."""
        self._subscribers.discard(subscriber)

    def __len__(self) -> int:
        """Return how many clients listen."""
        return len(self._subscribers)

    @callback
    def send(self, payload: dict[str, Any]) -> None:
        """Send a message to everybody."""
        message = Message(payload)
        for subscriber in tuple(self._subscribers):
            subscriber.send(message)

    @callback
    def first_status(self, printer_id: str) -> Message:
        """Return how a printer is right now, to one who is told of it from now on.

        The others may know it otherwise, so that the next is told to all.
        """
        self._status.pop(printer_id, None)
        return self._status_message(printer_id)

    def _status_message(self, printer_id: str) -> Message:
        """Return how a printer is right now, as subscribers are told."""
        data = status_json(self._hass, printer_id, self._current(printer_id))
        return Message(
            {"type": "printer_status", "printer_id": printer_id, "data": data}
        )

    # -- what happens ----------------------------------------------------------------

    @callback
    def __call__(self, change: Change) -> None:
        """Tell of a change."""
        match change:
            case Announcement():
                self._announced(change)
            case JobChanged():
                self._changed(change.job)
            case PrinterSeen():
                if self._subscribers:
                    self._seen(change.printer_id)
            case _:
                pass

    def _announced(self, change: Announcement) -> None:
        """Tell of an event in a job's life."""
        job = change.job
        if JobEvent.DELETED in change.events:
            self._open.pop(job.id, None)
            self._told.pop(job.id, None)
            self.send({"type": "job_deleted", "job_id": job.id})
            return
        if JobEvent.AUTO_CREATED in change.events:
            self.send({"type": "job_auto_created", "data": job_to_json(job)})
        self._changed(job)

    def _changed(self, job: Job) -> None:
        """Tell of a changed record, once however often the change is announced."""
        if job.is_open:
            self._open[job.id] = job
        else:
            self._open.pop(job.id, None)
        if not self._subscribers:
            return
        summary = job_summary(runtime(self._hass).manager.overlay(job))
        told = (job.updated_at, *summary.values())
        if self._told.get(job.id) == told:
            return
        self._told[job.id] = told
        self._told.move_to_end(job.id)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if job.is_open:
            now = self._hass.loop.time()
            self._progress[job.printer_id] = (now, summary["progress"])
        self._update(summary)

    def _update(self, summary: dict[str, Any]) -> None:
        """Tell of a job in short."""
        self.send({"type": "job_update", "job_id": summary["id"], "data": summary})

    def _seen(self, printer_id: str) -> None:
        """Tell of what a look at a printer showed."""
        job = self._current(printer_id)
        if job is not None:
            self._progressed(job)
        followers = [each for each in self._subscribers if each.follows(printer_id)]
        if not followers:
            return
        message = self._status_message(printer_id)
        if self._is_status_due(printer_id, message.payload["data"]):
            for subscriber in followers:
                subscriber.send(message)

    def _progressed(self, job: Job) -> None:
        """Tell of progress, but not each look of a printer that talks a lot."""
        summary = job_summary(job)
        now = self._hass.loop.time()
        last = self._progress.get(job.printer_id)
        if last is not None and (
            now - last[0] < PROGRESS_INTERVAL_S or last[1] == summary["progress"]
        ):
            return
        self._progress[job.printer_id] = (now, summary["progress"])
        self._update(summary)

    def _is_status_due(self, printer_id: str, status: dict[str, Any]) -> bool:
        """Tell whether subscribers have to hear of a printer again."""
        now = self._hass.loop.time()
        last = self._status.get(printer_id)
        if last is not None:
            told_at, told = last
            is_soon = now - told_at < STATUS_INTERVAL_S
            keys = _TOLD_AT_ONCE if is_soon else status.keys() - {"timestamp"}
            if all(told[key] == status[key] for key in keys):
                return False
        self._status[printer_id] = (now, status)
        return True

    # -- running jobs ----------------------------------------------------------------

    def _current(self, printer_id: str) -> Job | None:
        """Return the job of a printer's running print, with its progress of now."""
        manager = runtime(self._hass).manager
        watch = manager.watch(printer_id)
        if watch is None or watch.session.job_id is None:
            return None
        job = self._open.get(watch.session.job_id)
        if job is None:
            self._load()
            return None
        return manager.overlay(job)

    def _load(self) -> None:
        """Read the running jobs: they may have begun before Home Assistant did."""
        if self._loading is None:
            self._loading = self._hass.async_create_background_task(
                self._async_load(), "printernizer running jobs"
            )

    async def _async_load(self) -> None:
        """Read the running jobs."""
        try:
            for job in await runtime(self._hass).database.active_jobs():
                self._open.setdefault(job.id, job)
        except DatabaseError:
            pass
        finally:
            self._loading = None


HUB: HassKey[Hub] = HassKey("printernizer_hub")
