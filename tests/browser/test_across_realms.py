"""Across realms without noticing: somebody in Québec meets a clip from Paris, and Paris meets what they say of it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect
from tests import footage
from tests.browser.person import PASSWORD, Person, list_accessibility_faults
from tests.browser.realms import Reachable, paris_and_quebec
from tests.integration.gateway.realms import free_port, until
from tests.integration.world import Person as Account
from tests.postgres import DatabaseServer

PHONE = ViewportSize(width=390, height=844)
FIELDS = ["text", "handle", "display_name", "clip", "at", "comment", "pseudonym"]


@dataclass(frozen=True)
class Stage:
    """Ana in Paris has a clip that Québec has heard of, and one that she took back."""

    eu: Reachable
    qc: Reachable
    ana: Account
    clip: str
    removed: str


@pytest.fixture(scope="module")
async def stage(
    database_server: DatabaseServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("realms")
    film = footage.small(folder / "seine.mp4", seconds=4).read_bytes()
    async with paris_and_quebec(folder, database_server, migrated) as (eu, qc):
        paris, quebec = eu.neighbour.realm, qc.neighbour.realm
        ana = await paris.sign_up("ana", PASSWORD)
        for handle, born in (("ben", "1990-01-31"), ("lea", "1990-01-31"), ("zoe", "2010-01-31")):
            await quebec.sign_up(handle, PASSWORD, country="CA", region="QC", birth_date=born)
        clip = await paris.post(ana, film, caption="La Seine au petit matin")
        await paris.work()
        removed = await paris.publish(ana, caption="a mistake")
        assert (await paris.client(ana).delete(f"/videos/{removed}")).status_code == 204
        await qc.neighbour.shop(eu.neighbour)
        yield Stage(eu, qc, ana, clip, removed)


@asynccontextmanager
async def somebody(
    chromium: Browser, realm: Reachable, handle: str, *, signed_in: bool = True
) -> AsyncGenerator[Person]:
    """A person with a browser of their own, which may be looked at by axe."""
    context = await chromium.new_context(viewport=PHONE, bypass_csp=True)
    person = await Person.arrive(context, realm.base, handle)
    if signed_in:
        await person.sign_in()
    yield person
    await context.close()


async def _count(realm: Reachable, table: str) -> int:
    return (await realm.neighbour.realm.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"]


async def _logged(page: Page, base: str) -> dict[str, int]:
    """The kinds of entries that the page /trust counts."""
    await page.goto(f"{base}/trust")
    await expect(page.locator("main h1").first).to_be_visible()
    trust = await page.evaluate("fetch('/api/v1/trust').then(answer => answer.json())")
    return {one["kind"]: one["count"] for one in trust["entries_by_kind"]}


async def test_a_clip_from_paris_is_watched_liked_and_remarked_on_in_quebec(stage: Stage, chromium: Browser) -> None:
    async with somebody(chromium, stage.qc, "ben") as ben:
        await ben.page.goto(stage.qc.base)
        await ben.swipe_to(stage.clip)
        assert await ben.count_frames(stage.clip) > 10
        await expect(ben.get("clip-caption")).to_contain_text("@ana@eu")
        await expect(ben.get("clip-realm")).to_contain_text("European Union")
        await ben.get("action-like").click()
        await expect(ben.get("action-like")).to_have_attribute("aria-pressed", "true")
        await _see_links(stage, ben)
        await _say(stage, ben, "Magnifique !")
        logged = await _logged(ben.page, stage.qc.base)
        assert logged["crossing"] >= 1  # the remark
        assert logged["arrival"] >= 2  # the clip, and its bytes
        assert [one for one in ben.complaints if "409" not in one] == []
        assert ben.foreign == []
    async with somebody(chromium, stage.eu, "ana") as ana:
        await _meet_the_remark(stage, ana)


async def _see_links(stage: Stage, ben: Person) -> None:
    """The link for everybody leads to the clip's home; another one opens here."""
    await ben.get("action-share").click()
    await expect(ben.get("share-link")).to_have_value(f"{stage.eu.base}/v/{stage.clip}")
    await expect(ben.get("share-link-here")).to_have_value(f"{stage.qc.base}/v/{stage.clip}@eu")
    await ben.page.keyboard.press("Escape")


async def _say(stage: Stage, ben: Person, words: str) -> None:
    """The first time they think better of it, and nothing leaves; the second time it does."""
    await ben.get("action-comment").click()
    await ben.get("comment-input").fill(words)
    await ben.get("comment-submit").click()
    fields = ben.get("crossing-fields").locator("li")
    await expect(fields).to_have_count(len(FIELDS))
    assert [await one.get_attribute("data-field") for one in await fields.all()] == FIELDS
    await expect(ben.get("crossing-remember")).not_to_be_checked()
    assert await list_accessibility_faults(ben.page) == []
    await ben.get("crossing-keep").click()
    await expect(ben.get("comment-input")).to_have_value(words)
    assert await _count(stage.qc, "gateway_outbox") == 0
    await ben.get("comment-submit").click()
    await ben.get("crossing-send").click()
    await expect(ben.get("comment")).to_contain_text(words)

    async def arrived() -> bool:
        return await _count(stage.eu, "comments") == 1

    await until(arrived)


async def _meet_the_remark(stage: Stage, ana: Person) -> None:
    """In Paris there are a remark and its realm, and no sign of who watched or liked."""
    await ana.page.goto(f"{stage.eu.base}/inbox")
    remark = ana.page.locator('[data-testid="notification"][data-kind="comment"]')
    await expect(remark).to_contain_text("@ben@ca-qc")
    await expect(remark).to_contain_text("Magnifique !")
    await expect(remark.get_by_role("img", name="Québec")).to_be_visible()
    await expect(ana.page.locator('[data-testid="notification"][data-kind="like"]')).to_have_count(0)
    await ana.page.goto(f"{stage.eu.base}/v/{stage.clip}")
    await expect(ana.get("action-comment")).to_contain_text("1")
    await expect(ana.get("action-like")).to_contain_text("0")
    assert await _count(stage.eu, "likes") == 0
    logged = await _logged(ana.page, stage.eu.base)
    assert logged["crossing"] >= 2
    assert logged["arrival"] >= 1
    assert ana.complaints == []


async def test_somebody_abroad_is_followed_with_the_keyboard_and_hears_that_somebody_does(
    stage: Stage, chromium: Browser
) -> None:
    async with somebody(chromium, stage.qc, "lea") as lea:
        await lea.page.goto(f"{stage.qc.base}/@ana@eu")
        await lea.get("profile-follow").focus()
        await lea.page.keyboard.press("Enter")
        await expect(lea.get("crossing-sheet")).to_contain_text("somebody in Québec")
        await lea.page.keyboard.press("Escape")
        await expect(lea.get("crossing-sheet")).not_to_be_attached()
        await expect(lea.get("profile-follow")).to_be_focused()
        await expect(lea.get("profile-follow")).to_have_attribute("aria-pressed", "false")
        await lea.page.keyboard.press("Enter")
        await lea.get("crossing-remember").focus()
        await lea.page.keyboard.press("Space")
        await lea.get("crossing-send").focus()
        await lea.page.keyboard.press("Enter")
        await expect(lea.get("profile-follow")).to_have_attribute("aria-pressed", "true")
        await _follow_again(lea)

    async def arrived() -> bool:
        return await _count(stage.eu, "follows") == 1 and await _count(stage.qc, "gateway_outbox") == 0

    await until(arrived)
    async with somebody(chromium, stage.eu, "ana") as ana:
        await ana.page.goto(f"{stage.eu.base}/inbox")
        follow = ana.page.locator('[data-testid="notification"][data-kind="follow"]')
        await expect(follow).to_contain_text("Somebody in Québec")
        await expect(follow.get_by_role("link")).to_have_count(0)


async def _follow_again(lea: Person) -> None:
    """Whoever wanted no second sheet sees none until the page is loaded anew."""
    follow = lea.get("profile-follow")
    for pressed in ("false", "true"):
        await follow.click()
        await expect(follow).to_have_attribute("aria-pressed", pressed)
        await expect(lea.get("crossing-sheet")).not_to_be_attached()
    await lea.page.reload()
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "false")
    await follow.click()
    await lea.get("crossing-send").click()
    await expect(follow).to_have_attribute("aria-pressed", "true")


async def test_what_a_minor_writes_stays_home_and_the_page_says_why(stage: Stage, chromium: Browser) -> None:
    async with somebody(chromium, stage.qc, "zoe") as zoe:
        await zoe.page.goto(f"{stage.qc.base}/v/{stage.clip}@eu")
        await zoe.get("action-comment").click()
        await zoe.get("comment-input").fill("hi")
        await zoe.get("comment-submit").click()
        await expect(zoe.get("crossing-refused")).to_contain_text("You are under 18")
        await zoe.get("crossing-understood").click()
        await expect(zoe.get("comment-input")).to_have_value("hi")


async def test_a_link_to_what_was_taken_back_or_is_of_no_realm_says_so(stage: Stage, chromium: Browser) -> None:
    async with somebody(chromium, stage.qc, "ben") as ben:
        await ben.page.goto(f"{stage.qc.base}/v/{stage.removed}@eu")
        await expect(ben.get("clip-gone")).to_contain_text("in the European Union")
        assert await list_accessibility_faults(ben.page) == []
        await ben.get("clip-others").click()
        await expect(ben.get("clip-caption")).to_contain_text("La Seine")
        await ben.page.goto(f"{stage.qc.base}/@ana@zz")
        await expect(ben.page.get_by_role("alert")).to_contain_text("There is no realm ZZ")


async def test_a_link_to_a_clip_of_a_realm_that_does_not_answer_says_so_and_offers_to_try_again(
    stage: Stage, chromium: Browser
) -> None:
    peers = stage.qc.neighbour.realm.settings.peers_path
    card = json.loads((peers / "eu.json").read_text()) | {"realm": "us", "gateway": f"127.0.0.1:{free_port()}"}
    (peers / "us.json").write_text(json.dumps(card))
    async with somebody(chromium, stage.qc, "ben") as ben:
        await ben.page.goto(f"{stage.qc.base}/v/{stage.clip[:-4]}0000@us")
        for _ in range(2):
            await expect(ben.get("clip-silent")).to_contain_text("Can’t reach the United States")
            await ben.get("clip-again").click()
        await ben.page.goto(f"{stage.qc.base}/@ana@us")
        await expect(ben.page.get_by_role("alert")).to_contain_text("Can’t reach the United States")


async def test_a_link_opened_at_the_clips_home_leads_into_ones_own_realm_once_it_was_chosen(
    stage: Stage, chromium: Browser
) -> None:
    async with somebody(chromium, stage.eu, "nobody", signed_in=False) as reader:
        link = f"{stage.eu.base}/v/{stage.clip}"
        await reader.page.goto(link)
        await reader.get("open-at-home-choose").click()
        assert await list_accessibility_faults(reader.page) == []
        await reader.get("home-ca-qc").click()
        await reader.page.wait_for_url(f"{stage.qc.base}/v/{stage.clip}@eu")
        await expect(reader.get("clip-caption")).to_contain_text("@ana@eu")
        await reader.page.goto(link)
        await expect(reader.get("open-at-home-go")).to_have_attribute("href", f"{stage.qc.base}/v/{stage.clip}@eu")
