"""What Reelm keeps about people, as they find it."""

from playwright.async_api import Browser, ViewportSize, expect
from tests.browser.conftest import RunningCell
from tests.browser.person import Person

PHONE = ViewportSize(width=390, height=844)


async def test_somebody_signed_out_finds_a_kind_of_data_with_the_keyboard(
    cell: RunningCell, chromium: Browser
) -> None:
    context = await chromium.new_context(viewport=PHONE, locale="en")
    person = await Person.arrive(context, cell.base, "reader")
    await person.page.goto(f"{cell.base}/trust")
    await person.get("data-map-card").click()
    await expect(person.page).to_have_url(f"{cell.base}/data-map")
    kinds = person.get("kind")
    await expect(kinds.nth(10)).to_be_attached()
    email = person.page.locator('[data-kind="user.contact.email"]')
    await email.locator("summary").focus()
    await person.page.keyboard.press("Enter")
    await expect(email.locator("section").filter(has_text="Your account")).to_contain_text("It stays in your realm")
    await person.get("data-map-search").fill("birth")
    await expect(person.get("data-map-found")).to_have_attribute("data-count", "1")
    await expect(kinds).to_have_attribute("open", "")
    await expect(kinds.locator("section").first).to_contain_text("accounts.birth_date")
    await person.get("data-map-search").fill("shoe size")
    await expect(person.get("data-map-found")).to_contain_text("shoe size")
    await expect(kinds).to_have_count(0)
    assert person.complaints == []
    await context.close()


async def test_the_map_is_searched_in_french_without_accents(cell: RunningCell, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PHONE, locale="fr-CA")
    person = await Person.arrive(context, cell.base, "lectrice")
    await person.page.goto(f"{cell.base}/data-map")
    await person.get("data-map-search").fill("ONT ETE MONTRES")
    await expect(person.page.locator('[data-kind="reelm.user.behavior.view_time"]')).to_be_visible()
    await person.get("data-map-search").fill("date de NAISSANCE")
    await expect(person.page.locator('[data-kind="user.demographic.date_of_birth"]')).to_be_visible()
    await context.close()
