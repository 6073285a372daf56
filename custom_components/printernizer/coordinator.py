"""One printer: polled in its interval, and at once when it has news."""

import asyncio
from collections import deque
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .certificates import async_forget_certificate, async_report_certificate
from .const import CONF_PRINTER_TYPE, DOMAIN
from .core.detector import Decision
from .core.session import Moment, Session
from .core.snapshot import NO_NEWS, Activity, Snapshot
from .devices import printer_device_info
from .job_manager import JobManager
from .printer_state import PrinterState
from .printers.bambu_lab import UnknownCertificate
from .printers.base import (
    PrinterAuthError,
    PrinterClient,
    PrinterError,
    PrinterIdentity,
    PrinterProtocolError,
)
from .settings import printer_id_of

if TYPE_CHECKING:
    from .models import PrinterConfigEntry

_LOGGER = logging.getLogger(__name__)

NEWS_DEBOUNCE_S = 0.3
PUSH_RETRY_S = 30.0
# Looks that wait for a printer's entities: minutes of the busiest printer's reports.
MAX_EARLY = 300


class PrinterCoordinator(DataUpdateCoordinator[PrinterState]):
    """Look at a printer and hand every look to the job manager."""

    config_entry: PrinterConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: PrinterClient,
        manager: JobManager,
        *,
        printer_id: str,
        interval_s: int,
    ) -> None:
        """Prepare to watch; nothing is sent yet."""
        self._debouncer: Debouncer[Any] = Debouncer(
            hass, _LOGGER, cooldown=NEWS_DEBOUNCE_S, immediate=False
        )
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=timedelta(seconds=interval_s),
            request_refresh_debouncer=self._debouncer,
        )
        self.client = client
        self.entry_data = dict(entry.data)
        self.printer_id = printer_id
        self.identity: PrinterIdentity | None = None
        self.last_seen: datetime | None = None
        self._manager = manager
        self._early: deque[tuple[Moment, Snapshot]] | None = deque(maxlen=MAX_EARLY)
        self._is_refused = False
        self._is_away = False
        self._has_news = False
        self._look: asyncio.Task[Any] | None = None
        self._looked = asyncio.Event()
        self._cancel_wake: CALLBACK_TYPE | None = None
        self._cancel_look: CALLBACK_TYPE | None = None

    @override
    async def _async_setup(self) -> None:
        """Ask the printer who it is, before the first look."""
        try:
            self.identity = await self._async_identify()
        except PrinterError as err:
            raise self._failure(err) from err

    async def _async_identify(self) -> PrinterIdentity:
        """Ask the printer who it is; raises PrinterError, UpdateFailed for another one.

        Addresses are handed out anew, and jobs must not get mixed up.
        """
        identity = await self.client.identify()
        own, expected = identity.unique_id, self.config_entry.unique_id
        kind = self.entry_data[CONF_PRINTER_TYPE]
        if own and expected and printer_id_of(kind, own) != expected:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="other_printer",
                translation_placeholders={"printer": self.name},
            )
        return identity

    @override
    async def _async_update_data(self) -> PrinterState:
        """Take one look, and another soon after where news came in its midst.

        It may have asked already what the news is about, and the debouncer drops what
        it is called for while a look is under way.
        """
        self._has_news = False
        self._look = asyncio.current_task()
        try:
            return await self._async_look()
        finally:
            self._look = None
            if self._has_news:
                self._debouncer.async_schedule_call()

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        """Tell when a printer is back: it counted as away while it was looked at."""
        if self._is_away is self.last_update_success:
            self._is_away = not self.last_update_success
            self._manager.seen(self.printer_id)

    async def _async_look(self) -> PrinterState:
        """Take one look; raises UpdateFailed."""
        try:
            if not self.last_update_success:
                await self._async_identify_again()
            snapshot = await self.client.look(self._foreseen().remembered)
        except PrinterError as err:
            if self._early is None:
                self._judge(NO_NEWS)
            raise self._failure(err) from err
        self._async_accepted()
        state = self._take(snapshot)
        if snapshot.activity is Activity.NO_NEWS and snapshot.message is None:
            raise self._failure(PrinterProtocolError("it tells no state"))
        return state

    async def _async_identify_again(self) -> None:
        """Make sure that who was away has come back, and nobody else at its address.

        Set up anew, an entry waits for its own printer and has heard of no other. Many
        a printer was away for an update, and some know their firmware only later.
        """
        try:
            identity = await self._async_identify()
        except UpdateFailed:
            # The reload begins at once, and would cancel this look while it tells why.
            self._look = None
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
            raise
        if identity.firmware is not None and identity != self.identity:
            self.identity = identity
            dr.async_get(self.hass).async_get_or_create(
                config_entry_id=self.config_entry.entry_id, **self.device_info
            )

    @property
    def device_info(self) -> DeviceInfo:
        """Return the printer's device, as far as it is known."""
        assert self.identity is not None
        return printer_device_info(self.config_entry, self.identity)

    @property
    def job_name(self) -> str | None:
        """Return what the job of the running print is called, None where it has none."""
        watch = self._manager.watch(self.printer_id)
        return watch.job_name if watch is not None else None

    @callback
    def async_begin(self) -> None:
        """Judge the first looks, now that there are entities to hear of their jobs."""
        early, self._early = self._early or (), None
        for seen_at, snapshot in early:
            self.data = self._judge(snapshot, seen_at)
        self.async_update_listeners()

    def _failure(self, err: PrinterError) -> Exception:
        """Return what Home Assistant understands of a client's error.

        A printer that was watched is looked at again although it refuses the key:
        told so, Home Assistant would stop, and one wrong answer would cost prints.
        """
        if isinstance(err, UnknownCertificate):
            async_report_certificate(self.hass, self.config_entry, err.fingerprint)
        kind: type[ConfigEntryAuthFailed | UpdateFailed] = UpdateFailed
        if isinstance(err, PrinterAuthError):
            if self.config_entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
                kind = ConfigEntryAuthFailed
            else:
                self._is_refused = True
                self.config_entry.async_start_reauth(self.hass)
        return kind(
            translation_domain=DOMAIN,
            translation_key=err.key,
            translation_placeholders={"printer": self.name},
        )

    @callback
    def _async_accepted(self) -> None:
        """Take back what the user was asked for: the printer lets us in again."""
        self._looked.set()
        if self.data is None or not self.last_update_success:
            async_forget_certificate(self.hass, self.config_entry)
        if not self._is_refused:
            return
        self._is_refused = False
        for flow in self.config_entry.async_get_active_flows(
            self.hass, {SOURCE_REAUTH}
        ):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    @callback
    def _take(self, snapshot: Snapshot) -> PrinterState:
        """Judge a look, or keep it until ``async_begin``."""
        if self._early is None:
            return self._judge(snapshot)
        self._early.append((self._manager.now(), snapshot))
        return PrinterState(snapshot, self._foreseen())

    def _foreseen(self) -> Session:
        """Return what is remembered, as it will be when all looks are judged."""
        return self._manager.foresee(self.printer_id, self._early or ())

    @callback
    def _judge(
        self, snapshot: Snapshot | None, seen_at: Moment | None = None
    ) -> PrinterState:
        """Have a look judged, and arrange for the next one."""
        decision = self._manager.observe(self.printer_id, snapshot, seen_at)
        self._arrange_wake(decision)
        if snapshot is None:
            return PrinterState(self.data.snapshot, decision.session)
        if snapshot.activity is not Activity.NO_NEWS:
            looked_at = decision.session.looked_at
            self.last_seen = looked_at.utc if looked_at else None
        self._arrange_look(snapshot.look_again_s)
        return PrinterState(snapshot, decision.session)

    @callback
    def async_news(self, snapshot: Snapshot | None) -> None:
        """Take what a push carried, or look at once where it carried nothing.

        Numbers alone are shown at the next poll: some printers push theirs every
        second, and the recorder writes a row for each that is shown.
        """
        before = self.data
        if snapshot is not None:
            self.data = self._take(snapshot)
        if snapshot is None or not self.last_update_success:
            self._has_news = True
            self._debouncer.async_schedule_call()
        elif self.data.is_news_after(before):
            self.async_update_listeners()

    async def async_listen(self) -> None:
        """Follow the printer's pushes for as long as the entry is loaded.

        Where they are refused, the looks tell whether the key is wrong, or good for
        looks alone; after the next good one they are tried again.
        """
        while True:
            try:
                await self.client.listen(self.async_news)
            except PrinterAuthError:
                await self.async_request_refresh()
            else:
                return
            await asyncio.sleep(PUSH_RETRY_S)
            self._looked.clear()
            await self._looked.wait()

    @callback
    def async_set_interval(self, interval_s: int) -> None:
        """Poll in another interval from now on, instead of after the next poll."""
        self.update_interval = timedelta(seconds=interval_s)
        if not self._shutdown_requested:
            self._schedule_refresh()

    @callback
    def async_refresh_state(self) -> None:
        """Show entities the session as it is now, without asking the printer."""
        watch = self._manager.watch(self.printer_id)
        if watch is not None and self.data is not None:
            self.data = PrinterState(self.data.snapshot, watch.session)
            self.async_update_listeners()

    @callback
    def _arrange_wake(self, decision: Decision) -> None:
        """Have the detector woken when its time has come."""
        if self._cancel_wake is not None:
            self._cancel_wake()
            self._cancel_wake = None
        if decision.wake_at is None:
            return

        @callback
        def wake(_now: datetime) -> None:
            self._cancel_wake = None
            self._judge(None)
            self.async_refresh_state()

        delay_s = max(0.0, decision.wake_at - asyncio.get_running_loop().time())
        self._cancel_wake = async_call_later(self.hass, delay_s, wake)

    @callback
    def _arrange_look(self, delay_s: float | None) -> None:
        """Look again earlier than the next poll, where the printer needs it."""
        if self._cancel_look is not None:
            self._cancel_look()
            self._cancel_look = None
        interval = self.update_interval
        if delay_s is None or (interval and delay_s >= interval.total_seconds()):
            return

        @callback
        def look(_now: datetime) -> None:
            self._cancel_look = None
            self._debouncer.async_schedule_call()

        self._cancel_look = async_call_later(self.hass, delay_s, look)

    @override
    async def async_shutdown(self) -> None:
        """End timers, connections and the look that is under way.

        It would be judged after the first ones of whoever is set up next.
        """
        await super().async_shutdown()
        if self._look is not None:
            self._look.cancel()
        for cancel in (self._cancel_wake, self._cancel_look):
            if cancel is not None:
                cancel()
        self._cancel_wake = self._cancel_look = None
        await self.client.close()
