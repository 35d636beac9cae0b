"""Somebody takes everything that is held of them, asks to be erased and changes their mind: in French, on a phone."""

import json
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from tests.browser.conftest import RunningCell
from tests.browser.person import PASSWORD, Person, list_accessibility_faults
from tests.browser.test_pages import PHONE


@pytest.fixture
async def lea(cell: RunningCell, chromium: Browser) -> AsyncGenerator[Person]:
    """Fourteen, in Québec."""
    context = await chromium.new_context(viewport=PHONE, locale="fr-CA", service_workers="block", bypass_csp=True)
    person = await Person.arrive(context, cell.base, "lea.data")
    await person.sign_up(country="CA", region="QC", born=(2012, 3, 5))
    yield person
    await context.close()


async def test_somebody_takes_their_data_and_keeps_their_account_after_all(lea: Person, tmp_path: Path) -> None:
    await lea.page.goto(f"{lea.base}/settings")
    await lea.get("rights-ask").click()
    await expect(lea.get("rights-take")).to_be_visible(timeout=30_000)
    assert await list_accessibility_faults(lea.page) == []
    async with lea.page.expect_download() as taking:
        await lea.get("rights-take").click()
    await (await taking.value).save_as(tmp_path / "mine.zip")
    archive = zipfile.ZipFile(tmp_path / "mine.zip")
    (profile,) = json.loads(archive.read("collected/accounts.json"))
    assert (profile["handle"], profile["country"], profile["region"]) == ("lea.data", "CA", "QC")

    await lea.get("rights-erase").click()
    await lea.get("rights-password").fill(PASSWORD)
    await lea.get("confirm-yes").click()
    await expect(lea.get("rights-erasure")).to_contain_text("Loi sur la protection des renseignements personnels")
    assert await list_accessibility_faults(lea.page) == []
    await lea.get("rights-call-off").click()
    await expect(lea.get("rights-erase")).to_be_visible()
