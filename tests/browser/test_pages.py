"""Each page, as people with different needs meet it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, expect
from tests import footage
from tests.browser.conftest import RunningCell
from tests.browser.person import Person, list_accessibility_faults
from tests.browser.wire import wire_to

SMALL = ViewportSize(width=360, height=640)
PHONE = ViewportSize(width=390, height=844)
TABLET = ViewportSize(width=820, height=1180)
DESKTOP = ViewportSize(width=1440, height=900)
PAGES = (
    "/",
    "/following",
    "/upload",
    "/inbox",
    "/settings",
    "/settings/move",
    "/settings/feed",
    "/feed-parameters",
    "/sign-up",
    "/sign-in",
    "/@nora",
    "/my-data",
    "/data-map",
    "/trust",
    "/staff",
    "/register",
    "/organisations",
    "/device",
)


@pytest.fixture(scope="module")
async def nora(
    cell: RunningCell, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Person]:
    """Somebody with three published clips."""
    context = await chromium.new_context(viewport=DESKTOP)
    person = await Person.arrive(context, cell.base, "nora")
    await person.sign_up("FR")
    for number in range(3):
        clip = footage.small(tmp_path_factory.mktemp("clips") / f"{number}.mp4", seconds=3)
        await person.choose_file(clip, f"Clip {number}")
        await person.get("upload-post").click()
        await expect(person.get("upload-stage")).to_have_attribute("data-state", "published", timeout=60_000)
    yield person
    await context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_no_fault_on_the_page(cell: RunningCell, chromium: Browser, nora: Person, path: str) -> None:
    state = await nora.page.context.storage_state()
    context = await chromium.new_context(
        viewport=PHONE, storage_state=state, color_scheme="light", reduced_motion="reduce", bypass_csp=True
    )
    page = await context.new_page()
    await page.goto(cell.base + path)
    await expect(page.locator("main h1").first).to_be_attached()
    await page.wait_for_load_state("networkidle")
    assert await list_accessibility_faults(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await list_accessibility_faults(page) == []
    await context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_no_page_scrolls_sideways(cell: RunningCell, chromium: Browser, nora: Person, locale: str) -> None:
    state = await nora.page.context.storage_state()
    context = await chromium.new_context(storage_state=state, locale=locale)
    page = await context.new_page()
    for path in PAGES:
        await page.goto(cell.base + path)
        await page.wait_for_load_state("networkidle")
        for size in (SMALL, PHONE, TABLET, DESKTOP):
            await page.set_viewport_size(size)
            await page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (path, size)
    await context.close()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_the_parts_of_the_ledger_stand_in_one_row(cell: RunningCell, chromium: Browser, locale: str) -> None:
    context = await chromium.new_context(locale=locale)
    page = await context.new_page()
    await page.goto(f"{cell.base}/trust")
    parts = page.locator('[data-testid^="trust-view-"]')
    await expect(parts).to_have_count(5)
    for size in (SMALL, PHONE, TABLET, DESKTOP):
        await page.set_viewport_size(size)
        rows = await parts.evaluate_all("all => new Set(all.map(one => one.offsetTop)).size")
        assert rows == 1, size
    await context.close()


async def test_the_feed_is_watched_with_the_keyboard_alone(
    cell: RunningCell, chromium: Browser, nora: Person
) -> None:
    context = await chromium.new_context(viewport=DESKTOP)
    person = await Person.arrive(context, cell.base, "keys")
    await person.sign_up("BE")
    page = person.page
    await page.goto(cell.base)
    await expect(page.locator('[data-testid="slide"][data-current="true"]')).to_be_visible()
    first = await person.current_video()
    assert await page.locator("video").count() == 3
    await page.keyboard.press("ArrowDown")
    await expect(page.locator('[data-testid="slide"][data-current="true"]')).not_to_have_attribute(
        "data-video-id", first
    )
    second = await person.current_video()
    await page.keyboard.press("l")
    await expect(person.get("action-like")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Space")
    is_paused = "id => document.querySelector(`video[data-video-id='${id}']`).paused"
    await page.wait_for_function(is_paused, arg=second)
    await page.keyboard.press("Space")
    await page.wait_for_function(f"id => !({is_paused})(id)", arg=second)
    await page.keyboard.press("ArrowUp")
    await expect(page.locator('[data-testid="slide"][data-current="true"]')).to_have_attribute("data-video-id", first)
    assert person.complaints == []
    await context.close()


async def test_a_like_that_fails_is_undone_and_said(cell: RunningCell, chromium: Browser, nora: Person) -> None:
    context = await chromium.new_context(viewport=PHONE)
    person = await Person.arrive(context, cell.base, "undo")
    await person.sign_up("BE")
    await person.page.goto(cell.base)
    await person.page.route("**/like", lambda route: route.abort())
    await person.get("action-like").click()
    await expect(person.get("toast")).to_be_visible()
    await expect(person.get("action-like")).to_have_attribute("aria-pressed", "false")
    await context.close()


async def test_somebody_signed_out_watches_and_is_invited_when_they_like(
    cell: RunningCell, chromium: Browser, nora: Person
) -> None:
    context = await chromium.new_context(viewport=PHONE)
    person = await Person.arrive(context, cell.base, "nobody")
    await person.page.goto(cell.base)
    video = await person.page.locator('[data-testid="slide"][data-current="true"]').get_attribute("data-video-id")
    assert await person.count_frames(video or "", seconds=2) > 5
    await person.get("action-like").click()
    await expect(person.get("invite-sheet")).to_be_visible()
    assert person.complaints == []
    assert person.foreign == []
    await context.close()


async def test_a_clip_starts_on_a_slow_network(cell: RunningCell, chromium: Browser, nora: Person) -> None:
    async with wire_to(cell.port) as wire:
        context = await chromium.new_context(viewport=PHONE)
        person = await Person.arrive(context, f"http://127.0.0.1:{wire.port}", "slow")
        await person.page.goto(person.base)
        wire.down_bytes_per_s = 200_000
        await person.page.reload()
        video = await person.page.locator('[data-testid="slide"][data-current="true"]').get_attribute("data-video-id")
        for _ in range(20):
            if await person.count_frames(video or "", seconds=1) > 0:
                break
        else:
            raise AssertionError("no frame in 20 s")
        await context.close()


async def test_an_upload_waits_while_paused_and_goes_on(cell: RunningCell, chromium: Browser, tmp_path: Path) -> None:
    async with wire_to(cell.port) as wire:
        context = await chromium.new_context(viewport=PHONE)
        person = await Person.arrive(context, f"http://127.0.0.1:{wire.port}", "pausing")
        await person.sign_up("FR")
        clip = footage.vertical(tmp_path / "clip.mp4", seconds=2)
        wire.bytes_per_s = 400_000
        await person.choose_file(clip, "Paused on the way")
        await person.get("upload-pause").click()
        wire.bytes_per_s = None  # what the sockets hold drains at once
        await asyncio.sleep(1)
        sent = wire.up_bytes
        await asyncio.sleep(2)
        assert wire.up_bytes - sent < 20_000
        await expect(person.get("upload-status")).to_have_attribute("data-state", "paused")
        await person.get("upload-resume").click()
        await person.get("upload-post").click()
        await expect(person.get("upload-stage")).to_have_attribute("data-state", "published", timeout=60_000)
        await context.close()


async def test_a_person_changes_language_and_signs_out_everywhere(cell: RunningCell, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=DESKTOP)
    person = await Person.arrive(context, cell.base, "polyglot")
    await person.sign_up("CA", "QC")
    await person.page.goto(f"{cell.base}/settings")
    await person.get("settings-language").select_option("fr-CA")
    await expect(person.page.locator("html")).to_have_attribute("lang", "fr-CA")
    async with person.page.expect_response("**/api/v1/sessions"):
        await person.get("sign-out-everywhere").click()
    await expect(person.get("nav-inbox")).to_be_visible()
    assert await person.page.evaluate("fetch('/api/v1/me').then(answer => answer.status)") == 401
    await context.close()
