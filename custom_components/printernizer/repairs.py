"""What the user has to know, or to decide."""

from abc import abstractmethod
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import override

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .certificates import CERTIFICATE, async_trust_certificate
from .const import CONF_FINGERPRINT, CONF_PRINTER_TYPE, DOMAIN
from .database import DatabaseError
from .models import runtime
from .printers.bambu_lab import readable_fingerprint
from .settings import entry_printer_id, printer_entries
from .watching import Change, PrinterSeen

_LOGGER = logging.getLogger(__name__)

SILENCE = timedelta(days=7)
CHECK_INTERVAL = timedelta(hours=1)

TOO_NEW = "database_too_new"
DAMAGED = "database_damaged"
NO_NEWS = "no_news"


def damage_id(moved_aside: str) -> str:
    """Return the id of the issue about a damaged file: each may be ignored alone."""
    return f"{DAMAGED}_{moved_aside}"


@callback
def async_report_damage(hass: HomeAssistant, moved_aside: Path) -> None:
    """Tell that the job history was damaged, and where it was put."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        damage_id(moved_aside.name),
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=DAMAGED,
        translation_placeholders={"file": moved_aside.name},
    )


async def async_forget_damage(hass: HomeAssistant) -> None:
    """Take back what was reported of damaged files that the user has removed."""
    reported = [
        (issue.issue_id, Path(hass.config.path(issue.translation_placeholders["file"])))
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN
        and issue.translation_key == DAMAGED
        and issue.translation_placeholders
    ]

    def gone() -> list[str]:
        """Return the issues whose file is not there any more."""
        return [issue_id for issue_id, file in reported if not file.exists()]

    for issue_id in await hass.async_add_executor_job(gone):
        ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_report_too_new(hass: HomeAssistant, *, is_too_new: bool) -> None:
    """Tell that a newer version wrote the job history, or that it is well now."""
    if not is_too_new:
        ir.async_delete_issue(hass, DOMAIN, TOO_NEW)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        TOO_NEW,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=TOO_NEW,
    )


# -- printers without news (row S2) ------------------------------------------------


def no_news_id(printer_id: str) -> str:
    """Return the id of the issue about a printer's silence."""
    return f"{NO_NEWS}_{printer_id}"


@callback
def async_watch_silence(hass: HomeAssistant) -> None:
    """Offer to close the job of a printer that says nothing for days."""

    async def check(_now: datetime) -> None:
        """Look for such printers."""
        await async_check_silence(hass)

    async_track_time_interval(hass, check, CHECK_INTERVAL, cancel_on_shutdown=True)

    issues = ir.async_get(hass)

    @callback
    def changed(change: Change) -> None:
        """Take the offer back when the printer is heard again."""
        if not isinstance(change, PrinterSeen):
            return
        offer = no_news_id(change.printer_id)
        # Printers are seen often, and offers are rare.
        if not issues.async_get_issue(DOMAIN, offer):
            return
        if not is_silent(hass, change.printer_id):
            ir.async_delete_issue(hass, DOMAIN, offer)

    runtime(hass).manager.listen(changed)


async def async_check_silence(hass: HomeAssistant) -> None:
    """Report the printers that have an open job and were silent for long.

    A printer that was not set up since the start (disabled, refused) has a session
    on record all the same.
    """
    data = runtime(hass)
    if not data.is_open:
        return
    await _close_left_open(hass)
    for entry in printer_entries(hass):
        printer_id = entry_printer_id(entry)
        if data.manager.watch(printer_id) is None:
            policy = data.settings.policy_for(entry.options)
            kind = entry.data[CONF_PRINTER_TYPE]
            await data.manager.add_printer(printer_id, kind, policy)
        if is_silent(hass, printer_id):
            _report_silence(hass, printer_id, entry.title)
        else:
            ir.async_delete_issue(hass, DOMAIN, no_news_id(printer_id))


async def _close_left_open(hass: HomeAssistant) -> None:
    """Close the open jobs of printers that are gone (row C8).

    When they went the disk may have been full, or the job is from a backup.
    """
    data = runtime(hass)
    try:
        active = await data.database.active_jobs()
    except DatabaseError as err:
        _LOGGER.warning("Jobs of removed printers cannot be looked for now: %s", err)
        return
    for job in active:
        present = map(entry_printer_id, printer_entries(hass))
        if job.print_key is not None and job.printer_id not in present:
            await data.manager.remove_printer(job.printer_id, job.printer_type)


@callback
def is_silent(hass: HomeAssistant, printer_id: str) -> bool:
    """Tell whether a printer with an open job has been silent for long."""
    watch = runtime(hass).manager.watch(printer_id)
    if watch is None or watch.session.job_id is None:
        return False
    heard = watch.session.looked_at
    return heard is not None and dt_util.utcnow() - heard.utc >= SILENCE


@callback
def _report_silence(hass: HomeAssistant, printer_id: str, printer: str) -> None:
    """Offer to close the job."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        no_news_id(printer_id),
        data={"printer_id": printer_id, "printer": printer},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=NO_NEWS,
        translation_placeholders={"printer": printer},
    )


@callback
def async_forget_printer(hass: HomeAssistant, printer_id: str) -> None:
    """Take back what was reported of a printer that is removed."""
    ir.async_delete_issue(hass, DOMAIN, no_news_id(printer_id))


class ConfirmFlow(RepairsFlow):
    """Put something right if the user agrees; ``placeholders`` say what."""

    placeholders: dict[str, str]

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Do it when the user agrees."""
        if user_input is not None:
            await self.async_mend()
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders=self.placeholders,
        )

    @abstractmethod
    async def async_mend(self) -> None:
        """Put it right."""


class SilentPrinterFlow(ConfirmFlow):
    """Close the job of a silent printer as unknown."""

    def __init__(self, printer_id: str, printer: str) -> None:
        """Tell whose job it is about."""
        self._printer_id = printer_id
        self.placeholders = {"printer": printer}

    @override
    async def async_mend(self) -> None:
        """Close the job, unless the printer has spoken in the meantime."""
        if is_silent(self.hass, self._printer_id):
            await runtime(self.hass).manager.give_up(self._printer_id)


class CertificateFlow(ConfirmFlow):
    """Trust the certificate that is shown."""

    def __init__(self, entry_id: str, printer: str, fingerprint: str) -> None:
        """Tell which certificate of which printer it is about."""
        self._entry_id = entry_id
        self._fingerprint = fingerprint
        self.placeholders = {
            "printer": printer,
            "fingerprint": readable_fingerprint(fingerprint),
        }

    @override
    async def async_mend(self) -> None:
        """Trust it; where yet another answers by now, that one is asked about."""
        async_trust_certificate(self.hass, self._entry_id, self._fingerprint)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of an issue that can be fixed."""
    about = {key: str(value) for key, value in (data or {}).items()}
    printer = about["printer"]
    if issue_id.startswith(CERTIFICATE):
        return CertificateFlow(about["entry_id"], printer, about[CONF_FINGERPRINT])
    return SilentPrinterFlow(about["printer_id"], printer)
