"""Staff look at somebody's data; that person sees it and checks the proof: in real browsers, on a running cell."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Route, ViewportSize, expect
from tests.browser.conftest import RunningCell
from tests.browser.institutions import hire
from tests.browser.person import Person
from tests.browser.test_main_job import PHONE

from reelm.ledger import VerifierKey, decode
from reelm.ledger.merkle import leaf_hash
from reelm.ledger.proof import TlogProof

DESK = ViewportSize(width=1280, height=900)
SEEN_WITHIN_S = 5.0


async def arrive(cell: RunningCell, chromium: Browser, handle: str, size: ViewportSize = DESK) -> Person:
    context = await chromium.new_context(viewport=size, service_workers="block")
    return await Person.arrive(context, cell.base, handle)


async def test_a_look_is_asked_for_approved_done_seen_and_proved(cell: RunningCell, chromium: Browser) -> None:
    for handle in ("olga.op", "otto.op"):
        hire(cell, handle, "operator")
    nina = await arrive(cell, chromium, "nina", PHONE)
    await nina.sign_up("FR")
    await nina.page.goto(f"{nina.base}/my-data")
    asker, second = [await _at_the_desk(cell, chromium, handle) for handle in ("olga.op", "otto.op")]
    request = await _ask(asker, "nina")
    await expect(second.page.locator(f'[data-id="{request}"]')).to_be_visible()
    await second.page.locator(f'[data-id="{request}"]').get_by_test_id("staff-approve").click()
    card = asker.page.locator(f'[data-id="{request}"]')
    await card.get_by_test_id("staff-open").click(timeout=15_000)
    await card.get_by_test_id("staff-read-profile").click()
    data = card.get_by_test_id("staff-data")
    await expect(data).to_be_visible()
    shown = time.monotonic()
    index = int(await data.get_attribute("data-index") or "")

    look = nina.page.locator('[data-testid="ledger-entry"][data-kind="access-read"]')
    await expect(look).to_be_visible(timeout=SEEN_WITHIN_S * 1000)
    assert time.monotonic() - shown < SEEN_WITHIN_S
    await expect(look).to_have_attribute("data-index", str(index))
    await expect(nina.get("ledger-verdict")).to_have_attribute("data-ok", "true")
    await _check_the_proof(cell, nina, look)
    await _end(card)
    for person in (nina, asker, second):
        assert person.complaints == []
        assert person.foreign == []


async def _at_the_desk(cell: RunningCell, chromium: Browser, handle: str) -> Person:
    person = await arrive(cell, chromium, handle)
    await person.sign_in()
    await person.page.goto(f"{person.base}/staff")
    return person


async def _ask(asker: Person, handle: str) -> str:
    """Ask for e-mail address and place for 5 minutes; the id of the request."""
    await asker.get("staff-handle").fill(handle)
    await asker.get("staff-reason").select_option("person-asked-for-help")
    await asker.get("staff-minutes").select_option("5")
    for name in ("user.contact.email", "user.location"):
        await asker.get(f"staff-class-{name}").check()
    await asker.get("staff-ask").click()
    card = asker.page.locator('[data-testid="staff-request"][data-state="asked"]').first
    await expect(card).to_contain_text(handle)
    return await card.get_attribute("data-id") or ""


async def _check_the_proof(cell: RunningCell, nina: Person, look: Locator) -> None:
    await look.get_by_test_id("proof-open").click()
    await expect(nina.get("proof-verdict")).to_have_attribute("data-ok", "true")
    steps = nina.get("proof-step")
    assert await steps.count() >= 3
    for step in await steps.all():
        assert await step.get_attribute("data-ok") == "true"
    async with nina.page.expect_download() as downloading:
        await nina.get("proof-download").click()
    path = await (await downloading.value).path()
    proof = TlogProof.parse(Path(path).read_bytes())
    assert proof.extra is not None
    assert decode(proof.extra).kind == "access-read"
    proof.verify(
        leaf_hash(proof.extra), [VerifierKey.parse(cell.data.joinpath("ledger", "vkey").read_text().strip())]
    )
    await nina.page.keyboard.press("Escape")


async def _end(card: Locator) -> None:
    await card.get_by_test_id("staff-end").click()
    await expect(card).to_have_attribute("data-state", "ended")


Change = Callable[[Route], Awaitable[None]]


def flipping(at: int = 0) -> Change:
    """Pass a file on with one bit of it changed."""

    async def change(route: Route) -> None:
        answer = await route.fetch()
        body = bytearray(await answer.body())
        if answer.status == 200:
            body[at] ^= 1
        await route.fulfill(response=answer, body=bytes(body))

    return change


@pytest.mark.parametrize(
    ("pattern", "culprit"),
    [("**/ledger/tile/0/000*", "tile/0/000"), ("**/ledger/tile/entries/000*", "tile/entries/000")],
)
async def test_one_changed_bit_is_noticed_and_the_file_named(
    pattern: str, culprit: str, cell: RunningCell, chromium: Browser
) -> None:
    visitor = await arrive(cell, chromium, "visitor", PHONE)
    await visitor.page.route(pattern, flipping(40))
    await visitor.page.route(f"{pattern}/**", flipping(40))
    await visitor.page.goto(f"{visitor.base}/trust")
    await visitor.get("trust-check").click()
    verdict = visitor.get("trust-verdict")
    await expect(verdict).to_have_attribute("data-ok", "false")
    assert (await verdict.get_attribute("data-path") or "").startswith(culprit)


async def test_an_untouched_log_is_found_to_hold_by_anybody(cell: RunningCell, chromium: Browser) -> None:
    visitor = await arrive(cell, chromium, "visitor", PHONE)
    await visitor.page.goto(f"{visitor.base}/trust")
    await visitor.get("trust-check").click()
    await expect(visitor.get("trust-verdict")).to_have_attribute("data-ok", "true")
    assert visitor.complaints == []
    assert visitor.foreign == []


async def test_a_log_that_forgets_is_refused_by_a_browser_that_remembers(
    cell: RunningCell, chromium: Browser
) -> None:
    """The checkpoint is answered with an older one of another tree: the browser has seen a newer one."""
    visitor = await arrive(cell, chromium, "visitor", PHONE)
    await visitor.page.goto(f"{visitor.base}/trust")
    await visitor.get("trust-check").click()
    await expect(visitor.get("trust-verdict")).to_have_attribute("data-ok", "true")

    async def forget(route: Route) -> None:
        answer = await route.fetch()
        lines = (await answer.text()).split("\n")
        lines[1] = str(int(lines[1]) - 1)
        await route.fulfill(response=answer, body="\n".join(lines))

    await visitor.page.route("**/ledger/checkpoint", forget)
    await visitor.page.reload()
    await visitor.get("trust-check").click()
    await expect(visitor.get("trust-verdict")).to_have_attribute("data-ok", "false")
