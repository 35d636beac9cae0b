"""Takes the pictures in docs/screenshots: `python -m tests.browser.screenshots` (or `make screenshots`).

Runs a cell with its demo content, signs somebody up, and photographs each page at phone and desktop size.
"""

import asyncio
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


async def take(person: Person, name: str) -> None:
    """The page as it is, at each size."""
    for size, (width, height) in SIZES.items():
        await person.page.set_viewport_size({"width": width, "height": height})
        await asyncio.sleep(1.5)
        await person.page.screenshot(path=OUT / f"{name}-{size}.jpg", type="jpeg", quality=82)
        print(f"docs/screenshots/{name}-{size}.jpg", flush=True)


def _hire(handle: str, folder: Path) -> None:
    """Make an operator, as whoever runs the realm does."""
    command = [sys.executable, "-m", "reelm.cli", "account", "create", "--handle", handle, "--role", "operator"]
    command += ["--birth-date", "1990-01-31", "--country", "FR", "--password-stdin", "--data", f"{folder}/var"]
    subprocess.run(command, input=PASSWORD, text=True, check=True)


async def _sign_in(browser: Browser, base: str, handle: str) -> Person:
    context = await browser.new_context(locale="en", color_scheme="dark", device_scale_factor=1)
    person = await Person.arrive(context, base, handle)
    await person.page.goto(f"{base}/sign-in")
    await person.get("sign-in-handle").fill(handle)
    await person.get("sign-in-password").fill(PASSWORD)
    await person.get("sign-in-submit").click()
    await expect(person.get("nav-staff")).to_be_visible()
    await person.page.goto(f"{base}/staff")
    return person


async def _photograph_access(browser: Browser, base: str, folder: Path, subject: Person) -> None:
    """One access from start to proof: an operator asks, another agrees, the first reads, the person sees it."""
    for handle in ("omar.ops", "paula.ops"):
        _hire(handle, folder)
    asker, second = await _sign_in(browser, base, "omar.ops"), await _sign_in(browser, base, "paula.ops")
    await asker.get("staff-handle").fill(subject.handle)
    await asker.get("staff-reason").select_option("person-asked-for-help")
    for name in ("user.contact.email", "user.location"):
        await asker.get(f"staff-class-{name}").check()
    await asker.get("staff-ask").click()
    await second.get("staff-approve").click()
    await asker.get("staff-open").click()
    await asker.get("staff-read-profile").click()
    await expect(asker.get("staff-data")).to_be_visible()
    await asker.page.evaluate("scrollTo(0, 0)")
    await take(asker, "staff")
    await subject.page.goto(f"{base}/my-data")
    await expect(subject.get("ledger-verdict")).to_have_attribute("data-ok", "true")
    await take(subject, "my-data")
    await subject.get("proof-open").first.click()
    await expect(subject.get("proof-verdict")).to_have_attribute("data-ok", "true")
    await take(subject, "proof")
    await subject.page.goto(f"{base}/trust")
    await subject.get("trust-check").click()
    await expect(subject.get("trust-verdict")).to_have_attribute("data-ok", "true")
    await take(subject, "trust")
    for person in (asker, second):
        await person.page.context.close()


async def _photograph_own_feed(person: Person, base: str) -> None:
    """The settings of a feed that somebody has shaped."""
    await person.page.goto(f"{base}/settings/feed")
    for text in ("spoiler", "giveaway"):
        await person.get("add-hidden_words").fill(text)
        await person.page.keyboard.press("Enter")
        await expect(person.get("list-hidden_words")).to_contain_text(text)
    await person.get("add-languages").select_option("fr")
    await person.page.evaluate("scrollTo(0, 0)")
    await take(person, "your-feed")


async def _photograph(browser: Browser, base: str, folder: Path) -> None:
    context = await browser.new_context(locale="en", color_scheme="dark", device_scale_factor=1)
    person = await Person.arrive(context, base, "ana.lee")
    await person.page.goto(f"{base}/sign-up")
    await take(person, "sign-up")
    await person.sign_up("CA", "QC")
    await person.page.goto(base)
    for _ in range(2):
        await person.page.keyboard.press("ArrowDown")
        await asyncio.sleep(1)
    await take(person, "feed")
    await person.page.set_viewport_size({"width": 390, "height": 844})
    await person.get("action-comment").click()
    await person.get("comment-input").fill("I could watch this for an hour.")
    await person.get("comment-submit").click()
    await take(person, "comments")
    await person.choose_file(clips.street(folder), "Twelve frames a second on a wet street. #street")
    await take(person, "upload")
    await person.page.goto(f"{base}/@jonas.skies")
    await take(person, "profile")
    await person.page.goto(f"{base}/settings")
    await take(person, "settings")
    await _photograph_own_feed(person, base)
    await _photograph_access(browser, base, folder, person)
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
