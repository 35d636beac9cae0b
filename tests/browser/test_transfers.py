"""What crossed between two real realms, as everybody sees it on /trust: totals, register, rules, where data is."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, Route, expect
from tests.browser.person import Person, list_accessibility_faults
from tests.browser.test_pages import DESKTOP, PHONE
from tests.integration.gateway.realms import EU, QC, OneRealm, free_port, listens, realm_running, until
from tests.integration.gateway.traffic import let_things_cross
from tests.postgres import DatabaseServer

CLIENT = Path(__file__).parents[2] / "client" / "dist"
VIEWS = ("where", "crossed", "register", "rules")


@dataclass(frozen=True)
class Site:
    """The web roles of two realms: that of the EU at `base`, that of Québec at `quebec`."""

    realm: OneRealm
    base: str
    quebec: str


@asynccontextmanager
async def web_of(realm: OneRealm) -> AsyncGenerator[str]:
    """The web role of a realm, as a process of its own; its address."""
    listen = f"127.0.0.1:{free_port()}"
    settings = {"REELM_DATA": realm.settings.data, "REELM_DATABASE_URL": realm.settings.database_url}
    settings |= {"REELM_LISTEN": listen, "REELM_PUBLIC_URL": f"http://{listen}", "REELM_CLIENT_DIST": CLIENT}
    settings |= {"REELM_REALM": realm.code}
    told = os.environ | {name: str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "reelm.cli", "serve", "web", env=told)
    try:
        await until(lambda: listens(listen))
        yield f"http://{listen}"
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module")
async def site(
    tmp_path_factory: pytest.TempPathFactory, database_server: DatabaseServer, migrated: str
) -> AsyncGenerator[Site]:
    folder = tmp_path_factory.mktemp("realms")
    async with (
        realm_running(EU, folder, database_server, migrated) as eu,
        realm_running(QC, folder, database_server, migrated) as qc,
        web_of(eu) as base,
        web_of(qc) as quebec,
    ):
        await let_things_cross(eu, qc)
        yield Site(eu, base, quebec)


def running(*realms: dict[str, Any]) -> str:
    """What a realm answers that knows of several."""
    blank: dict[str, Any] = {
        "name": "",
        "address": "",
        "frame": "",
        "minimum_age": 16,
        "countries": [],
        "regions": [],
    }
    return json.dumps({"realm": "eu", "public_key": None, "items": [blank | one for one in realms]})


EU_HERE = {
    "code": "eu",
    "countries": ["FR", "DE", "ES", "IT", "PL", "SE"],
    "name": "European Union",
    "minimum_age": 15,
}
QUEBEC = {"code": "ca-qc", "regions": ["CA-QC"], "name": "Québec", "address": "https://qc.test"}
REST = {"code": "us", "name": "United States", "countries": ["US", "CA", "MX"], "frame": "state laws"}


async def visit(site: Site, chromium: Browser, view: str, *realms: dict[str, Any]) -> Person:
    """Somebody who looks at one part of the page; with `realms`, of a deployment of these."""
    context = await chromium.new_context(viewport=DESKTOP, service_workers="block")
    visitor = await Person.arrive(context, site.base, "visitor")

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=running(*realms))

    if realms:
        await visitor.page.route("**/api/v1/realms", answer)
    await visitor.page.goto(f"{site.base}/trust?view={view}")
    return visitor


async def test_what_crossed_is_shown_with_its_routes_and_its_refusals(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "crossed", EU_HERE, QUEBEC)
    routes = visitor.get("crossed-routes").locator("tbody tr")
    await expect(routes).to_have_count(2)
    await expect(visitor.get("crossed-messages").locator("tbody tr")).to_have_count(3)
    await expect(visitor.get("crossed-budget")).to_have_attribute("data-spent", "50000")
    await expect(visitor.get("trust-alone")).to_have_count(0)
    assert visitor.complaints == []
    assert visitor.foreign == []


async def test_the_register_on_the_page_is_the_one_that_is_served(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "register")
    rows = visitor.get("register-row")
    await expect(rows).to_have_count(3)
    shown = {
        (await row.get_attribute("data-message"), await row.get_attribute("data-messages"))
        for row in await rows.all()
    }
    assert shown == {("comment", "3"), ("clip", "1"), ("counts", "2")}
    async with visitor.page.expect_download() as downloading:
        await visitor.get("register-csv").click()
    file = Path(await (await downloading.value).path())
    lines = (await asyncio.to_thread(file.read_text)).splitlines()
    assert len(lines) == 4
    command = await visitor.get("register-command").inner_text()
    assert command.startswith(f"reelm ledger register {site.base}/ledger --vkey '")
    await visitor.get("register-day").fill("2020-01-01")
    await visitor.get("register-day").press("Tab")
    await expect(visitor.get("register-empty")).to_be_visible()
    assert visitor.complaints == []


async def test_the_command_on_the_page_agrees_with_what_is_served(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "register")
    words = (await visitor.get("register-command").inner_text()).replace("'", "").split()
    command = (sys.executable, "-m", "reelm.cli", *words[1:], "--csv")
    made = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=60)
    assert made.returncode == 0, made.stderr
    served = await visitor.page.request.get(f"{site.base}/api/v1/transfers.csv")
    assert made.stdout == await served.body()
    assert b"byte for byte" in made.stderr


async def test_every_rule_is_shown_in_words_and_as_it_is_written(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "rules")
    rules = site.realm.door.rulebook.rules
    await expect(visitor.get("rules-policy")).to_have_count(len(rules.policies))
    await expect(visitor.get("rules-assessment")).to_have_count(len(rules.transfers))
    await expect(visitor.get("rules-digest")).to_have_text(rules.digest)
    never = visitor.page.locator('[data-testid="rules-policy"][data-id="never"]')
    await never.locator("summary").click()
    await expect(never.locator("pre")).to_contain_text("user.contact.email")


async def test_the_map_shows_quebec_apart_from_canada(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "where", EU_HERE, QUEBEC, REST)
    world = visitor.get("trust-map")
    hues: dict[str, str | None] = {}
    for code in ("CA", "US", "CA-QC", "FR"):
        hues[code] = await world.locator(f'[data-code="{code}"]').get_attribute("class")
    assert hues["CA"] == hues["US"]
    assert len({hues["CA"], hues["CA-QC"], hues["FR"]}) == 3
    await expect(visitor.get("trust-realm")).to_have_count(3)
    assert visitor.complaints == []
    assert visitor.foreign == []


async def test_whoever_commented_abroad_reads_what_went_where_and_checks_the_proof(
    site: Site, chromium: Browser
) -> None:
    context = await chromium.new_context(viewport=PHONE, locale="en", service_workers="block")
    ben = await Person.arrive(context, site.quebec, "ben0")
    await ben.page.goto(f"{site.quebec}/sign-in")
    await ben.get("sign-in-handle").fill("ben0")
    await ben.get("sign-in-password").fill("a password for tests")
    await ben.get("sign-in-submit").click()
    await ben.page.wait_for_url(lambda url: "/sign-in" not in url)
    await ben.page.goto(f"{site.quebec}/my-data")
    entry = ben.page.locator('[data-testid="ledger-entry"][data-kind="crossing"]')
    await expect(entry).to_contain_text("Your comment went to the realm European Union: ")
    await expect(entry).to_contain_text("pseudonym")
    await entry.get_by_test_id("proof-open").click()
    await expect(ben.get("proof-verdict")).to_have_attribute("data-ok", "true")
    assert ben.complaints == []
    await context.close()


async def test_what_the_rules_kept_here_is_told_with_the_rule(site: Site, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=DESKTOP, locale="en", service_workers="block")
    page = await context.new_page()
    await page.goto(f"{site.quebec}/trust?view=crossed")
    refused = page.get_by_test_id("crossed-refused")
    await expect(refused).to_have_attribute("data-rule", "minors-stay-home")
    await expect(refused).to_contain_text("under 18")
    await context.close()


async def test_a_realm_that_is_alone_says_that_nothing_can_cross(site: Site, chromium: Browser) -> None:
    visitor = await visit(site, chromium, "where", EU_HERE)
    await expect(visitor.get("trust-alone")).to_be_visible()


async def _settle(page: Page) -> None:
    await expect(page.locator(".card").first).to_be_visible()
    await page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("scheme", "locale"), [("light", "fr-CA"), ("dark", "en")])
async def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    site: Site, chromium: Browser, view: str, scheme: Literal["light", "dark"], locale: str
) -> None:
    context = await chromium.new_context(
        viewport=PHONE, color_scheme=scheme, locale=locale, reduced_motion="reduce", bypass_csp=True
    )
    page = await context.new_page()
    await page.goto(f"{site.base}/trust?view={view}")
    await _settle(page)
    assert await list_accessibility_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()
