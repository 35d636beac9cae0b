"""Passkeys with Chromium's own authenticator: added, signed in with, and asked for by an organisation."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from tests.browser.institutions import STAFF, Institution
from tests.browser.person import PASSWORD, Person, list_accessibility_faults
from tests.browser.test_pages import PHONE


@pytest.fixture
async def admin(institution: Institution, chromium: Browser) -> AsyncGenerator[Person]:
    """Who administers the institution's devices, at a phone that can hold passkeys."""
    context = await chromium.new_context(viewport=PHONE, service_workers="block", bypass_csp=True)
    person = await Person.arrive(context, institution.cell.base, STAFF["device-admin"])
    yield person
    await context.close()


async def plug_in(person: Person) -> tuple[Any, str]:
    """Give the browser an authenticator that shows a finger by itself; its protocol, and the authenticator's id."""
    session: Any = await person.page.context.new_cdp_session(person.page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


async def add_passkey(person: Person, name: str) -> None:
    await person.page.goto(f"{person.base}/settings")
    await person.get("passkey-add").click()
    await person.get("passkey-name").fill(name)
    await person.get("passkey-password").fill(PASSWORD)
    await person.get("passkey-make").click()
    await expect(person.get("passkey")).to_contain_text(name)


async def enter_by_passkey(person: Person) -> None:
    await person.page.goto(f"{person.base}/sign-in")
    await person.get("sign-in-passkey").click()
    await person.page.wait_for_url(lambda url: "/sign-in" not in url)


async def test_a_passkey_signs_in_and_an_organisation_may_ask_for_it(institution: Institution, admin: Person) -> None:
    session, authenticator = await plug_in(admin)
    await admin.sign_in()
    await add_passkey(admin, "Dina’s phone")
    kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [(one["rpId"], one["isResidentCredential"]) for one in kept["credentials"]] == [("reelm.localhost", True)]
    assert await list_accessibility_faults(admin.page) == []

    staff = f"{admin.base}/organisations/{institution.code}?view=staff"
    await admin.page.goto(staff)
    await admin.get("rule-change").click()
    await expect(admin.get("rule-problem")).to_contain_text("passkey")
    await enter_by_passkey(admin)
    await admin.page.goto(staff)
    await admin.get("rule-change").click()
    await expect(admin.get("sign-in-rule")).to_have_attribute("data-only", "true")
    try:
        await admin.sign_in()
        await admin.page.goto(staff)
        await admin.get("passkey-needed").click()
        await admin.get("sign-in-passkey").click()
        await expect(admin.page.get_by_role("heading", level=1)).to_have_text("Example Institution")
        await expect(admin.get("org-view-staff")).to_be_visible()
        assert await list_accessibility_faults(admin.page) == []
    finally:  # other tests act for it with passwords
        await admin.page.goto(staff)
        await admin.get("rule-change").click()
        await expect(admin.get("sign-in-rule")).to_have_attribute("data-only", "false")

    await admin.page.goto(f"{admin.base}/settings")
    await admin.get("passkey-remove").click()
    await admin.get("confirm-yes").click()
    await expect(admin.page.get_by_text("Sign in to see your settings.")).to_be_visible()
    await admin.page.goto(f"{admin.base}/sign-in")
    await admin.get("sign-in-passkey").click()
    await expect(admin.get("form-problem")).to_contain_text("No account here has this passkey")


async def test_without_one_the_password_is_named(institution: Institution, admin: Person) -> None:
    session, authenticator = await plug_in(admin)
    await session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    await admin.page.goto(f"{admin.base}/sign-in")
    await admin.get("sign-in-passkey").click()
    await expect(admin.get("form-problem")).to_contain_text("use your password")
