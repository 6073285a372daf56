"""The samples of the public API document work as printed.

Only host and port are changed, and a token is added: as a header, or in a signed path
where a browser cannot send one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Any

from playwright.async_api import Page, async_playwright
import pytest

from tests.peers.octoprint import OctoPrintPeer
from tests.support.accounts import Role
from tests.support.home_assistant import HomeAssistant
from tests.support.house import JobEvents, add_printer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

LIST = """curl http://localhost:8000/api/v1/jobs | jq '.jobs[] | select(.customer_info.auto_created == true)'"""
GET_SETTING = (
    """curl http://localhost:8000/api/v1/settings | jq '.job_creation_auto_create'"""
)
PUT_SETTING = r"""curl -X PUT http://localhost:8000/api/v1/settings \
-H "Content-Type: application/json" \
-d '{"job_creation_auto_create": false}'"""

PYTHON = """
import websocket
import json
def on_message(ws, message):
    data = json.loads(message)
    if data['type'] == 'job_auto_created':
        job = data['data']
        print(f"Auto-created job: {job['job_name']} on {job['printer_id']}")
ws = websocket.WebSocketApp(
"ws://localhost:8000/ws",
on_message=on_message
)
ws.run_forever()
"""

BROWSER = """
const ws = new WebSocket('ws://localhost:8000/ws');
ws.onmessage = (event) => {
const data = JSON.parse(event.data);
if (data.type === 'job_auto_created') {
console.log('Auto-created job:', data);
}
};
"""

HANDLER = r"""
class AutoJobHandler {
constructor() {
this.setupWebSocket();
}
setupWebSocket() {
// Listen for auto-created jobs
websocketManager.ws.on('job_auto_created', (data) => {
this.handleAutoJob(data);
});
}
handleAutoJob(jobData) {
// Show notification
const message = `${jobData.job_name} on ${jobData.printer_id}`;
if (jobData.customer_info?.discovered_on_startup) {
showToast('info', '⚡ Job Discovered',
`${message} (on startup)`);
} else {
showToast('info', '⚡ Job Auto-Created', message);
}
// Update UI
this.refreshJobsList();
this.updateDashboard();
}
refreshJobsList() {
if (window.jobManager) {
window.jobManager.loadJobs();
}
}
isAutoCreated(job) {
return job.customer_info?.auto_created === true;
}
renderJobBadge(job) {
if (this.isAutoCreated(job)) {
const tooltip = this.buildTooltip(job);
return `<span class="badge-auto" title="${tooltip}">⚡ Auto</span>`;
}
return '';
}
buildTooltip(job) {
let text = 'Automatically created';
if (job.customer_info?.discovered_on_startup) {
text += ' (discovered on startup)';
}
if (job.customer_info?.discovery_time) {
text += `\nDiscovered: ${formatDateTime(job.customer_info.discovery_time)}`;
}
return text;
}
}
"""
# What the public front end has around that class.
AROUND = """
const heard = {};
const websocketManager = {ws: {on: (type, listener) => { heard[type] = listener; }}};
window.toasts = [];
const showToast = (...words) => window.toasts.push(words);
const formatDateTime = (text) => new Date(text).toISOString();
AutoJobHandler.prototype.updateDashboard = () => {};
const autoJobHandler = new AutoJobHandler();
"""


@dataclass(frozen=True, slots=True)
class Lab:
    """A Home Assistant with a printer, and somebody who listens to its events."""

    home: HomeAssistant
    peer: OctoPrintPeer
    events: JobEvents

    @property
    def header(self) -> str:
        """Return the header with a token."""
        return f"Authorization: {self.home.headers()['Authorization']}"

    @property
    def address(self) -> str:
        """Return host and port."""
        return self.home.url.removeprefix("http://")

    async def printed(self, name: str) -> dict[str, Any]:
        """Begin a print and return its job."""
        self.peer.start_print(name, 600)
        return await self.events.until("job_auto_created")


@asynccontextmanager
async def lab(folder: Path) -> AsyncIterator[Lab]:
    """Start everything."""
    peer = OctoPrintPeer()
    await peer.start()
    home = HomeAssistant(folder)
    async with home, JobEvents.of(home) as events:
        form = {"url": peer.url, "api_key": peer.api_key}
        await add_printer(home, "octoprint", form | {"advanced": {"verify_ssl": True}})
        yield Lab(home, peer, events)
    await peer.stop()


async def shell(lab: Lab, line: str) -> Any:
    """Run a sample with a token and return the JSON that it prints."""
    script = line.replace("localhost:8000", lab.address)
    script = script.replace("curl ", f"curl -sS -H '{lab.header}' ", 1)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-o", "pipefail", "-c", script), stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output)


async def test_curl(tmp_path: Path) -> None:
    """The three lines list the print's job, tell the setting and change it."""
    async with lab(tmp_path) as here:
        job = await here.printed("test_cube.gcode")
        assert (await shell(here, LIST))["id"] == job["id"]
        assert await shell(here, GET_SETTING) is True
        assert (await shell(here, PUT_SETTING))["status"] == "success"
        assert await shell(here, GET_SETTING) is False


async def test_websocket_client(tmp_path: Path) -> None:
    """The Python program prints the job of a print that begins."""
    async with lab(tmp_path) as here:
        text = PYTHON.replace("localhost:8000", here.address)
        text = text.replace('/ws",\n', f'/ws",\nheader=[{here.header!r}],\n')
        text = text.replace(
            "on_message=on_message",
            "on_message=on_message, on_open=lambda ws: print('open', flush=True)",
        )
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-c", text), stdout=subprocess.PIPE
        )
        assert program.stdout is not None
        async with asyncio.timeout(20):
            assert await program.stdout.readline() == b"open\n"
            job = await here.printed("test_cube.gcode")
            said = (await program.stdout.readline()).decode()
        assert said == f"Auto-created job: test_cube on {job['printer_id']}\n"
        program.terminate()
        await program.wait()


@asynccontextmanager
async def page_of(here: Lab) -> AsyncIterator[Page]:
    """Open a page of Home Assistant's own origin in a real browser."""
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        ) as browser,
        await browser.new_context(service_workers="block") as context,
    ):
        page = await context.new_page()
        await page.goto(f"{here.home.url}/manifest.json")
        yield page


async def test_browser(tmp_path: Path) -> None:
    """The snippet logs the job in a browser, through a signed path."""
    async with lab(tmp_path) as here, page_of(here) as page:
        async with here.home.connect(Role.READ_ONLY) as connection:
            signed = (await connection.command("auth/sign_path", path="/ws"))["path"]
        script = BROWSER.replace("localhost:8000/ws", here.address + signed)
        opened = "new Promise((done) => { ws.onopen = done; })"
        await page.evaluate(f"(async () => {{ {script}; await {opened}; }})()")
        # The browser itself may have something to say of the page, too.
        async with page.expect_console_message(
            lambda message: message.text.startswith("Auto-created job:")
        ) as logged:
            job = await here.printed("test_cube.gcode")
        words = [await each.json_value() for each in (await logged.value).args]
        assert words[1]["type"] == "job_auto_created"
        assert words[1]["data"]["id"] == job["id"]


async def test_badge_and_tooltip(tmp_path: Path) -> None:
    """The front end's code shows a job of the API, and none for one made by hand."""
    async with lab(tmp_path) as here, page_of(here) as page:
        created = await here.printed("test_cube.gcode")
        _, job = await here.home.request("GET", f"/api/v1/jobs/{created['id']}")
        plain = {"printer_id": job["printer_id"], "job_name": "by hand"}
        _, by_hand = await here.home.request("POST", "/api/v1/jobs", json=plain)
        run = f"""([job, byHand]) => {{ {HANDLER} {AROUND}
            heard.job_auto_created(job);
            return [autoJobHandler.renderJobBadge(job),
                    autoJobHandler.renderJobBadge(byHand), window.toasts];
        }}"""
        badge, none, toasts = await page.evaluate(run, [job, by_hand])
        seen = job["customer_info"]["discovery_time"][:19]
        assert badge.startswith('<span class="badge-auto" title="Automatically created')
        assert f"\nDiscovered: {seen}" in badge
        assert none == ""
        text = f"test_cube on {job['printer_id']}"
        assert toasts == [["info", "⚡ Job Auto-Created", text]]
