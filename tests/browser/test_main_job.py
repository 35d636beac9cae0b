"""The main job, end to end: somebody uploads a real clip, somebody else swipes to it."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, Request, ViewportSize, expect
from tests.browser import clips
from tests.browser.conftest import RunningCell
from tests.browser.person import Person
from tests.browser.wire import Wire, wire_to

PHONE = ViewportSize(width=390, height=844)
SLOW_BYTES_PER_S = 1_000_000


async def test_a_creator_uploads_over_a_dropped_connection_and_a_viewer_swipes_to_the_clip(
    cell: RunningCell, chromium: Browser, tmp_path: Path
) -> None:
    async with wire_to(cell.port) as wire:
        context = await chromium.new_context(viewport=PHONE)
        creator = await Person.arrive(context, f"http://127.0.0.1:{wire.port}", "claire")
        await creator.sign_up("FR")
        video = await _upload_with_a_cut(creator, clips.street(tmp_path), wire)
        await _be_watched(cell, chromium, creator, video)


async def _be_watched(cell: RunningCell, chromium: Browser, creator: Person, video: str) -> None:
    """A viewer in Québec reaches the clip by swiping, likes, follows and comments; the creator sees all three."""

    context = await chromium.new_context(viewport=PHONE, locale="fr-CA")
    viewer = await Person.arrive(context, cell.base, "theo.qc")
    await viewer.sign_up("CA", "QC")
    await viewer.page.goto(cell.base)
    await viewer.swipe_to(video)
    assert await viewer.count_frames(video) > 10
    assert await viewer.page.locator("video").count() == 3

    await viewer.get("action-like").click()
    await expect(viewer.get("action-like")).to_have_attribute("aria-pressed", "true")
    await viewer.get("action-follow").click()
    await viewer.get("action-comment").click()
    await viewer.get("comment-input").fill("Superbe lumière!")
    await viewer.get("comment-submit").click()
    await expect(viewer.get("comment").first).to_contain_text("Superbe lumière!")

    await creator.page.goto(f"{creator.base}/inbox")
    for kind in ("like", "follow", "comment"):
        await expect(creator.page.locator(f'[data-testid="notification"][data-kind="{kind}"]')).to_be_visible()
    await expect(creator.page.locator('[data-kind="comment"]')).to_contain_text("Superbe lumière!")
    for person in (creator, viewer):
        assert person.complaints == []
        assert person.foreign == []


async def _upload_with_a_cut(creator: Person, clip: Path, wire: Wire) -> str:
    """Upload slowly, lose the connection at half, get it back; returns the published video's id."""
    resumed_at: list[int] = []

    def on_request(request: Request) -> None:
        if request.method == "PATCH" and "/uploads/" in request.url:
            resumed_at.append(int(request.headers["upload-offset"]))

    creator.page.on("request", on_request)
    half = clip.stat().st_size // 2
    wire.bytes_per_s, before = SLOW_BYTES_PER_S, wire.up_bytes
    await creator.choose_file(clip, "Street, twelve frames a second")
    while wire.up_bytes - before < half:
        await asyncio.sleep(0.02)
    wire.cut()
    await asyncio.sleep(2)
    wire.bytes_per_s = None
    wire.mend()
    await creator.get("upload-post").click()
    stage = creator.get("upload-stage")
    await expect(stage).to_have_attribute("data-state", "published", timeout=90_000)
    assert resumed_at[0] == 0
    assert half * 0.5 < resumed_at[-1] < clip.stat().st_size, "the upload began again instead of going on"
    return await stage.get_attribute("data-video-id") or ""
