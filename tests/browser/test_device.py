"""The page of a managed device: nothing is agreed to unread, and whoever has it can answer and leave."""

import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect
from tests.browser.institutions import HOST, Announced, Institution, about, on_device
from tests.browser.person import list_accessibility_faults
from tests.browser.test_pages import DESKTOP, PHONE, SMALL

NEVER_SEEN = ("other apps", "Where you are", "messages", "photos", "on the web", "account on Reelm", "What you watch")


async def open_code(chromium: Browser, institution: Institution, code: str, **settings: Any) -> Page:
    """The page with a code typed in; scripts of other sites see nothing of it, nor does the server's log."""
    context = await chromium.new_context(viewport=PHONE, service_workers="block", **settings)
    page = await context.new_page()
    await page.goto(f"{institution.cell.base}/device")
    await page.get_by_test_id("device-code").fill(code.replace("-", " ").lower())
    await page.get_by_test_id("device-look").click()
    await expect(page.get_by_test_id("device")).to_have_attribute("data-step", "told")
    return page


async def read_consent(institution: Institution, code: str) -> str | None:
    return (await institution.ask("POST", "/device/code", {"code": code}))["consented_at"]


async def test_what_is_seen_and_what_is_not_is_told_before_anything_is_agreed(
    institution: Institution, chromium: Browser
) -> None:
    device = await institution.add_device("told-1", platform="ios", enrolment="user", ownership="enrolled-personal")
    code = await institution.make_code(device)
    page = await open_code(chromium, institution, code)
    for words in NEVER_SEEN:
        await expect(page.get_by_test_id("device-not-seen")).to_contain_text(words)
    await expect(page.get_by_test_id("device-not-seen")).to_contain_text("Whether a suspended app is on it")
    yes, no = page.get_by_test_id("device-agree"), page.get_by_test_id("device-decline")
    looks = "one => [one.className, one.offsetWidth, one.offsetHeight, getComputedStyle(one).backgroundColor]"
    assert await yes.evaluate(looks) == await no.evaluate(looks)
    assert await page.locator("input[type=checkbox]").count() == 0
    await no.click()
    await expect(page.get_by_test_id("device")).to_have_attribute("data-step", "declined")
    assert await read_consent(institution, code) is None
    await page.get_by_role("button", name="Read it again").click()
    await page.get_by_test_id("device-agree").click()
    profile = page.get_by_test_id("device-profile")
    await expect(profile).to_have_attribute("href", f"/mdm/enrol?code={code}")
    assert await read_consent(institution, code) is not None
    await page.context.close()


async def test_a_code_that_is_none_is_told_so(institution: Institution, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PHONE, service_workers="block")
    page = await context.new_page()
    await page.goto(f"{institution.cell.base}/device#0000-0000-0000-0000")
    await expect(page.get_by_test_id("device-problem")).not_to_be_empty()
    await page.get_by_test_id("device-code").fill("12")
    await page.get_by_test_id("device-look").click()
    await expect(page.get_by_test_id("device-problem")).not_to_be_empty()
    await expect(page.get_by_test_id("device")).to_have_attribute("data-step", "code")
    await context.close()


async def test_the_commands_that_the_page_shows_enrol_the_device(
    institution: Institution, chromium: Browser, tmp_path: Path
) -> None:
    device = await institution.add_device("hand-1", ownership="enrolled-personal")
    page = await open_code(chromium, institution, await institution.make_code(device))
    await page.get_by_test_id("device-agree").click()
    await expect(page.get_by_test_id("device-commands")).to_be_visible()
    lines = await page.get_by_test_id("device-commands").locator("span").all_inner_texts()
    script = "\n".join(["set -e", *lines]).replace(HOST, "127.0.0.1")
    _run(script, tmp_path)
    told = (tmp_path / "device.json").read_text()
    assert "BEGIN CERTIFICATE" in told, told
    await page.context.close()


def _run(script: str, folder: Path) -> None:
    subprocess.run(["bash", "-c", script], cwd=folder, check=True, capture_output=True, timeout=60)


async def test_whoever_is_bound_reads_acknowledges_answers_and_leaves(
    institution: Institution, chromium: Browser
) -> None:
    id = await institution.publish(institution.sign(**about("boundapp")))
    device = await institution.add_device("bound-1", ownership="enrolled-personal", locale="fr-CA")
    shown = await institution.enrol(await institution.make_code(device))
    context = await chromium.new_context(viewport=PHONE, service_workers="block")
    page = await on_device(context, institution.cell.base, shown)
    await page.goto(f"{institution.cell.base}/device")
    decision = page.locator(f'[data-testid="bound-decision"][data-id="{id}"]')
    await expect(decision).to_contain_text("Il n’a pas été possible de vérifier")
    await decision.get_by_test_id("bound-acknowledge").click()
    await expect(decision.get_by_test_id("bound-read")).to_be_visible()
    await decision.get_by_test_id("bound-answer").click()
    await decision.get_by_test_id("reply-words").fill("Nous en avons besoin pour le travail.")
    await decision.get_by_test_id("reply-send").click()
    await expect(page.get_by_test_id("toast")).to_be_visible()
    said = (await institution.ask("GET", f"/register/{id}"))["replies"]
    assert [one["by"] for one in said if "besoin" in one["words"]] == ["staff"]
    await page.get_by_test_id("device-leave").click()
    await page.get_by_test_id("leave-confirm").click()
    await expect(page.get_by_test_id("device")).to_have_attribute("data-step", "left")
    assert await institution.execute("SELECT count(*) FROM managed_devices WHERE id = $1", UUID(str(device))) == 0
    await page.reload()
    await expect(page.get_by_test_id("device")).to_have_attribute("data-step", "code")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_on_any_step(
    institution: Institution, announced: Announced, chromium: Browser, scheme: Any
) -> None:
    code = await institution.make_code(
        await institution.add_device(f"axe-{scheme}", platform="macos", enrolment="device", ownership="corporate")
    )
    settings = {"color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True, "locale": "fr-CA"}
    page = await open_code(chromium, institution, code, **settings)
    await _look_at(page)
    await page.get_by_test_id("device-agree").click()
    await expect(page.get_by_test_id("device-finish")).to_be_visible()
    await _look_at(page)
    device = await on_device(page.context, institution.cell.base, announced.device_pass)
    await device.goto(f"{institution.cell.base}/device")
    await expect(device.get_by_test_id("device")).to_have_attribute("data-step", "here")
    await _look_at(device)
    await device.get_by_test_id("device-leave").click()
    await expect(device.get_by_test_id("leave-sheet")).to_be_visible()
    await _look_at(device)
    await page.context.close()


async def _look_at(page: Page) -> None:
    assert await list_accessibility_faults(page) == []
    for size in (SMALL, PHONE, DESKTOP):
        await page.set_viewport_size(size)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
