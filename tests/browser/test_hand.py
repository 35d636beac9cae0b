"""The person's hand on their feed: from the clip, from the header, and from Settings, in two languages."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect
from tests import footage
from tests.browser.conftest import RunningCell
from tests.browser.person import Person, list_accessibility_faults
from tests.browser.test_pages import DESKTOP, PHONE

SLIDE = '[data-testid="slide"][data-current="true"]'
WORDS = {
    "en": {"plain": "Plain", "less": "See less of this", "reset": "Reset my feed"},
    "fr-CA": {"plain": "Neutre", "less": "Voir moins de ce genre", "reset": "Réinitialiser mon fil"},
}
PARAMETERS: dict[str, Any] = {
    "model": {"id": "m-7f3a", "made_at": "2026-11-30T04:00:00Z"},
    "weights": [
        {"head": "completion", "weight": 1.0},
        {"head": "like", "weight": 0.5},
        {"head": "share", "weight": 2.0},
        {"head": "follow", "weight": 4.0},
        {"head": "skip", "weight": -0.6},
        {"head": "not_interested", "weight": -4.3},
    ],
    "sources": [{"source": "neighbours", "share": 0.46}, {"source": "explore", "share": 0.1}],
    "rules": [{"rule": "most_of_a_creator", "value": 2}, {"rule": "same_sound_in_a_row", "value": 0}],
    "exploration": {"least": 0.05, "most": 0.2},
}


@pytest.fixture(scope="module")
async def creators(cell: RunningCell, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two people with three clips each."""
    for handle in ("maya", "theo"):
        context = await chromium.new_context(viewport=DESKTOP)
        person = await Person.arrive(context, cell.base, handle)
        await person.sign_up("FR")
        for number in range(3):
            clip = footage.small(tmp_path_factory.mktemp("clips") / f"{handle}{number}.mp4", seconds=2)
            await person.choose_file(clip, f"{handle} {number} #Tag{handle} #été")
            await person.get("upload-post").click()
            await expect(person.get("upload-stage")).to_have_attribute("data-state", "published", timeout=60_000)
        await context.close()


async def _arrive(chromium: Browser, cell: RunningCell, handle: str, locale: str = "en") -> Person:
    context = await chromium.new_context(viewport=PHONE, locale=locale, bypass_csp=True, reduced_motion="reduce")
    person = await Person.arrive(context, cell.base, handle)
    await person.sign_up("BE")
    await person.page.goto(cell.base)
    await expect(person.page.locator(SLIDE)).to_be_visible()
    return person


async def _author(page: Page) -> str:
    return (await page.locator(f"{SLIDE} .who-link").inner_text()).removeprefix("@")


async def _reach(person: Person, handle: str) -> None:
    """Swipe until a clip of this person is on screen."""
    for _ in range(20):
        if await _author(person.page) == handle:
            return
        before = await person.current_video()
        await person.page.keyboard.press("ArrowDown")
        await expect(person.page.locator(SLIDE)).not_to_have_attribute("data-video-id", before)
    raise AssertionError("no clip of theirs")


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_plain_is_one_tap_is_explained_once_and_is_remembered(
    cell: RunningCell, chromium: Browser, creators: None, locale: str
) -> None:
    person = await _arrive(chromium, cell, f"plain.{locale[:2]}", locale)
    tab = person.get("tab-plain")
    await expect(tab).to_have_text(WORDS[locale]["plain"])
    async with person.page.expect_request(lambda request: "/feed?" in request.url and "mode=plain" in request.url):
        await tab.click()
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await expect(person.get("plain-note")).to_be_visible()
    assert await list_accessibility_faults(person.page) == []
    await person.get("plain-understood").click()
    await expect(person.get("plain-note")).to_have_count(0)
    await person.page.reload()
    await expect(person.get("tab-plain")).to_have_attribute("aria-pressed", "true")
    other = await chromium.new_context(viewport=PHONE, storage_state=await person.page.context.storage_state())
    elsewhere = await Person.arrive(other, cell.base, person.handle)
    await elsewhere.page.add_init_script("localStorage.removeItem('reelm.feed-mode')")
    await elsewhere.page.goto(cell.base)
    await expect(elsewhere.get("tab-plain")).to_have_attribute("aria-pressed", "true")
    await other.close()
    await person.get("tab-for-you").click()
    await expect(person.get("tab-plain")).to_have_attribute("aria-pressed", "false")
    assert person.complaints == []
    await person.page.context.close()


async def test_not_interested_goes_on_and_can_be_taken_back(
    cell: RunningCell, chromium: Browser, creators: None
) -> None:
    person = await _arrive(chromium, cell, "notint")
    told: list[str] = []
    person.page.on(
        "request", lambda request: told.append(request.post_data or "") if "/events" in request.url else None
    )
    first = await person.current_video()
    await person.get("action-more").click()
    await expect(person.get("more-sheet")).to_be_visible()
    assert await list_accessibility_faults(person.page) == []
    await person.get("more-not-interested").click()
    await expect(person.page.locator(SLIDE)).not_to_have_attribute("data-video-id", first)
    await person.get("toast-act").click()
    await person.page.wait_for_timeout(7500)
    assert "not_interested" not in "".join(told)
    second = await person.current_video()
    await person.get("action-more").click()
    await person.get("more-not-interested").click()
    async with person.page.expect_request(
        lambda request: "/events" in request.url and "not_interested" in (request.post_data or ""), timeout=12_000
    ) as sent:
        pass
    assert second in ((await sent.value).post_data or "")
    assert person.complaints == []
    await person.page.context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_less_of_a_creator_and_a_hashtag_with_the_keyboard_alone(
    cell: RunningCell, chromium: Browser, creators: None, locale: str
) -> None:
    person = await _arrive(chromium, cell, f"less.{locale[:2]}", locale)
    await _reach(person, "maya")
    for choice in ("less-creator", "less-tag"):
        await person.get("action-more").focus()
        await person.page.keyboard.press("Enter")
        await person.get("more-less").focus()
        await person.page.keyboard.press("Enter")
        await expect(person.get("more-sheet").locator("h2")).to_have_text(WORDS[locale]["less"])
        assert await list_accessibility_faults(person.page) == []
        await person.get(choice).first.focus()
        async with person.page.expect_response("**/me/feed/less/**") as answered:
            await person.page.keyboard.press("Enter")
        assert (await answered.value).status == 204
        await expect(person.get("toast-act")).to_be_visible()
    await person.page.goto(f"{cell.base}/settings/feed")
    await expect(person.get("list-less").locator("li")).to_have_text(["@maya", "#tagmaya"])
    await person.get("list-less").get_by_test_id("chip-remove").first.click()
    await expect(person.get("list-less").locator("li")).to_have_text(["#tagmaya"])
    assert person.complaints == []
    await person.page.context.close()


async def test_whoever_is_muted_or_blocked_is_gone_and_comes_back_in_settings(
    cell: RunningCell, chromium: Browser, creators: None
) -> None:
    person = await _arrive(chromium, cell, "apart")
    page = person.page
    await _reach(person, "maya")
    await person.get("action-more").click()
    await person.get("more-mute").click()
    await expect(person.get("toast")).to_contain_text("@maya")
    await _reach(person, "theo")
    blocked = await person.current_video()
    await person.get("action-more").click()
    await person.get("more-block").click()
    assert await list_accessibility_faults(page) == []
    await person.get("block-confirm").click()
    await expect(page.locator(f'[data-video-id="{blocked}"]')).to_have_count(0)
    status = "path => fetch(path).then(answer => answer.status)"
    assert await page.evaluate(status, "/api/v1/accounts/theo") == 404
    assert await page.evaluate(status, f"/api/v1/videos/{blocked}") == 404
    await page.goto(f"{cell.base}/settings/feed")
    await expect(person.get("list-muted")).to_contain_text("@maya")
    await expect(person.get("list-blocked")).to_contain_text("@theo")
    await person.get("undo-blocked").click()
    await expect(person.get("undo-blocked")).to_have_count(0)
    await person.get("undo-muted").click()
    await expect(person.get("undo-muted")).to_have_count(0)
    assert await page.evaluate(status, "/api/v1/accounts/theo") == 200
    await page.context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_the_settings_of_the_feed_are_kept_and_a_reset_says_what_goes(
    cell: RunningCell, chromium: Browser, creators: None, locale: str
) -> None:
    person = await _arrive(chromium, cell, f"sets.{locale[:2]}", locale)
    page = person.page
    await page.goto(f"{cell.base}/settings")
    await person.get("own-feed-card").click()
    for language in ("fr", "ja"):  # the second before the first has been kept
        await person.get("add-languages").select_option(language)
    await expect(person.get("list-languages").locator("li")).to_have_count(2)
    await person.get("add-hidden_words").fill("Spoiler Alert")
    await page.keyboard.press("Enter")
    await person.get("add-hidden_tags").fill("#Été, #Foot")
    await person.get("add-hidden_tags-submit").click()
    await expect(person.get("list-hidden_words").locator("li")).to_have_text(["spoiler alert"])
    await expect(person.get("list-hidden_tags").locator("li")).to_have_text(["#foot", "#été"])
    await person.get("add-hidden_words").fill("\u200b")
    await person.get("add-hidden_words-submit").click()
    await expect(person.get("list-hidden_words").get_by_role("status")).not_to_be_empty()
    await person.get("mode-plain").check()
    await expect(person.get("feed-profiled")).to_have_attribute("data-why", "plain")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert await list_accessibility_faults(page) == []
    await page.reload()
    await expect(person.get("list-hidden_tags").locator("li")).to_have_count(2)
    await expect(person.get("mode-plain")).to_be_checked()
    await person.get("reset-open").click()
    await expect(person.get("reset-sheet")).to_be_visible()
    assert await list_accessibility_faults(page) == []
    await person.get("reset-choices").check()
    await expect(person.get("reset-confirm")).to_have_text(WORDS[locale]["reset"])
    await person.get("reset-confirm").click()
    await expect(person.get("list-hidden_tags").locator("li")).to_have_count(0)
    await expect(person.get("mode-plain")).to_be_checked()
    await page.context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_why_names_the_causes_with_their_weight_and_lets_act_on_them(
    cell: RunningCell, chromium: Browser, creators: None, locale: str
) -> None:
    context = await chromium.new_context(viewport=PHONE, locale=locale, bypass_csp=True, reduced_motion="reduce")
    person = await Person.arrive(context, cell.base, f"why.{locale[:2]}")
    await person.sign_up("BE")

    async def explain(route: Route) -> None:
        answer = await route.fetch()
        page = await answer.json()
        for item in page["items"]:
            item["why"] = {
                "source": "neighbours",
                "explored": False,
                "parts": [
                    {"kind": "liked", "video_id": page["items"][-1]["video"]["id"], "share": 0.6},
                    {"kind": "tag", "tag": "été", "share": 0.3},
                    {"kind": "creator", "handle": "maya", "share": 0.1},
                ],
            }
        await route.fulfill(response=answer, json=page)

    await person.page.route("**/api/v1/feed?**", explain)
    await person.page.goto(cell.base)
    await person.get("action-more").click()
    await person.get("more-why").click()
    await expect(person.get("why-part")).to_have_count(3)
    await expect(person.get("why-part").first.locator("img")).to_be_visible()
    await expect(person.get("why-part").nth(1)).to_contain_text("#été")
    assert await list_accessibility_faults(person.page) == []
    await person.get("why-less").first.click()
    await expect(person.get("toast")).to_contain_text("#été")
    await person.page.unroute_all(behavior="wait")
    await context.close()


async def test_after_a_quick_skip_the_rest_is_asked_for_again_and_nothing_on_screen_moves(
    cell: RunningCell, chromium: Browser, creators: None
) -> None:
    person = await _arrive(chromium, cell, "renews")
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url) if "/feed?" in request.url else None)
    await person.page.keyboard.press("ArrowDown")
    await person.page.wait_for_timeout(800)
    shown = await person.current_video()
    assert len(asked) == 1
    for _ in range(2):
        before = await person.current_video()
        await person.page.keyboard.press("ArrowDown")
        await expect(person.page.locator(SLIDE)).not_to_have_attribute("data-video-id", before)
    await person.page.wait_for_timeout(2500)
    assert len(asked) <= 3, "more than one a second"
    for _ in range(2):
        await person.page.keyboard.press("ArrowUp")
        await person.page.wait_for_timeout(300)
    assert await person.current_video() == shown
    assert await person.count_frames(shown, seconds=1) > 0
    assert person.complaints == []
    await person.page.context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_the_main_parameters_are_told_in_words(cell: RunningCell, chromium: Browser, locale: str) -> None:
    context = await chromium.new_context(viewport=PHONE, locale=locale, bypass_csp=True)
    page = await context.new_page()
    await page.route("**/api/v1/feed/parameters", lambda route: route.fulfill(json=PARAMETERS))
    await page.goto(f"{cell.base}/feed-parameters")
    await expect(page.get_by_test_id("weight")).to_have_count(len(PARAMETERS["weights"]))
    text = await page.locator("main").inner_text()
    assert "2022/2065" in text
    assert "38" in text
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert await list_accessibility_faults(page) == []
    await context.close()
