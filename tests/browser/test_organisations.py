"""An organisation's console: registered, proven, staffed, and a decision from the first draft to its end."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import ECKey
from playwright.async_api import Browser, Page, expect
from tests.browser.institutions import STAFF, Institution, about
from tests.browser.person import Person, list_accessibility_faults
from tests.browser.test_pages import DESKTOP, PHONE, SMALL

from reelm.devices import sign_decision


@pytest.fixture
async def people(institution: Institution, chromium: Browser) -> AsyncGenerator[dict[str, Person]]:
    """The institution's staff, by duty, each signed in at a browser of their own."""
    found: dict[str, Person] = {}
    for duty, handle in STAFF.items():
        context = await chromium.new_context(viewport=DESKTOP, service_workers="block", accept_downloads=True)
        token = institution.tokens[duty]
        await context.add_cookies([{"name": "reelm_session", "value": token, "url": institution.cell.base}])
        found[duty] = await Person.arrive(context, institution.cell.base, handle)
    yield found
    for person in found.values():
        await person.page.context.close()


async def confirm(person: Person) -> None:
    """Say yes to what a sheet says will happen."""
    await person.get("confirm-yes").click()
    await expect(person.get("confirm-sheet")).to_have_count(0)


async def test_an_organisation_is_registered_and_told_what_proves_it(
    institution: Institution, people: dict[str, Person]
) -> None:
    dina, decio = people["device-admin"], people["decider"]
    await dina.page.goto(f"{dina.base}/organisations")
    await dina.get("new-org-name").fill("Town of Example")
    await dina.get("new-org-code").fill("town-example")
    await dina.get("new-org-domain").fill("town.example")
    await dina.get("new-org-register").click()
    await dina.get("proof-ask").click()
    await expect(dina.get("proof-place")).to_have_text("_reelm-challenge.town.example")
    await expect(dina.get("proof-word")).to_contain_text("reelm-proof=")
    await dina.get("proof-check").click()
    await expect(dina.get("proof-problem")).to_contain_text("The word is not there yet", timeout=20_000)
    institution.zones.texts["_reelm-challenge.town.example"] = [await dina.get("proof-word").inner_text()]
    await dina.get("proof-check").click()
    await expect(dina.get("proof")).to_have_attribute("data-state", "holds", timeout=20_000)
    await expect(dina.get("proof-problem")).to_be_empty()
    await dina.get("org-view-staff").click()
    await dina.get("seat-handle").fill("decio")
    await dina.get("seat-decider").check()
    await dina.get("seat-appoint").click()
    await expect(dina.page.locator('[data-testid="seat"][data-handle="decio"]')).to_be_visible()
    await decio.page.goto(f"{decio.base}/organisations/town-example?view=proofs")
    await expect(decio.get("other-duty")).to_contain_text("administers devices")
    await decio.get("org-view-keys").click()
    await expect(decio.get("key-jwk")).to_be_visible()
    assert dina.foreign == []


async def test_a_private_key_is_refused_in_the_browser_and_sent_nowhere(
    institution: Institution, people: dict[str, Person]
) -> None:
    decio, key = people["decider"], ECKey.generate_key("P-256")
    sent: list[str] = []
    decio.page.on("request", lambda request: sent.append(request.post_data or ""))
    await decio.page.goto(f"{decio.base}/organisations/institution?view=keys")
    secret: Any = key.as_dict(private=True)
    await decio.get("key-jwk").fill(json.dumps(secret))
    await decio.get("key-add").click()
    await expect(decio.get("key-problem")).to_contain_text("private key")
    await expect(decio.get("key-jwk")).to_have_value("")
    assert not any(secret["d"] in body for body in sent)
    await decio.get("key-jwk").fill(json.dumps({"keys": [key.as_dict(private=False)]}))
    await decio.get("key-add").click()
    mine = decio.page.locator('[data-testid="key"]').filter(has_text=key.thumbprint())
    await mine.get_by_test_id("key-revoke").click()
    await confirm(decio)
    await expect(mine).to_have_attribute("data-revoked", "true")


async def _draft(decio: Person) -> None:
    """Fill in what nobody can guess."""
    fields = {
        "draft-body": "Corporate Management Board",
        "draft-signatory": "Secretary-General",
        "draft-basis-title-0": "Rules on the security of systems",
        "draft-basis-citation-0": "Decision 2017/46, Article 15",
        "draft-reason-en": "It could not be verified who can see the data.",
        "draft-reason-fr-CA": "Il n’a pas été possible de vérifier qui peut voir les données.",
        "draft-evidence-en": "There is no evidence of a compromise.",
        "draft-app": "Otherapp",
        "draft-domains": "otherapp.example",
        "draft-apple": "example.otherapp.app",
        "draft-email": "desk@institution.example",
        "draft-granted": "Head of security",
    }
    for testid, text in fields.items():
        await decio.get(testid).fill(text)
    for testid in ("draft-measure-remove", "draft-measure-block-traffic", "draft-ownership-enrolled-personal"):
        await decio.get(testid).check()
    await decio.get("draft-add-purpose").click()
    await decio.get("draft-purpose-0").fill("supervision")
    await decio.get("draft-purpose-words-0-en").fill("Supervising the service")


async def _file(decio: Person, institution: Institution, folder: Path) -> None:
    """Take the document away, sign it, bring it back."""
    async with decio.page.expect_download() as event:
        await decio.get("draft-download").click()
    await (await event.value).save_as(folder / "draft.json")
    signed = sign_decision((folder / "draft.json").read_bytes(), institution.key)
    (folder / "decision.json").write_bytes(signed)
    await decio.page.goto(f"{decio.base}/organisations/institution")
    await decio.get("decision-file").set_input_files(folder / "draft.json")
    await expect(decio.get("file-problem")).to_contain_text("reelm devices sign")
    await decio.get("decision-file").set_input_files(folder / "decision.json")
    await expect(decio.get("decision-desk")).to_have_attribute("data-state", "draft")


async def _review(decio: Person, institution: Institution, id: str) -> None:
    """Keep it for longer: nothing is sent before it is said why."""
    before = (await institution.ask("GET", f"/register/{id}"))["line"]["review_by"]
    await decio.get("step-review").click()
    await decio.get("confirm-yes").click()
    await expect(decio.get("confirm-problem")).to_contain_text("Say why it is kept")
    await decio.get("review-reason-fr-CA").fill("Les questions restent ouvertes.")
    await confirm(decio)
    kept = await institution.ask("GET", f"/register/{id}")
    assert kept["reviews"][0]["reason"] == {"fr-CA": "Les questions restent ouvertes."}
    assert kept["line"]["review_by"] > before


async def _except(dina: Person, axel: Person, id: str) -> None:
    """One asks for an exception, another grants it and takes it back."""
    await dina.page.goto(f"{dina.base}/organisations/institution?decision={id}")
    await dina.get("exception-new").click()
    await dina.get("exception-subject").fill("desk-1")
    await dina.get("exception-purpose").select_option("supervision")
    await dina.get("exception-ask").click()
    await expect(dina.get("exception")).to_have_attribute("data-state", "asked")
    await axel.page.goto(f"{axel.base}/organisations/institution?decision={id}")
    await axel.get("exception-grant").click()
    await confirm(axel)
    await expect(axel.get("exception")).to_have_attribute("data-state", "holds")
    await axel.get("exception-revoke").click()
    await confirm(axel)
    await expect(axel.get("exception")).to_have_attribute("data-state", "revoked")


async def test_a_decision_goes_from_the_first_draft_to_its_end(
    institution: Institution, people: dict[str, Person], tmp_path: Path
) -> None:
    decio, axel, dina = people["decider"], people["approver"], people["device-admin"]
    device = await institution.add_device("desk-1", platform="ios", enrolment="user")
    await decio.page.goto(f"{decio.base}/organisations/institution")
    await decio.get("decision-draft").click()
    await decio.get("draft-make").click()
    await expect(decio.get("draft-faults")).to_have_attribute("data-count", "10")
    await _draft(decio)
    await decio.get("draft-make").click()
    await expect(decio.get("draft-command")).to_contain_text("reelm devices sign draft.json")
    await _file(decio, institution, tmp_path)
    desk = decio.get("decision-desk")
    await decio.get("step-ask").click()
    await confirm(decio)
    await expect(desk).to_have_attribute("data-state", "heard")
    await decio.get("step-publish").click()
    await expect(decio.get("confirm-sheet")).to_contain_text("Nothing of it can be changed")
    await confirm(decio)
    await expect(desk).to_have_attribute("data-state", "published")
    id = await desk.get_attribute("data-id") or ""
    reached = await institution.call("auditor", "GET", f"/decisions/{id}/told")
    assert reached["told"] == 0
    await expect(decio.get("reached")).to_have_attribute("data-not-told", str(len(reached["not_told"])))

    await _except(dina, axel, id)
    await _review(decio, institution, id)
    await decio.get("step-lift").click()
    await decio.get("confirm-yes").click()
    await expect(decio.get("confirm-problem")).to_contain_text("Say why")
    await decio.get("lift-reason-en").fill("It was seen to.")
    await confirm(decio)
    await expect(desk).to_have_attribute("data-state", "lifted")
    await decio.page.goto(f"{decio.base}/register/{id}")
    await expect(decio.get("signature")).to_have_attribute("data-state", "holds")
    await expect(decio.get("reviews")).to_contain_text("It was seen to.")
    assert str(device) not in await decio.page.content()
    assert [one for one in decio.complaints if "422" not in one] == []  # but for the draft without a signature


async def test_what_is_not_known_of_devices_is_as_loud_as_what_is_wrong(
    institution: Institution, people: dict[str, Person]
) -> None:
    id = await institution.publish(institution.sign(**about("loudapp")))
    for number, (enrolment, state) in enumerate((("unmanaged", "unmanaged"), ("user", "cannot-be-verified"))):
        device = await institution.add_device(f"loud-{number}", platform="ios", enrolment=enrolment)
        await institution.execute(
            "INSERT INTO device_states (device_id, decision_id, state, since) VALUES ($1, $2, $3, now())"
            " ON CONFLICT (device_id, decision_id) DO UPDATE SET state = excluded.state",
            *(device, UUID(id), state),
        )
    audrey = people["auditor"]
    await audrey.page.goto(f"{audrey.base}/organisations/institution?decision={id}")
    for state in ("unmanaged", "cannot-be-verified"):
        line = audrey.page.locator(f'[data-testid="states"] li[data-state="{state}"]')
        await expect(line).to_have_attribute("data-loud", "true")
    await expect(audrey.get("states")).to_contain_text("are not known to be without the app")
    compliant = audrey.page.locator('[data-testid="states"] li[data-state="compliant"]')
    await expect(compliant).to_have_attribute("data-count", "0")
    await audrey.page.locator('[data-testid="states"] li[data-state="unmanaged"] a').click()
    await expect(audrey.get("device-list").get_by_test_id("device-line").first).to_have_attribute(
        "data-state", "unmanaged"
    )


async def test_a_device_is_taken_in_by_a_list_and_gets_a_code(
    institution: Institution, people: dict[str, Person], tmp_path: Path
) -> None:
    dina = people["device-admin"]
    (tmp_path / "devices.csv").write_text("code,platform,enrolment,ownership\nlisted-1,linux,agent,corporate\n")
    await dina.page.goto(f"{dina.base}/organisations/institution?view=devices")
    await dina.get("inventory-file").set_input_files(tmp_path / "devices.csv")
    await expect(dina.get("inventory-taken")).to_have_attribute("data-made", "1")
    await dina.get("directory-named").fill("listed-")
    line = dina.page.locator('[data-testid="directory"] li[data-code="listed-1"]')
    await line.get_by_test_id("code-make").click()
    code = await dina.get("code-made").inner_text()
    told = await institution.ask("POST", "/device/code", {"code": code.strip()})
    assert told["code"] == "listed-1"


async def test_one_device_of_many_is_found_opened_and_given_a_code_by_the_keyboard(
    institution: Institution, people: dict[str, Person], tmp_path: Path
) -> None:
    dina, decio = people["device-admin"], people["decider"]
    id = await institution.publish(institution.sign(**about("manyapp")))
    rows = [f"many-{number},linux,agent,corporate" for number in range(60)]
    (tmp_path / "devices.csv").write_text("\n".join(("code,platform,enrolment,ownership", *rows)))
    console = f"{dina.base}/organisations/institution?view=devices&decision={id}"
    await dina.page.goto(console)
    await dina.get("inventory-file").set_input_files(tmp_path / "devices.csv")
    await expect(dina.get("inventory-taken")).to_have_attribute("data-made", "60")
    await dina.page.reload()
    await expect(dina.get("device-list")).to_have_attribute("data-count", "50")
    await dina.get("devices-more").click()
    await expect(dina.get("devices-more")).to_have_count(0)
    assert int(await dina.get("device-list").get_attribute("data-count") or 0) >= 60
    await dina.get("devices-named").fill("many-5")
    await expect(dina.get("device-list")).to_have_attribute("data-count", "11")
    await dina.get("state-exempt").click()
    await expect(dina.get("device-list-empty")).to_be_visible()
    await dina.get("state-any").click()
    opener = dina.page.locator('tr[data-code="many-51"] button')
    await opener.press("Enter")
    await expect(dina.get("device-sheet")).to_contain_text("many-51")
    await dina.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    await dina.get("device-code").click()
    told = await institution.ask("POST", "/device/code", {"code": (await dina.get("code-made").inner_text()).strip()})
    assert told["code"] == "many-51"

    await decio.page.goto(console)  # who does not manage devices is told no codes, and asks for none
    await expect(decio.get("device-line").first).to_be_visible()
    await expect(decio.get("devices-named")).to_have_count(0)
    assert "many-" not in await decio.page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    institution: Institution, chromium: Browser, announced: Any, scheme: Any
) -> None:
    views = ("", "?view=devices", "?view=staff", "?view=proofs", "?view=keys", "?view=draft")
    console = [f"/organisations/institution{view}" for view in (*views, f"?decision={announced.id}")]
    for duty in ("device-admin", "decider"):
        page = await _open(chromium, institution, institution.tokens[duty], scheme)
        for path in ("/organisations", *console):
            await _look_at(page, institution.cell.base + path)
        await page.context.close()
    page = await _open(chromium, institution, "", scheme)
    await _look_at(page, f"{institution.cell.base}/organisations/institution")
    await page.context.close()


async def _open(chromium: Browser, institution: Institution, token: str, scheme: Any) -> Page:
    context = await chromium.new_context(
        viewport=PHONE, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True, service_workers="block"
    )
    if token:
        await context.add_cookies([{"name": "reelm_session", "value": token, "url": institution.cell.base}])
    return await context.new_page()


async def _look_at(page: Page, url: str) -> None:
    await page.goto(url)
    await expect(page.locator("main h1").first).to_be_attached()
    await page.wait_for_load_state("networkidle")
    assert await list_accessibility_faults(page) == [], url
    for size in (SMALL, PHONE, DESKTOP):
        await page.set_viewport_size(size)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (url, size)
