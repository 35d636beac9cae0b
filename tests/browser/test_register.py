"""The register of suspensions as people read it: signatures and proofs checked in their own browser, a calm banner
before the deadline, and the notice from then on."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect
from tests.browser.conftest import RunningCell
from tests.browser.institutions import (
    ANSWER,
    HOST,
    Announced,
    Institution,
    about,
    as_text,
    found_institution,
    on_device,
    stages,
)
from tests.browser.person import list_accessibility_faults
from tests.browser.test_pages import DESKTOP, PHONE, SMALL

from reelm.devices import read_decision, read_keys, verify

SHORTVIDEO = about("shortvideo")


async def open_page(chromium: Browser, base: str, path: str, **settings: Any) -> Page:
    context = await chromium.new_context(viewport=PHONE, service_workers="block", **settings)
    page = await context.new_page()
    await page.goto(base + path)
    return page


async def ask_for(route: Route) -> tuple[Any, Any]:
    """What the cell answers to a request of the page, and what that says."""
    answer = await route.fetch(url=route.request.url.replace(HOST, "127.0.0.1"))
    return answer, await answer.json()


def card_of(page: Page, id: str) -> Locator:
    return page.locator(f'[data-testid="decision-card"][data-id="{id}"]')


async def test_an_empty_register_says_so(cell: RunningCell, chromium: Browser) -> None:
    page = await open_page(chromium, cell.base, "/register")
    await expect(page.get_by_test_id("register-none")).to_be_visible()
    await page.context.close()


async def test_the_register_lists_what_is_decided_and_its_feeds(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    page = await open_page(chromium, institution.cell.base, "/register")
    card = card_of(page, announced.id)
    await expect(card).to_have_attribute("data-state", "published")
    await expect(card).to_have_attribute("data-about-us", "true")
    await expect(card).to_contain_text("Example Institution")
    for feed in ("register-atom", "register-json-feed"):
        href = await page.get_by_test_id(feed).get_attribute("href")
        text = await page.evaluate("href => fetch(href).then(answer => answer.text())", href)
        assert announced.id in text
    await card.get_by_role("link").click()
    await expect(page.get_by_test_id("decision")).to_have_attribute("data-state", "published")
    await page.context.close()


@pytest.mark.parametrize(
    ("locale", "reason", "answer"),
    [
        ("en", "It could not be verified where data", "Thank you. We look into it."),
        ("fr-CA", "Il n’a pas été possible de vérifier", "Merci. Nous examinons la chose."),
        ("fr-BE", "Il n’a pas été possible de vérifier", "Merci. Nous examinons la chose."),
    ],
)
async def test_a_decision_is_read_in_the_readers_language_with_what_was_answered(
    institution: Institution, announced: Announced, chromium: Browser, locale: str, reason: str, answer: str
) -> None:
    page = await open_page(chromium, institution.cell.base, f"/register/{announced.id}", locale=locale)
    await expect(page.get_by_test_id("decision-reason")).to_contain_text(reason)
    reply = page.get_by_test_id("reply")
    await expect(reply).to_contain_text(ANSWER)
    await expect(reply).to_contain_text(answer)
    await expect(page.get_by_test_id("review")).to_have_count(1)
    stages_shown = page.get_by_test_id("timeline").locator("li")
    names = await stages_shown.evaluate_all("all => all.map(one => one.dataset.stage)")
    assert names == ["issued", "notice", "reviewed", "reply", "deadline", "lapses"]
    await page.context.close()


async def test_signature_and_proofs_hold_in_the_readers_browser(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    page = await open_page(chromium, institution.cell.base, f"/register/{announced.id}")
    await expect(page.get_by_test_id("signature")).to_have_attribute("data-state", "holds")
    steps = page.get_by_test_id("history").locator("li")
    await expect(steps).to_have_count(4)
    for place in range(4):
        await expect(steps.nth(place)).to_have_attribute("data-proven", "holds", timeout=15_000)
    await steps.first.get_by_test_id("proof-open").click()
    await expect(page.get_by_test_id("proof-verdict")).to_have_attribute("data-ok", "true")
    await expect(page.locator('[data-testid="proof-step"][data-step="mine"]')).to_have_count(0)
    await page.context.close()


async def test_a_decision_that_was_changed_on_its_way_is_not_believed(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    page = await open_page(chromium, institution.cell.base, "/register")

    async def change(route: Route) -> None:
        answer, told = await ask_for(route)
        told["document"]["contact"]["email"] = "somebody-else@institution.example"
        await route.fulfill(response=answer, json=told)

    await page.route(f"**/api/v1/register/{announced.id}", change)
    await page.goto(f"{institution.cell.base}/register/{announced.id}")
    await expect(page.get_by_test_id("signature")).to_have_attribute("data-state", "wrong")
    await page.unroute(f"**/api/v1/register/{announced.id}")
    await page.route("**/organisations/institution/keys", lambda route: route.fulfill(json=[]))
    await page.reload()
    await expect(page.get_by_test_id("signature")).to_have_attribute("data-state", "stranger")
    await page.context.close()


async def test_a_register_that_tells_of_a_step_that_was_not_taken_is_found_out(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    page = await open_page(chromium, institution.cell.base, "/register")

    async def lie(route: Route) -> None:
        answer, told = await ask_for(route)
        told["replies"][0]["words"] = "We agree with all of it."
        await route.fulfill(response=answer, json=told)

    await page.route(f"**/api/v1/register/{announced.id}", lie)
    await page.goto(f"{institution.cell.base}/register/{announced.id}")
    replied = page.get_by_test_id("history").locator('[data-what="replied"]')
    await expect(replied).to_have_attribute("data-proven", "fails", timeout=15_000)
    await page.context.close()


async def test_the_suspended_service_answers_on_the_page_and_nobody_else(
    institution: Institution, chromium: Browser
) -> None:
    id = await institution.publish(institution.sign(**about("answerapp")))
    await found_institution(institution.cell, institution.zones, "answerapp", staff=institution.tokens)
    page = await open_page(chromium, institution.cell.base, f"/register/{id}")
    await expect(page.get_by_test_id("no-reply")).to_be_visible()
    await expect(page.get_by_test_id("reply-words")).to_have_count(0)
    token = institution.tokens["device-admin"]
    await page.context.add_cookies([{"name": "reelm_session", "value": token, "url": institution.cell.base}])
    await page.reload()
    await page.get_by_test_id("reply-words").fill("Here is where the data is kept.")
    await page.get_by_test_id("reply-send").click()
    reply = page.get_by_test_id("reply")
    await expect(reply).to_have_attribute("data-by", "service")
    await expect(reply).to_contain_text("answerapp.example")
    await expect(page.get_by_test_id("history").locator('[data-what="replied"]')).to_have_attribute(
        "data-proven", "holds", timeout=15_000
    )
    await page.context.close()


async def test_versions_are_compared_in_words(institution: Institution, chromium: Browser) -> None:
    first = institution.sign(**SHORTVIDEO)
    id = await institution.publish(first)
    digest = (await institution.ask("GET", f"/register/{id}"))["line"]["sha256"]
    changes = {"contact__email": "app-desk@institution.example", "measures": ["recommend"]}
    dates = {"stages": stages(datetime.now(UTC), timedelta(days=3), timedelta(days=60))}
    next_ = {"id": first["id"], "version": 2, "replaces_sha256": digest}
    await institution.publish(institution.sign(**SHORTVIDEO, **next_, **changes, **dates))
    page = await open_page(chromium, institution.cell.base, f"/register/{id}")
    await page.get_by_test_id("versions-compare").click()
    told = page.get_by_test_id("differences")
    await expect(told).to_contain_text("app-desk@institution.example")
    await expect(told).to_contain_text("Recommended only")
    await expect(told).to_contain_text("Deadline")
    await page.get_by_test_id("versions").get_by_role("link").click()
    await expect(page.get_by_text("You are reading version 1.")).to_be_visible()
    await expect(page.get_by_test_id("signature")).to_have_attribute("data-state", "holds")
    await page.context.close()


async def test_a_calm_banner_comes_before_the_deadline_and_goes_for_this_visit(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    base = institution.cell.base
    context = await chromium.new_context(viewport=PHONE, service_workers="block")
    page = await on_device(context, base, announced.device_pass)
    for path in ("/", "/trust", "/sign-up"):
        await page.goto(base + path)
        await expect(page.get_by_test_id("suspension-banner")).to_contain_text("Example Institution suspends Reelm")
    await page.get_by_test_id("suspension-banner-dismiss").click()
    await expect(page.get_by_test_id("suspension-banner")).to_have_count(0)
    async with page.expect_response("**/api/v1/limits"):
        await page.reload()
    await expect(page.get_by_test_id("sign-up-handle")).to_be_visible()
    await expect(page.get_by_test_id("suspension-banner")).to_have_count(0)
    later = await context.new_page()
    await later.goto(base)
    await later.get_by_test_id("suspension-banner-link").click()
    await expect(later.get_by_test_id("decision")).to_have_attribute("data-state", "published")
    await context.close()


@pytest.fixture
async def refusing(institution: Institution) -> AsyncGenerator[tuple[Institution, str]]:
    """Another institution, whose decision about Reelm is in force in a few seconds, and a device that it binds."""
    other = await found_institution(institution.cell, institution.zones, "authority", staff=institution.tokens)
    other.tokens.pop("directory", None)
    device = await other.add_device("phone-1", platform="ios", enrolment="user", ownership="enrolled-personal")
    shown = await other.enrol(await other.make_code(device))
    now = datetime.now(UTC)
    dates = {"stages": stages(now, timedelta(seconds=8), timedelta(days=60)), "reply__until": as_text(now)}
    id = await other.publish(other.sign(**dates, contact__email="desk@authority.example"))
    yield other, shown
    await other.call("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Over."}})


async def wait_until_refused(port: int, device_pass: str) -> None:
    """Ask until the deadline has come."""
    async with httpx.AsyncClient(headers={"Reelm-Device": device_pass}) as client:
        async with asyncio.timeout(60):
            while (await client.get(f"http://127.0.0.1:{port}/api/v1/limits")).status_code != 403:
                await asyncio.sleep(0.2)


async def test_from_the_deadline_on_the_app_gives_way_to_the_notice_also_without_a_network(
    refusing: tuple[Institution, str], chromium: Browser
) -> None:
    other, shown = refusing
    base = other.cell.base
    context = await chromium.new_context(viewport=DESKTOP)
    page = await on_device(context, base, shown)
    await page.goto(base)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()
    await expect(page.get_by_test_id("suspension-banner")).to_be_visible()
    await wait_until_refused(other.cell.port, shown)
    await page.get_by_test_id("tab-plain").click()
    notice = page.get_by_role("heading", name="Example Institution has suspended Reelm here")
    await expect(notice).to_be_visible()
    await expect(page.locator("#app")).to_have_count(0)
    assert await page.evaluate("caches.keys()") == []
    await page.get_by_role("link", name="Read the signed decision").click()
    await expect(page.get_by_test_id("signature")).to_have_attribute("data-state", "holds")
    await expect(page.get_by_test_id("suspended-bar")).to_be_visible()
    await page.get_by_test_id("nav-home").click()
    await expect(notice).to_be_visible()
    await context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        await page.goto(base)
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    institution: Institution, announced: Announced, chromium: Browser, scheme: Any
) -> None:
    for path in ("/register", f"/register/{announced.id}", "/register/00000000-0000-4000-8000-000000000000"):
        for locale in ("en", "fr-CA"):
            settings = {"locale": locale, "color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True}
            page = await open_page(chromium, institution.cell.base, path, **settings)
            await expect(page.locator("main h1").first).to_be_attached()
            await page.wait_for_load_state("networkidle")
            assert await list_accessibility_faults(page) == [], (path, locale)
            for size in (SMALL, PHONE, DESKTOP):
                await page.set_viewport_size(size)
                wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (path, locale, size)
            await page.context.close()


async def test_what_the_page_says_to_run_checks_the_decision(
    institution: Institution, announced: Announced, chromium: Browser
) -> None:
    page = await open_page(chromium, institution.cell.base, f"/register/{announced.id}")
    await expect(page.get_by_test_id("check-it")).to_be_visible()
    lines = await page.get_by_test_id("check-it").locator("span").all_inner_texts()
    assert [line.split(" ")[0] for line in lines] == ["curl", "curl", "reelm"]
    document, keys = (line.split("'")[1].replace(HOST, "127.0.0.1") for line in lines[:2])
    async with httpx.AsyncClient() as client:
        signed = (await client.get(document)).json()
        known = {"keys": [one["jwk"] for one in (await client.get(keys)).json()]}
    assert signed["id"] == f"urn:uuid:{announced.id}"
    kid = verify(read_decision(json.dumps(signed).encode()), read_keys(json.dumps(known).encode()))
    assert kid == institution.key.thumbprint()
    await page.context.close()
