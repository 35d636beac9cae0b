"""Chromium with our managed policy opens no page of the app, nor a frame of it on a page of others."""

import os
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.async_api import async_playwright
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.conformance.devices.browsing import managed_by, open_page
from tests.conformance.devices.compiling import DOMAIN, compile_example

FRAMED = f"<h1>A page of others</h1><iframe src='http://www.{DOMAIN}/embed'></iframe>"

pytestmark = [
    pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may write Chromium's policies"),
]


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host = self.headers["Host"]
        content = (FRAMED if host.startswith("others") else f"<h1>{host} is here</h1>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


async def _browse(port: int) -> dict[str, str]:
    rules = f"--host-resolver-rules=MAP *.example 127.0.0.1:{port}"
    seen: dict[str, str] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS, rules])
        for host in (DOMAIN, f"www.{DOMAIN}", "control.example"):
            seen[host] = await open_page(await browser.new_page(), f"http://{host}/")
        page = await browser.new_page()
        await page.goto("http://others.example/")
        frame = page.frames[-1]
        seen["framed"] = await frame.locator("body").inner_text()
        await browser.close()
    return seen


async def test_a_managed_browser_opens_nothing_of_a_suspended_app_until_it_is_lifted() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with managed_by(compile_example("chromium")["suspensions.json"]):
            suspended = await _browse(port)
        with managed_by(compile_example("chromium", lifted=True)["suspensions.json"]):
            lifted = await _browse(port)
        server.shutdown()
    assert suspended[DOMAIN] == suspended[f"www.{DOMAIN}"] == "ERR_BLOCKED_BY_ADMINISTRATOR"
    assert suspended["control.example"] == "control.example is here"
    assert f"{DOMAIN} is here" not in suspended["framed"]
    assert lifted == {
        DOMAIN: f"{DOMAIN} is here",
        f"www.{DOMAIN}": f"www.{DOMAIN} is here",
        "control.example": "control.example is here",
        "framed": f"www.{DOMAIN} is here",
    }
