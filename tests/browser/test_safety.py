"""Clips for adults, and not seeing somebody any more, from their page: with a mouse, a keyboard, in two languages."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from tests import footage
from tests.browser.conftest import RunningCell
from tests.browser.person import Person, list_accessibility_faults
from tests.browser.test_pages import PHONE

YOUNG = (2012, 1, 31)
SLIDE = '[data-testid="slide"][data-current="true"]'


async def _arrive(chromium: Browser, cell: RunningCell, handle: str, locale: str = "en") -> Person:
    context = await chromium.new_context(viewport=PHONE, locale=locale, bypass_csp=True, reduced_motion="reduce")
    return await Person.arrive(context, cell.base, handle)


@pytest.fixture(scope="module")
async def nelly(
    cell: RunningCell, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Person]:
    """Somebody with a clip for everybody."""
    nelly = await _arrive(chromium, cell, "nelly")
    await nelly.sign_up("FR")
    clip = footage.small(tmp_path_factory.mktemp("clips") / "all.mp4", seconds=2)
    await nelly.choose_file(clip, "for everybody")
    await nelly.get("upload-post").click()
    await expect(nelly.get("upload-stage")).to_have_attribute("data-state", "published", timeout=60_000)
    yield nelly
    await nelly.page.context.close()


async def test_a_clip_is_posted_for_adults_only_and_its_link_says_so_to_others(
    cell: RunningCell, chromium: Browser, nelly: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clip = footage.small(tmp_path_factory.mktemp("clips") / "adults.mp4", seconds=2)
    await nelly.choose_file(clip, "for adults")
    await nelly.get("upload-adults").check()
    assert await list_accessibility_faults(nelly.page) == []
    await nelly.get("upload-post").click()
    await expect(nelly.get("upload-stage")).to_have_attribute("data-state", "published", timeout=60_000)
    await nelly.page.goto(f"{cell.base}/@nelly")
    tile = nelly.get("grid-clip").first
    await expect(tile).to_contain_text("18+")
    id = await tile.get_attribute("data-video-id")
    nobody = await _arrive(chromium, cell, "nobody")
    await nobody.page.goto(f"{cell.base}/v/{id}")
    await expect(nobody.get("clip-for-adults")).to_be_visible()
    assert await list_accessibility_faults(nobody.page) == []
    await expect(nobody.get("clip-sign-in")).to_have_attribute("href", f"/sign-in?next=%2Fv%2F{id}")
    young = await _arrive(chromium, cell, "kim.young", "fr-CA")
    await young.sign_up("CA", "QC", born=YOUNG)
    await young.page.goto(f"{cell.base}/v/{id}")
    await expect(young.get("clip-for-adults")).to_contain_text("18 ans")
    await expect(young.get("clip-sign-in")).to_have_count(0)
    await young.get("clip-others").click()
    await expect(young.page.locator(SLIDE)).to_be_visible()
    await young.page.goto(f"{cell.base}/@nelly")
    await expect(young.get("grid-clip")).to_have_count(1)
    await nelly.page.goto(f"{cell.base}/v/{id}/edit")
    await expect(nelly.get("upload-adults")).to_be_checked()
    await nelly.get("upload-adults").uncheck()
    await nelly.get("edit-save").click()
    await nelly.page.wait_for_url(f"**/v/{id}")
    await nobody.page.reload()
    await expect(nobody.page.locator(SLIDE)).to_have_attribute("data-video-id", str(id))
    for person in (nobody, young):
        await person.page.context.close()


@pytest.mark.parametrize(
    ("locale", "muted", "blocked"),
    [("en", "You muted them", "You blocked @nelly"), ("fr-CA", "Personne masquée", "Vous avez bloqué @nelly")],
)
async def test_on_their_page_somebody_is_muted_and_blocked_and_both_are_taken_back(
    cell: RunningCell, chromium: Browser, nelly: Person, locale: str, muted: str, blocked: str
) -> None:
    ben = await _arrive(chromium, cell, f"mute.{locale[:2]}", locale)
    await ben.sign_up("BE")
    await ben.page.goto(f"{cell.base}/@nelly")
    await ben.get("profile-more").click()
    await expect(ben.get("profile-sheet")).to_be_visible()
    assert await list_accessibility_faults(ben.page) == []
    await ben.get("profile-mute").click()
    await expect(ben.get("profile-muted")).to_contain_text(muted)
    assert await list_accessibility_faults(ben.page) == []
    await ben.page.reload()
    await ben.get("profile-unmute").click()
    await expect(ben.get("profile-muted")).to_have_count(0)
    await ben.get("profile-more").click()
    await ben.get("profile-block").click()
    await ben.get("block-confirm").click()
    heading = ben.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(blocked)
    await expect(heading).to_be_focused()
    await expect(ben.get("toast")).to_have_count(0, timeout=1000)
    assert await list_accessibility_faults(ben.page) == []
    await ben.page.reload()
    await expect(ben.get("profile-blocked")).to_be_visible()
    await expect(ben.get("grid-clip")).to_have_count(0)
    await ben.get("profile-unblock").click()
    await expect(ben.get("profile-follow")).to_be_visible()
    await ben.page.context.close()


async def test_with_the_keyboard_alone_somebody_is_blocked_and_the_focus_is_never_lost(
    cell: RunningCell, chromium: Browser, nelly: Person
) -> None:
    ben = await _arrive(chromium, cell, "keys.only")
    await ben.sign_up("BE")
    await ben.page.goto(f"{cell.base}/@nelly")
    keys = ben.page.keyboard
    await ben.get("profile-follow").focus()
    await keys.press("Tab")
    await expect(ben.get("profile-more")).to_be_focused()
    await keys.press("Enter")
    await expect(ben.get("profile-sheet")).to_be_visible()
    await keys.press("Escape")
    await expect(ben.get("profile-more")).to_be_focused()
    await keys.press("Enter")
    await ben.get("profile-block").focus()
    await keys.press("Enter")
    await ben.get("block-confirm").focus()
    await keys.press("Enter")
    await expect(ben.page.get_by_role("heading", level=1)).to_be_focused()
    await keys.press("Tab")
    await expect(ben.get("profile-unblock")).to_be_focused()
    await ben.page.context.close()


async def test_whoever_is_signed_out_is_asked_to_join_before_they_mute(
    cell: RunningCell, chromium: Browser, nelly: Person
) -> None:
    nobody = await _arrive(chromium, cell, "nobody")
    await nobody.page.goto(f"{cell.base}/@nelly")
    await nobody.get("profile-more").click()
    await expect(nobody.page.get_by_role("dialog")).to_be_visible()
    await expect(nobody.get("profile-sheet")).to_have_count(0)
    await nobody.page.context.close()


async def test_a_follow_and_a_comment_are_told_under_the_showing_they_were_done_in(
    cell: RunningCell, chromium: Browser, nelly: Person
) -> None:
    ben = await _arrive(chromium, cell, "tell.all")
    await ben.sign_up("BE")
    told: list[dict[str, Any]] = []

    def listen(request: Any) -> None:
        if request.url.endswith("/events"):
            told.extend(json.loads(request.post_data or "{}")["events"])

    ben.page.on("request", listen)
    await ben.page.goto(cell.base)
    await expect(ben.page.locator(SLIDE)).to_be_visible()
    video = await ben.current_video()
    await ben.get("action-follow").click()
    await expect(ben.get("action-follow")).to_have_attribute("aria-pressed", "true")
    await ben.get("action-comment").click()
    await ben.get("comment-input").fill("hello")
    await ben.get("comment-submit").click()
    await expect(ben.get("comments-sheet")).to_contain_text("hello")
    await ben.page.wait_for_timeout(6000)  # the watch is told every five seconds
    by_kind = {one["kind"]: one for one in told if one["video_id"] == video}
    assert by_kind.keys() >= {"follow", "comment", "view"}
    assert len({one["impression_id"] for one in by_kind.values()}) == 1
    await ben.page.keyboard.press("Escape")
    await ben.get("action-follow").click()
    await expect(ben.get("action-follow")).to_have_attribute("aria-pressed", "false")
    assert [one["kind"] for one in told].count("follow") == 1
    await ben.page.context.close()
