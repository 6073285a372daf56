"""Printernizer: every print becomes exactly one job."""

import asyncio
from datetime import timedelta
import logging
from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .announcer import Announcer
from .api import async_register_api
from .certificates import async_forget_certificate
from .clients import create_client
from .const import (
    CONF_PRINTER_TYPE,
    DATABASE_FILE,
    DOMAIN,
    JOB_LOG,
    JOB_LOG_PLATFORMS,
    PLATFORMS,
)
from .coordinator import PrinterCoordinator
from .core.session import Moment
from .database import (
    Announcement,
    DatabaseError,
    DatabaseTooNew,
    JobDatabase,
    sqlite_url,
)
from .job_ids import JobIds
from .job_log import (
    async_create_device,
    async_ensure_job_log,
    async_follow_options,
    async_link_device,
)
from .job_manager import JobManager
from .models import DATA, PrinterConfigEntry, Printernizer, runtime
from .repairs import (
    async_check_silence,
    async_forget_damage,
    async_forget_printer,
    async_report_damage,
    async_report_too_new,
    async_watch_silence,
)
from .session_store import HassSessionStore
from .settings import (
    current_settings,
    entry_printer_id,
    first_options,
    job_log_entry,
    printer_entries,
)
from .watching import Change, DatabaseReplaced, JobChanged

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PROGRESS_INTERVAL = timedelta(minutes=1)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Open the record and the API; both serve all entries."""
    database = JobDatabase(sqlite_url(Path(hass.config.path(DATABASE_FILE))))
    manager = JobManager(
        database,
        HassSessionStore(hass),
        clock=lambda: Moment(dt_util.utcnow(), hass.loop.time()),
        new_id=JobIds(),
    )
    data = Printernizer(
        database=database, manager=manager, settings=current_settings(hass)
    )
    hass.data[DATA] = data
    manager.listen(Announcer(hass))
    _async_follow_changes(hass, data)
    async_watch_silence(hass)
    async_follow_options(hass)
    async_register_api(hass)
    await manager.start()
    try:
        await _async_open(hass, data)
    except DatabaseError as err:
        _LOGGER.warning("The job history cannot be opened yet: %s", err)

    async def save_progress(_now: object) -> None:
        await manager.save_progress()

    cancel_saving = async_track_time_interval(hass, save_progress, PROGRESS_INTERVAL)

    async def stop(_event: Event) -> None:
        """Close every connection, then the record: entries are not unloaded now."""
        cancel_saving()
        closing = (each.async_shutdown() for each in data.coordinators.values())
        await asyncio.gather(*closing)
        # A backup ends with Home Assistant too, which waits for no more than seconds.
        database.release()
        await manager.stop()
        await database.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return True


@callback
def _async_follow_changes(hass: HomeAssistant, data: Printernizer) -> None:
    """Show what becomes of jobs between two looks, and what befalls the database."""

    @callback
    def changed(change: Change) -> None:
        """Have the entities of the job's printer show it."""
        match change:
            case Announcement(job=job) | JobChanged(job=job):
                coordinator = data.coordinators.get(job.printer_id)
                if coordinator is not None:
                    coordinator.async_refresh_state()
            case DatabaseReplaced(moved_aside=path) if path is not None:
                async_report_damage(hass, path)

    data.manager.listen(changed)


async def _async_open(hass: HomeAssistant, data: Printernizer) -> None:
    """Open the database once; raises DatabaseError, and may then be called again."""
    async with data.opening:
        if data.is_open:
            return
        try:
            found = await data.database.open()
        except DatabaseTooNew:
            async_report_too_new(hass, is_too_new=True)
            raise
        data.is_open = True
        async_report_too_new(hass, is_too_new=False)
        await async_forget_damage(hass)
        if found.moved_aside is not None:
            async_report_damage(hass, found.moved_aside)

    async def started(_hass: HomeAssistant) -> None:
        """Announce from now on: before, no automation listens."""
        try:
            await data.manager.start_announcing()
        except DatabaseError as err:
            _LOGGER.warning("Events of earlier jobs cannot be sent now: %s", err)
        await async_check_silence(hass)

    async_at_started(hass, started)


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the Job log, or a printer."""
    data = runtime(hass)
    try:
        await _async_open(hass, data)
    except DatabaseError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="database_unavailable"
        ) from err
    if CONF_PRINTER_TYPE in entry.data:
        return await _async_setup_printer(hass, entry, data)
    async_create_device(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, JOB_LOG_PLATFORMS)
    return True


async def _async_setup_printer(
    hass: HomeAssistant, entry: PrinterConfigEntry, data: Printernizer
) -> bool:
    """Watch a printer."""
    await async_ensure_job_log(hass, first_options())
    entry.async_on_unload(entry.add_update_listener(_async_updated))
    printer_id = entry_printer_id(entry)
    policy = data.settings.policy_for(entry.options)
    await data.manager.add_printer(printer_id, entry.data[CONF_PRINTER_TYPE], policy)
    coordinator = PrinterCoordinator(
        hass,
        entry,
        create_client(hass, entry.data),
        data.manager,
        printer_id=printer_id,
        interval_s=data.settings.monitoring_interval_s,
    )
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    data.coordinators[printer_id] = coordinator

    @callback
    def forget() -> None:
        del data.coordinators[printer_id]
        data.manager.seen(printer_id)

    entry.async_on_unload(forget)
    # Without a listener polling stops, so that with every entity disabled no print
    # would be seen.
    entry.async_on_unload(coordinator.async_add_listener(lambda: None))
    entry.async_create_background_task(
        hass, coordinator.async_listen(), f"{entry.title} push"
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_link_device(hass, entry)
    coordinator.async_begin()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Stop watching a printer for now; its session stays."""
    is_printer = CONF_PRINTER_TYPE in entry.data
    platforms = PLATFORMS if is_printer else JOB_LOG_PLATFORMS
    unloaded = await hass.config_entries.async_unload_platforms(entry, platforms)
    if unloaded and is_printer and entry.disabled_by is not None:
        runtime(hass).manager.forget_bearings(entry_printer_id(entry))
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Close a removed printer's open job; keep the Job log while printers need it."""
    if CONF_PRINTER_TYPE in entry.data:
        async_forget_printer(hass, entry_printer_id(entry))
        async_forget_certificate(hass, entry)
        if DATA in hass.data:
            await runtime(hass).manager.remove_printer(
                entry_printer_id(entry), entry.data[CONF_PRINTER_TYPE]
            )
        job_log = job_log_entry(hass)
        if job_log is not None and not printer_entries(hass):
            await hass.config_entries.async_remove(job_log.entry_id)
    elif printer_entries(hass):
        await async_ensure_job_log(hass, entry.options)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ConfigEntry, device: AnyDeviceEntry
) -> bool:
    """Let the user delete devices that no printer stands behind any more."""
    is_printer = CONF_PRINTER_TYPE in entry.data
    present = entry_printer_id(entry) if is_printer else JOB_LOG
    return (DOMAIN, present) not in device.identifiers


async def _async_updated(hass: HomeAssistant, entry: PrinterConfigEntry) -> None:
    """Apply changed options to what runs; changed access to a printer reloads it."""
    data = runtime(hass)
    coordinator = data.coordinators.get(entry_printer_id(entry))
    if coordinator is None or coordinator.entry_data != entry.data:
        hass.config_entries.async_schedule_reload(entry.entry_id)
    else:
        data.manager.set_policy(
            coordinator.printer_id, data.settings.policy_for(entry.options)
        )


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring an older entry up to date; one of a newer major version stays away."""
    return entry.version == 1
