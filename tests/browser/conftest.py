"""A running cell and a real Chromium for the journeys in this folder."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright
from tests.browser.institutions import HOST, NETWORK, Announced, Institution, announce, found_institution, hire_staff
from tests.integration.devices.zones import zones_running

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass(frozen=True)
class RunningCell:
    """A whole cell, as `make up` runs it, without demo content."""

    port: int
    data: Path
    host: str = "127.0.0.1"

    @property
    def base(self) -> str:
        return f"http://{self.host}:{self.port}"


def find_chromium() -> str | None:
    """Debian's Chromium, where it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def cell_running(host: str = "127.0.0.1", **variables: str) -> Generator[RunningCell]:
    """A cell of its own that is known as `host`, until the block ends; `variables` are added to its environment."""
    folder = Path(tempfile.mkdtemp(prefix="reelm-browser-", dir="/tmp"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "reelm.cli",
        "up",
        "--port",
        str(port),
        "--data",
        str(folder / "var"),
        "--no-demo",
    ]
    env = os.environ | {"REELM_SIGN_UPS": "500", "REELM_PUBLIC_URL": f"http://{host}:{port}"} | variables
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    try:
        said = next((line for line in process.stdout if line.startswith("Reelm is ready")), None)
        assert said, "the cell ended before it was ready"
        yield RunningCell(port, folder / "var", host)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def cell() -> Generator[RunningCell]:
    with cell_running() as running:
        yield running


@pytest.fixture(scope="package")
async def institution() -> AsyncGenerator[Institution]:
    """An institution on a cell of its own, so that what it suspends is suspended for nobody else here."""
    async with zones_running() as zones:
        with cell_running(HOST, REELM_OUTSIDE="yes", REELM_NAME_SERVER=zones.server) as running:
            yield await found_institution(running, zones, staff=await hire_staff(running), network=NETWORK)


@pytest.fixture(scope="package")
async def announced(institution: Institution) -> Announced:
    """Its decision about Reelm, some days before it is in force."""
    return await announce(institution)


@pytest.fixture(scope="package")
async def chromium() -> AsyncGenerator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed and can't be: run make test as root once, or install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        yield browser
        await browser.close()
