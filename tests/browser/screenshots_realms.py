"""Takes the pictures of life between realms: `python -m tests.browser.screenshots_realms` (or `make screenshots`).

Three realms as `reelm up --realms` runs them. Somebody in Québec meets a clip from Paris, in French; what crossed
stands on /trust; and somebody moves. One realm's worker is held meanwhile, so that the move is seen half way.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bench._fleet import Realm, running_fleet
from playwright.async_api import Browser, async_playwright, expect
from tests.browser import clips
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.browser.person import PASSWORD, Person
from tests.browser.screenshots import take

_REALMS = ("eu", "ca-qc", "us")


async def _arrive(browser: Browser, realm: Realm, handle: str, locale: str, scheme: str = "dark") -> Person:
    context = await browser.new_context(
        locale=locale,
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 390, "height": 844},
        device_scale_factor=1,
    )
    return await Person.arrive(context, realm.address, handle)


async def _post(person: Person, clip: Path, caption: str) -> None:
    await person.choose_file(clip, caption)
    await person.get("upload-post").click()
    await expect(person.get("upload-stage")).to_have_attribute("data-state", "published", timeout=120_000)


async def _meet_paris(browser: Browser, eu: Realm, quebec: Realm, folder: Path) -> None:
    """A clip from Paris in Québec, the sheet before the first remark leaves, and what Paris hears of it."""
    ana = await _arrive(browser, eu, "ana.lune", "en")
    await ana.sign_up("FR")
    await _post(ana, clips.street(folder), "Douze images par seconde, rue mouillée. #rue")
    ben = await _arrive(browser, quebec, "ben.fleuve", "fr-CA")
    await ben.page.goto(f"{quebec.address}/sign-up")
    await ben.get("sign-up-country").select_option("FR")
    await take(ben, "realms-sign-up")
    await ben.sign_up("CA", "QC")
    await ben.page.goto(quebec.address)
    while not await ben.current_video():
        await asyncio.sleep(2)  # until the catalogue of Paris has come
        await ben.page.reload()
        await asyncio.sleep(2)
    await ben.get("action-like").click()
    await take(ben, "realms-feed")
    await ben.page.set_viewport_size({"width": 390, "height": 844})
    await ben.get("action-comment").click()
    await ben.get("comment-input").fill("La lumière est magnifique.")
    await ben.get("comment-submit").click()
    await expect(ben.get("crossing-fields")).to_be_visible()
    await take(ben, "realms-crossing")
    await ben.get("crossing-send").click()
    await asyncio.sleep(5)
    await ana.page.goto(f"{eu.address}/inbox")
    await take(ana, "realms-inbox")
    await ben.page.goto(f"{quebec.address}/settings")
    await take(ben, "realms-settings")
    await ana.page.context.close()
    await ben.page.context.close()


async def _look_at_trust(browser: Browser, eu: Realm, quebec: Realm) -> None:
    """Each view of /trust, in one language or the other, and the data map."""
    for realm, locale, scheme, views in (
        (eu, "en", "dark", ("where", "register")),
        (quebec, "fr-CA", "light", ("crossed", "rules")),
    ):
        visitor = await _arrive(browser, realm, "visitor", locale, scheme)
        for view in views:
            await visitor.page.set_viewport_size({"width": 390, "height": 844})
            await visitor.page.goto(f"{realm.address}/trust?view={view}")
            await expect(visitor.page.locator(".card").first).to_be_visible()
            await take(visitor, f"trust-{view}")
        await visitor.page.context.close()
    reader = await _arrive(browser, eu, "reader", "en")
    await reader.page.goto(f"{eu.address}/data-map")
    await take(reader, "data-map")
    await reader.page.context.close()


async def _move(browser: Browser, eu: Realm, quebec: Realm) -> None:
    """The page before, half way, and after: with the receipt."""
    lea = await _arrive(browser, eu, "lea.vent", "en")
    await lea.sign_up("FR")
    await lea.page.goto(f"{eu.address}/settings/move")
    await lea.get("move-country").select_option("CA")
    await lea.get("move-region").select_option("QC")
    await expect(lea.get("move-told")).to_be_visible()
    await take(lea, "move")
    worker = quebec.role("worker")
    worker.suspend()
    try:
        await lea.get("move-password").fill(PASSWORD)
        await lea.get("move-ask").click()
        await asyncio.sleep(8)
        await take(lea, "move-under-way")
    finally:
        worker.resume()
    await expect(lea.get("has-moved")).to_be_visible(timeout=90_000)
    await take(lea, "move-done")
    there = await _arrive(browser, quebec, "lea.vent", "en")
    await there.sign_in()
    await there.page.goto(f"{quebec.address}/settings/move")
    await expect(there.get("move-receipt")).to_be_visible()
    await take(there, "move-receipt")


async def _photograph(realms: tuple[Realm, ...], folder: Path) -> None:
    eu, quebec, _ = realms
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        await _meet_paris(browser, eu, quebec, folder)
        await _look_at_trust(browser, eu, quebec)
        await _move(browser, eu, quebec)
        await browser.close()


def main() -> int:
    """Run the realms, then take the pictures."""
    with tempfile.TemporaryDirectory(prefix="reelm-shots-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with running_fleet(folder / "var", _REALMS) as realms:
            asyncio.run(_photograph(realms, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
