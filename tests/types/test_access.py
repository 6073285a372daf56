"""What opens a printer: wrong, changed, and renewed; and recording switched off."""

from typing import Any

import pytest

from custom_components.printernizer.const import CONF_AUTO_CREATE, DOMAIN
from custom_components.printernizer.core.jobs import JobStatus
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.data_entry_flow import FlowResultType
from tests.shell.support import job_log

from .house import AnyPrinter, House
from .printer import NEW_SECRET, SECRET, WRONG_SECRET

pytestmark = pytest.mark.slow

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED


async def submit(
    house: House, result: ConfigFlowResult, *forms: dict[str, Any]
) -> ConfigFlowResult:
    """Fill in one form after the other, as far as there are any."""
    for form in forms:
        if result.get("type", FlowResultType.FORM) is FlowResultType.CREATE_ENTRY:
            break
        result = await house.hass.config_entries.flow.async_configure(
            result["flow_id"], form
        )
    return result


async def choose(house: House) -> ConfigFlowResult:
    """Choose the printer's type from the menu."""
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await submit(
        house, result, {"next_step_id": house.printer.printer_type.value}
    )


async def set_auto_create(house: House, *, on: bool) -> None:
    """Go through the options of the Job log."""
    options = house.hass.config_entries.options
    result = await options.async_init(job_log(house.hass).entry_id)
    typed = {
        CONF_AUTO_CREATE: on,
        "monitoring_interval": 30,
        "record_system_prints": False,
        "ignore_shorter_minutes": 0,
    }
    result = await options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()


async def test_added_by_its_flow(house: House, printer: AnyPrinter) -> None:
    """A wrong secret is refused at its form; the right one adds the printer."""
    result = await submit(house, await choose(house), *printer.forms(WRONG_SECRET))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {printer.secret_field: "invalid_auth"}
    result = await submit(house, result, *printer.forms())
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["data"] == printer.data()
    assert result["result"].unique_id == printer.printer_id
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()


async def test_wrong_secret_at_start(house: House, printer: AnyPrinter) -> None:
    """An entry that is refused asks for the right secret, and then works."""
    printer.begin("Halter")
    await house.add(WRONG_SECRET)
    assert house.entry.state is ConfigEntryState.SETUP_ERROR
    assert house.flows() == [f"{printer.printer_type}_reauth"]
    await renew_by_reauth(house, SECRET)
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()


async def test_refused_for_a_while(house: House, printer: AnyPrinter) -> None:
    """Refused in mid-print, it asks for a new secret until the old one works again."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.renew(NEW_SECRET)
    await house.until(lambda: house.flows() == [f"{printer.printer_type}_reauth"])
    for _ in range(3):
        await house.pass_time(30)
    assert house.flows() == [f"{printer.printer_type}_reauth"]
    assert house.entry.state is ConfigEntryState.LOADED
    assert not house.is_available
    await house.expect(("Halter", RUNNING))
    printer.renew(SECRET)
    await house.pass_time(61)
    await house.until(lambda: house.is_available)
    assert house.flows() == []
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()


@pytest.mark.parametrize("how", ["reauth", "reconfigure"])
async def test_secret_changed_in_mid_print(
    house: House, printer: AnyPrinter, how: str
) -> None:
    """With the new secret the same job goes on, in the same entry."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    (before,) = await house.jobs()
    entry_id = house.entry.entry_id
    printer.renew(NEW_SECRET)
    await house.until(lambda: house.flows() != [])
    await house.pass_time(60)
    if how == "reauth":
        await renew_by_reauth(house, NEW_SECRET)
    else:
        await renew_by_reconfiguring(house, NEW_SECRET)
    await house.until(lambda: house.is_available)
    assert house.flows() == []
    assert house.entry.entry_id == entry_id
    assert dict(house.entry.data) == printer.data(NEW_SECRET)
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    (after,) = await house.jobs()
    assert (after.id, after.start_time) == (before.id, before.start_time)
    assert not after.discovered_on_startup
    await house.compare()


async def renew_by_reauth(house: House, secret: str) -> None:
    """Answer the question for a new secret, wrongly first."""
    (flow,) = house.hass.config_entries.flow.async_progress()
    printer = house.printer
    result = await submit(house, flow, printer.key(WRONG_SECRET))
    assert result["errors"] == {printer.secret_field: "invalid_auth"}
    result = await submit(house, result, printer.key(secret))
    assert result["reason"] == "reauth_successful"
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED


async def renew_by_reconfiguring(house: House, secret: str) -> None:
    """Type the new secret where the printer is configured."""
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": house.entry.entry_id},
    )
    printer = house.printer
    result = await submit(house, result, {**printer.address(), **printer.key(secret)})
    assert result["reason"] == "reconfigure_successful", result
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED


async def test_recording_switched_off_and_on(house: House, printer: AnyPrinter) -> None:
    """What runs when it is switched on becomes a job; what ended before does not."""
    await house.add()
    await set_auto_create(house, on=False)
    printer.begin("Unseen")
    await house.see_print("Unseen")
    await house.pass_time(60)
    printer.finish()
    await house.see_end()
    await house.pass_time(60)
    await house.expect()
    printer.begin("Halter")
    await house.see_print("Halter")
    await house.pass_time(60)
    await house.expect()
    await set_auto_create(house, on=True)
    await house.expect(("Halter", RUNNING))
    await set_auto_create(house, on=False)
    await house.pass_time(60)
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await set_auto_create(house, on=True)
    await house.pass_time(60)
    printer.begin("Vase")
    await house.expect(("Halter", COMPLETED), ("Vase", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED), ("Vase", COMPLETED))
    del printer.truth[0]
    await house.compare()
