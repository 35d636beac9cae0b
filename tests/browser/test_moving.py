"""Somebody moves from Paris to Québec with the page that is there for it, or thinks better of it."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, ViewportSize, expect
from tests import footage
from tests.browser.person import PASSWORD, Person, list_accessibility_faults
from tests.browser.realms import Reachable, paris_and_quebec
from tests.integration.gateway.realms import until
from tests.integration.moving.journeys import work_some
from tests.integration.world import Person as Account
from tests.postgres import DatabaseServer

PHONE = ViewportSize(width=390, height=844)


@dataclass(frozen=True)
class Stage:
    """Two realms whose workers do something about moves only while a test lets them."""

    eu: Reachable
    qc: Reachable

    async def work(self, is_so: Callable[[], Awaitable[bool]], *, only: str = "") -> None:
        async def look() -> bool:
            for one in (self.eu.neighbour, self.qc.neighbour):
                if only in ("", one.code):
                    await work_some(one)
            return await is_so()

        await until(look, 60)

    async def work_until(self, step: str, person: Account, *, only: str = "") -> None:
        """Until the move of this person stands at `step` in Paris. Of whoever is erased the row has no handle."""

        async def stands() -> bool:
            query = "SELECT step FROM moves WHERE handle = $1 OR handle = '' ORDER BY asked_at DESC, handle DESC"
            rows = await self.eu.neighbour.realm.rows(query, person.handle)
            return bool(rows) and rows[0]["step"] == step

        await self.work(stands, only=only)


@pytest.fixture(scope="module")
async def stage(
    database_server: DatabaseServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    async with paris_and_quebec(tmp_path_factory.mktemp("realms"), database_server, migrated) as (eu, qc):
        yield Stage(eu, qc)


@asynccontextmanager
async def at_home(chromium: Browser, stage: Stage, handle: str) -> AsyncGenerator[Person]:
    """Somebody of Paris who is signed in, with a browser of their own, which may be looked at by axe."""
    context = await chromium.new_context(viewport=PHONE, bypass_csp=True, locale="en", accept_downloads=True)
    person = await Person.arrive(context, stage.eu.base, handle)
    await person.sign_in()
    yield person
    await context.close()


async def _say_where(person: Person) -> None:
    """Through Settings to the page, and there: in Québec."""
    await person.page.goto(f"{person.base}/settings")
    await person.get("realm-move").click()
    await expect(person.page.locator("main h1")).to_be_focused()
    await person.get("move-country").select_option("CA")
    await person.get("move-region").select_option("QC")
    await expect(person.get("move-told")).to_contain_text("This goes to Québec")


async def _ask(person: Person) -> None:
    await person.get("move-password").fill(PASSWORD)
    await person.get("move-ask").click()
    await expect(person.get("move-steps")).to_have_attribute("data-at", "asked")
    await expect(person.page.locator("main h1")).to_be_focused()


async def test_somebody_moves_with_a_clip_sees_how_far_it_is_and_lands_with_a_receipt(
    stage: Stage, chromium: Browser, tmp_path: Path
) -> None:
    paris = stage.eu.neighbour.realm
    ana = await paris.sign_up("ana", PASSWORD)
    film = footage.small(tmp_path / "seine.mp4", seconds=4).read_bytes()
    clip = await paris.post(ana, film, caption="La Seine au petit matin")
    await paris.work()
    async with at_home(chromium, stage, "ana") as person:
        await _meet_the_page(person)
        await _ask(person)
        assert await list_accessibility_faults(person.page) == []
        await stage.work_until("copied", ana, only="eu")
        await expect(person.get("move-steps")).to_have_attribute("data-at", "compared")
        await _look_and_change_nothing(person)
        await stage.work_until("verified", ana, only="ca-qc")
        await person.get("move-banner").get_by_role("link").click()
        await expect(person.get("move-call-off")).to_be_visible()
        await stage.work_until("switched", ana, only="eu")
        await expect(person.get("move-sign-in")).to_be_visible()
        await expect(person.get("move-call-off")).to_have_count(0)
        await stage.work_until("done", ana)
        await expect(person.get("has-moved")).to_contain_text("You have moved to Québec")
        await expect(person.page.locator("main h1")).to_be_focused()
        assert await list_accessibility_faults(person.page) == []
        await _arrive(stage, person)
        await _keep_the_receipt(stage, person, tmp_path)
        await person.page.goto(f"{stage.eu.base}/v/{clip}")
        await person.page.wait_for_url(f"{stage.qc.base}/v/{clip}")
        await expect(person.page.locator(f'video[data-video-id="{clip}"]')).to_be_visible()
        assert await person.count_frames(clip) > 10
        await person.page.goto(f"{stage.eu.base}/@ana")
        await person.page.wait_for_url(f"{stage.qc.base}/@ana")


async def _meet_the_page(person: Person) -> None:
    """Whoever lives where they did is told so, and a wrong password moves nobody."""
    await person.page.goto(f"{person.base}/settings/move")
    await person.get("move-country").select_option("FR")
    await expect(person.get("move-realm")).to_have_attribute("data-stays", "true")
    await expect(person.get("move-ask")).to_have_count(0)
    await _say_where(person)
    assert await list_accessibility_faults(person.page) == []
    await person.get("move-password").fill("some other words of hers")
    await person.get("move-ask").click()
    await expect(person.get("form-problem")).to_contain_text("password")


async def _look_and_change_nothing(person: Person) -> None:
    """Elsewhere they are told why nothing can be changed, and a link leads to the page."""
    await person.page.goto(f"{person.base}/settings")
    await expect(person.get("move-banner")).to_contain_text("You are moving to Québec")
    await person.get("settings-bio").fill("gone fishing")
    await person.get("settings-save").click()
    said = person.page.get_by_role("alert").filter(has_text="Your account is moving")
    await expect(said.get_by_role("link")).to_have_attribute("href", "/settings/move")


async def _arrive(stage: Stage, person: Person) -> None:
    await person.get("move-sign-in").click()
    await person.page.wait_for_url(f"{stage.qc.base}/sign-in?next=%2Fsettings%2Fmove")
    await person.get("sign-in-handle").fill(person.handle)
    await person.get("sign-in-password").fill(PASSWORD)
    await person.get("sign-in-submit").click()
    await person.page.wait_for_url(f"{stage.qc.base}/settings/move")


async def _keep_the_receipt(stage: Stage, person: Person, folder: Path) -> None:
    """Both realms and both places in their logs, with the proof of the one here, and all of it in a file."""
    receipt = person.get("move-receipt")
    await expect(receipt).to_contain_text("European Union")
    await expect(person.get("receipt-left")).to_have_attribute("href", f"{stage.eu.base}/trust")
    await receipt.get_by_test_id("proof-open").click()
    await expect(person.get("proof-verdict")).to_have_attribute("data-ok", "true")
    await person.page.keyboard.press("Escape")
    assert await list_accessibility_faults(person.page) == []
    async with person.page.expect_download() as waiting:
        await person.get("receipt-download").click()
    await (await waiting.value).save_as(folder / "receipt.json")
    told = json.loads((folder / "receipt.json").read_text("utf-8"))
    for realm, side, kind in ((stage.eu, "left", "person-left"), (stage.qc, "arrived", "person-arrived")):
        query = "SELECT log_index FROM ledger_entries WHERE kind = $1 ORDER BY log_index DESC LIMIT 1"
        (row,) = await realm.neighbour.realm.rows(query, kind)
        assert (told[f"{side}_realm"], told[f"{side}_index"]) == (realm.neighbour.code, row["log_index"])
        assert told[f"{side}_log"] == f"{realm.base}/ledger"
    await person.page.goto(f"{stage.qc.base}/settings")
    await expect(person.get("realm-came")).to_contain_text("in the European Union")
    await person.get("realm-receipt").click()
    await expect(receipt).to_be_visible()


async def test_a_move_that_is_called_off_leaves_everything_as_it_was(stage: Stage, chromium: Browser) -> None:
    lea = await stage.eu.neighbour.realm.sign_up("lea", PASSWORD)
    async with at_home(chromium, stage, "lea") as person:
        await _say_where(person)
        await _ask(person)
        await stage.work_until("copied", lea, only="eu")
        await expect(person.get("move-steps")).to_have_attribute("data-at", "compared")
        await person.get("move-call-off").focus()
        await person.page.keyboard.press("Enter")
        await expect(person.get("toast")).to_contain_text("called off")
        await expect(person.page.locator("main h1")).to_have_text("Move to another realm")
        await expect(person.page.locator("main h1")).to_be_focused()
        await person.page.goto(f"{person.base}/settings")
        await expect(person.get("move-banner")).to_have_count(0)
        await person.get("settings-bio").fill("still here")
        await person.get("settings-save").click()
        await expect(person.get("toast")).to_contain_text("Saved")


async def test_who_was_refused_for_a_handle_takes_another_and_who_looks_too_late_is_led_on(
    stage: Stage, chromium: Browser
) -> None:
    leo = await stage.eu.neighbour.realm.sign_up("leo", PASSWORD)
    await stage.qc.neighbour.realm.sign_up("leo", country="CA", region="QC")
    async with at_home(chromium, stage, "leo") as person:
        await _say_where(person)
        await _ask(person)
        await stage.work_until("refused", leo)
        await expect(person.get("move-refused")).to_contain_text("@leo is somebody else in Québec")
        await expect(person.get("move-country")).to_have_value("CA")
        await person.get("move-handle").fill("leo.qc")
        await _ask(person)
        await expect(person.get("move-steps")).to_have_attribute("data-at", "asked")
        await person.page.goto("about:blank")
        person.handle = "leo.qc"

        async def arrived() -> bool:
            rows = await stage.qc.neighbour.realm.rows("SELECT step FROM moves WHERE handle = 'leo.qc'")
            left = await stage.eu.neighbour.realm.rows("SELECT 1 FROM accounts WHERE handle = 'leo'")
            return bool(rows) and rows[0]["step"] == "done" and not left

        await stage.work(arrived)
        await person.page.goto(f"{stage.eu.base}/settings/move")
        await expect(person.get("has-moved")).to_contain_text("as @leo.qc")
        await _arrive(stage, person)
        await expect(person.get("move-receipt")).to_be_visible()


async def test_whose_country_gets_a_realm_of_its_own_is_told_when_and_what_it_means(
    stage: Stage, chromium: Browser
) -> None:
    await stage.eu.neighbour.realm.sign_up("mia", PASSWORD)

    async def decided(route: Route) -> None:
        due = {"realm": "ca-qc", "at": "2027-01-15T00:00:00Z"}
        await route.fulfill(json={"note": "", "vkey": "", "due": due})

    async def in_force(route: Route) -> None:
        france = f'{{"code": "FR", "minimum_age": 13, "realm": "ca-qc", "address": "{stage.qc.base}", "regions": []}}'
        await route.fulfill(body=f'{{"items": [{france}]}}', content_type="application/json")

    async with at_home(chromium, stage, "mia") as person:
        await person.page.route("**/api/v1/me/residence", decided)
        await person.page.goto(f"{person.base}/settings")
        await expect(person.get("move-due")).to_contain_text("On January 15, 2027 your data moves to Québec.")
        await person.get("move-due-what").click()
        await expect(person.get("move-due-sheet")).to_contain_text("What you watched")
        await person.page.keyboard.press("Escape")
        await expect(person.get("move-due-what")).to_be_focused()
        await expect(person.get("move-due-now")).to_have_count(0)  # the realm has the country later
        await person.page.route("**/api/v1/countries", in_force)
        await person.page.reload()
        await person.get("move-due-now").click()
        await expect(person.get("move-country")).to_have_value("FR")
        await expect(person.get("move-ask")).to_have_text("Move to Québec")
