"""A browser is signed in, by a session of a test or by the demo's settings."""

import json
from pathlib import Path
import shutil

from playwright.async_api import async_playwright, expect
import pytest

from tests.support.accounts import Role
from tests.support.home_assistant import HomeAssistant

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("by_itself", [True, False])
async def test_browser_is_signed_in(tmp_path: Path, *, by_itself: bool) -> None:
    """The start page opens without a form."""
    async with (
        HomeAssistant(tmp_path, signs_in_by_itself=by_itself) as instance,
        async_playwright() as playwright,
        await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        ) as browser,
        await browser.new_context(service_workers="block") as context,
    ):
        page = await context.new_page()
        if not by_itself:
            session = instance.accounts[Role.ADMIN].browser_session(instance.url)
            kept = json.dumps(json.dumps(session))
            await page.add_init_script(f"localStorage.setItem('hassTokens', {kept})")
        await page.goto(instance.url)
        await expect(page.locator("ha-sidebar")).to_contain_text("Admin", timeout=60000)
