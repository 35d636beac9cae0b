"""Takes the pictures in docs/screenshots: `python -m tests.browser.screenshots` (or `make screenshots`).

Runs a cell with its demo content, signs somebody up, and photographs each page at phone and desktop size.
"""

import asyncio
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._cell import free_port
from playwright.async_api import Browser, async_playwright, expect
from tests.browser import clips
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.browser.person import PASSWORD, Person

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}


async def _take(person: Person, name: str) -> None:
    for size, (width, height) in SIZES.items():
        await person.page.set_viewport_size({"width": width, "height": height})
        await asyncio.sleep(1.5)
        await person.page.screenshot(path=OUT / f"{name}-{size}.jpg", type="jpeg", quality=82)
        print(f"docs/screenshots/{name}-{size}.jpg", flush=True)


async def _photograph(browser: Browser, base: str, folder: Path) -> None:
    context = await browser.new_context(locale="en", color_scheme="dark", device_scale_factor=1)
    person = await Person.arrive(context, base, "ana.lee")
    await person.page.goto(f"{base}/sign-up")
    await _take(person, "sign-up")
    await person.sign_up("CA", "QC")
    await person.page.goto(base)
    for _ in range(2):
        await person.page.keyboard.press("ArrowDown")
        await asyncio.sleep(1)
    await _take(person, "feed")
    await person.page.set_viewport_size({"width": 390, "height": 844})
    await person.get("action-comment").click()
    await person.get("comment-input").fill("I could watch this for an hour.")
    await person.get("comment-submit").click()
    await _take(person, "comments")
    await person.choose_file(clips.street(folder), "Twelve frames a second on a wet street. #street")
    await _take(person, "upload")
    await person.page.goto(f"{base}/@jonas.skies")
    await _take(person, "profile")
    await person.page.goto(f"{base}/settings")
    await _take(person, "settings")
    await context.close()


async def _main(base: str, folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        await _photograph(browser, base, folder)
        await browser.close()


def main() -> int:
    """Run the cell until all its demo clips are posted, then take the pictures."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="reelm-shots-", dir="/tmp") as name:
        command = [sys.executable, "-m", "reelm.cli", "up", "--port", str(port), "--data", f"{name}/var"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                if "12/12" in line:
                    break
            asyncio.run(asyncio.sleep(20))  # the last clips and their comments
            asyncio.run(_main(f"http://127.0.0.1:{port}", Path(name)))
        finally:
            process.terminate()
            process.communicate(timeout=60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
