"""An organisation that asks its staff for passkeys: a password opens nothing of it any more, whatever one's duty."""

from dataclasses import replace

from tests.integration.access.journeys import refusal
from tests.integration.accounts.authenticator import Authenticator
from tests.integration.accounts.test_passkeys import NAMED, add, ask_any, enter
from tests.integration.devices.institution import Institution

RULE = {"passkeys_only": True}


async def enter_by_passkey(institution: Institution, duty: str) -> None:
    """Add a passkey to the account of one of its staff, and act in a session that it opened from here on."""
    device, who = Authenticator(NAMED), institution.staff[duty]
    assert (await add(institution.realm, who, device)).status_code == 201
    entered = await enter(institution.realm, device.answer(await ask_any(institution.realm)))
    institution.staff[duty] = replace(who, token=entered.json()["token"])


async def test_a_password_cannot_change_how_staff_sign_in(institution: Institution) -> None:
    assert await institution.do("auditor", "GET", "/sign-in") == {"passkeys_only": False}
    answer = await institution.call("device-admin", "PUT", "/sign-in", RULE)
    assert refusal(answer) == (403, "passkey-needed")
    assert await institution.do("auditor", "GET", "/sign-in") == {"passkeys_only": False}


async def test_once_asked_for_nothing_opens_without_one(institution: Institution) -> None:
    await enter_by_passkey(institution, "device-admin")
    assert await institution.do("device-admin", "PUT", "/sign-in", RULE) == RULE
    draft = institution.decide()
    for duty, method, path, body in (
        ("decider", "GET", "/staff", None),
        ("auditor", "GET", "/sign-in", None),
        ("decider", "POST", "/decisions", draft),
        ("decider", "POST", "/keys", dict(institution.key.as_dict(private=False))),
        ("approver", "GET", "/decisions", None),
        ("auditor", "GET", "/signals/issuers", None),
    ):
        assert refusal(await institution.call(duty, method, path, body)) == (403, "passkey-needed"), path
    assert (await institution.call("device-admin", "GET", "/staff")).status_code == 200

    await enter_by_passkey(institution, "decider")
    assert (await institution.call("decider", "POST", "/decisions", draft)).status_code == 201
    wrong = await institution.call("decider", "PUT", "/sign-in", {"passkeys_only": False})
    assert refusal(wrong) == (403, "duty-missing")


async def test_who_does_not_act_for_it_is_told_no_more_than_before(institution: Institution) -> None:
    await enter_by_passkey(institution, "device-admin")
    await institution.do("device-admin", "PUT", "/sign-in", RULE)
    stranger = institution.realm.client(institution.realm.people.ana)
    answer = await stranger.get("/organisations/institution/staff")
    assert refusal(answer) == (403, "not-of-organisation")
    public = (await institution.realm.client().get("/organisations/institution")).json()
    assert "passkeys_only" not in public


async def test_a_removed_passkey_acts_no_more(institution: Institution) -> None:
    await enter_by_passkey(institution, "device-admin")
    await institution.do("device-admin", "PUT", "/sign-in", RULE)
    client = institution.client("device-admin")
    (one,) = (await client.get("/me/passkeys")).json()
    assert (await client.delete(f"/me/passkeys/{one['id']}")).status_code == 204
    assert refusal(await institution.call("device-admin", "GET", "/staff")) == (401, "session-ended")
