"""Somebody at a browser: what a person does on Reelm's pages, step by step."""

from pathlib import Path

from playwright.async_api import BrowserContext, Locator, Page, expect

AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "four unrelated words here"


async def list_accessibility_faults(page: Page) -> list[str]:
    """What axe finds; the page's context has to be opened with `bypass_csp`."""
    await page.add_script_tag(path=str(AXE))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{fault['id']}: {node['target']}" for fault in found["violations"] for node in fault["nodes"]]


class Person:
    """One person with their own browser profile."""

    def __init__(self, page: Page, base: str, handle: str) -> None:
        self.page, self.base, self.handle = page, base, handle
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._on_request)

    @classmethod
    async def arrive(cls, context: BrowserContext, base: str, handle: str) -> "Person":
        return cls(await context.new_page(), base, handle)

    def _on_console(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if getattr(message, "type", "") == "error" and "401" not in text and "net::ERR_" not in text:
            self.complaints.append(text)

    def _on_request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(url)

    def get(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    async def sign_up(
        self, country: str, region: str | None = None, born: tuple[int, int, int] = (1994, 6, 24)
    ) -> None:
        await self.page.goto(f"{self.base}/sign-up")
        await self.get("sign-up-handle").fill(self.handle)
        await self.get("sign-up-password").fill(PASSWORD)
        year, month, day = born
        await self.get("sign-up-birth-day").fill(str(day))
        await self.get("sign-up-birth-month").select_option(str(month))
        await self.get("sign-up-birth-year").fill(str(year))
        await self.get("sign-up-country").select_option(country)
        if region:
            await self.get("sign-up-region").select_option(region)
        await self.get("sign-up-submit").click()
        await expect(self.get("nav-inbox")).to_be_visible()
        await self.page.wait_for_url(lambda url: "/sign-up" not in url)

    async def sign_in(self) -> None:
        """Into an account made with `PASSWORD`."""
        await self.page.goto(f"{self.base}/sign-in")
        await self.get("sign-in-handle").fill(self.handle)
        await self.get("sign-in-password").fill(PASSWORD)
        await self.get("sign-in-submit").click()
        await expect(self.get("nav-inbox")).to_be_visible()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def choose_file(self, clip: Path, caption: str) -> None:
        await self.page.goto(f"{self.base}/upload")
        await self.get("upload-file").set_input_files(str(clip))
        await self.get("upload-caption").fill(caption)

    async def current_video(self) -> str:
        slide = self.page.locator('[data-testid="slide"][data-current="true"]')
        return await slide.get_attribute("data-video-id") or ""

    async def swipe_to(self, video: str, most: int = 20) -> None:
        """Swipe on with the arrow key until `video` is the current clip."""
        for _ in range(most):
            if await self.current_video() == video:
                return
            before = await self.current_video()
            await self.page.keyboard.press("ArrowDown")
            await self.page.wait_for_function(
                "id => document.querySelector('[data-testid=slide][data-current=true]')?.dataset.videoId !== id",
                arg=before,
            )
        raise AssertionError("the clip was not reached")

    async def count_frames(self, video: str, seconds: float = 3) -> int:
        """How many frames `requestVideoFrameCallback` reports for the element that plays `video`."""
        return await self.page.evaluate(
            """async ([id, ms]) => {
                const element = document.querySelector(`video[data-video-id="${id}"]`);
                let frames = 0;
                const count = () => { frames += 1; element.requestVideoFrameCallback(count); };
                element.requestVideoFrameCallback(count);
                await new Promise(done => setTimeout(done, ms));
                return frames;
            }""",
            [video, seconds * 1000],
        )
