"""Somebody from elsewhere is told where their data will live, and is led there with what they chose."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, expect
from tests.browser.conftest import RunningCell, cell_running
from tests.browser.person import Person, list_accessibility_faults

DECISION = """[[decision]]
at = 2026-01-01T00:00:00Z
realms = ["eu", "ca-qc", "us"]
by = "operator"
reason = "a test"
"""


@pytest.fixture(scope="module")
def europe(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningCell]:
    """The eu beside others; `ca-qc` is reached at another name of the same machine."""
    folder: Path = tmp_path_factory.mktemp("papers")
    (folder / "deployment.toml").write_text(DECISION)
    folder.chmod(0o755)
    with cell_running(REELM_DEPLOYMENT_FILE=str(folder / "deployment.toml"), REELM_PEERS_DIR=str(folder)) as running:
        card = {"realm": "ca-qc", "public_url": f"http://localhost:{running.port}"}
        (folder / "ca-qc.json").write_text(json.dumps(card))
        yield running


async def test_who_belongs_elsewhere_is_led_there_and_who_belongs_here_stays(
    europe: RunningCell, chromium: Browser
) -> None:
    context = await chromium.new_context(locale="en")
    person = await Person.arrive(context, europe.base, "nina")
    await person.page.goto(f"{europe.base}/sign-up")
    home = person.get("home-realm")
    await person.get("sign-up-country").select_option("US")
    await expect(home).to_contain_text("United States")
    await expect(person.get("home-no-address")).to_be_visible()
    await expect(person.get("home-go-on")).to_have_count(0)
    await person.get("sign-up-country").select_option("CA")
    await expect(home).to_have_count(0)
    await person.get("sign-up-region").select_option("QC")
    await expect(home).to_have_attribute("data-elsewhere", "true")
    await expect(person.get("sign-up-submit")).to_have_count(0)
    await person.get("sign-up-country").select_option("FR")
    await expect(home).to_contain_text("Your data will live in: European Union")
    assert person.complaints == []
    await person.sign_up("FR")
    await person.page.goto(f"{europe.base}/settings")
    await expect(person.get("realm-card")).to_contain_text("European Union")
    await context.close()


async def test_the_way_to_another_realm_takes_the_place_along(europe: RunningCell, chromium: Browser) -> None:
    context = await chromium.new_context(locale="fr-CA")
    person = await Person.arrive(context, europe.base, "luc")
    await person.page.goto(f"{europe.base}/sign-up?country=CA&region=QC")
    await expect(person.get("sign-up-region")).to_have_value("QC")
    await expect(person.get("home-realm")).to_contain_text("Québec")
    await person.get("home-go-on").click()
    await person.page.wait_for_url(f"http://localhost:{europe.port}/sign-up?country=CA&region=QC")
    await expect(person.get("sign-up-country")).to_have_value("CA")
    await expect(person.get("sign-up-region")).to_have_value("QC")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_where_realms_are_offered(
    europe: RunningCell, chromium: Browser, scheme: Literal["light", "dark"]
) -> None:
    context = await chromium.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    person = await Person.arrive(context, europe.base, "nina")
    for path, shown in (("/sign-up?country=CA&region=QC", "home-go-on"), ("/sign-in", "realm-chooser")):
        await person.page.goto(europe.base + path)
        await expect(person.get(shown)).to_be_visible()
        assert await list_accessibility_faults(person.page) == []
    await context.close()


async def test_sign_in_offers_the_other_realms_and_looks_nobody_up_there(
    europe: RunningCell, cell: RunningCell, chromium: Browser
) -> None:
    context = await chromium.new_context(locale="en")
    person = await Person.arrive(context, europe.base, "nina")
    await person.page.goto(f"{europe.base}/sign-in")
    chooser = person.get("realm-chooser")
    await expect(chooser.get_by_role("link")).to_have_count(1)
    await expect(person.get("realm-ca-qc")).to_have_attribute("href", f"http://localhost:{europe.port}/sign-in")
    assert person.foreign == []
    alone = await Person.arrive(context, cell.base, "nina")
    await alone.page.goto(f"{cell.base}/sign-in")
    await expect(alone.get("sign-in-submit")).to_be_visible()
    await expect(alone.get("realm-chooser")).to_have_count(0)
    await context.close()
