"""Debian's Chromium, managed by a policy of ours."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Error, Page

# Where Debian's Chromium looks, and nowhere else.
MANAGED = Path("/etc/chromium/policies/managed")


@contextmanager
def managed_by(policy: bytes) -> Generator[None]:
    path = MANAGED / f"reelm-test-{uuid4().hex}.json"
    MANAGED.mkdir(parents=True, exist_ok=True)
    path.write_bytes(policy)
    try:
        yield
    finally:
        path.unlink()


async def open_page(page: Page, address: str) -> str:
    """The heading of what is there, or why nothing is."""
    try:
        await page.goto(address)
    except Error as failed:
        return failed.message.partition("net::")[2].split()[0]
    return await page.locator("h1").inner_text()
