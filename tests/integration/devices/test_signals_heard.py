"""What a device management pushes to us is believed as far as it may be, has its effect once, and is else refused."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.integration.access.journeys import refusal
from tests.integration.devices.institution import CODE
from tests.integration.devices.signallers import EVENTS, Signallers, list_phones
from tests.integration.devices.tokens import CHANGE, UPDATED, VERIFICATION, Management, ec_key
from tests.integration.world import SITE

WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)


async def test_a_device_stands_as_its_management_says_and_the_log_tells(signallers: Signallers) -> None:
    assert await signallers.states() == {"phone-1": (None, None), "phone-2": (None, None)}
    await signallers.tell("phone-1", "not-compliant")
    await signallers.tell("phone-2", "compliant")
    assert await signallers.states() == {
        "phone-1": ("not-compliant", "signal"),
        "phone-2": ("compliant", "signal"),
    }
    signallers.realm.clock.advance(MINUTE)
    await signallers.tell("phone-1", "compliant")
    assert (await signallers.states())["phone-1"] == ("compliant", "signal")
    assert await signallers.count_entries() == 3


async def test_of_a_decision_that_asks_nothing_of_the_management_nothing_is_said(signallers: Signallers) -> None:
    apart: dict[str, Any] = {
        "app__domains": ["other.example"],
        "app__apple": ["example.other"],
        "app__android": ["example.other"],
    }
    other = await signallers.institution.publish(**apart, measures=["remove"])
    await signallers.tell("phone-1", "not-compliant")
    await signallers.tell("phone-2", "compliant")
    assert set((await signallers.states(other)).values()) == {(None, None)}


async def test_a_token_that_comes_again_is_taken_and_has_no_effect(signallers: Signallers) -> None:
    now = signallers.realm.clock.now()
    first = signallers.management.change("phone-1", "not-compliant", now)
    assert (await signallers.push(first)).status_code == 202
    signallers.realm.clock.advance(MINUTE)
    await signallers.tell("phone-1", "compliant")
    known = await signallers.count_entries()
    signallers.realm.clock.advance(WEEK - 2 * MINUTE)
    await signallers.realm.workshop.jobs["cell.sweep"]({})  # what was heard is not forgotten before it is too old
    swept = await signallers.count_entries()
    answer = await signallers.push(first)
    assert (answer.status_code, answer.content) == (202, b"")
    assert await signallers.count_entries() == swept
    assert swept == known + 2  # both are stale by then


async def test_what_is_older_than_what_is_known_changes_nothing(signallers: Signallers) -> None:
    late = signallers.management.change("phone-1", "not-compliant", signallers.realm.clock.now())
    signallers.realm.clock.advance(MINUTE)
    await signallers.tell("phone-1", "compliant")
    assert (await signallers.push(late)).status_code == 202
    assert (await signallers.states())["phone-1"] == ("compliant", "signal")


async def test_of_a_device_that_nobody_has_nothing_is_written_down(signallers: Signallers) -> None:
    await signallers.tell("nobody's", "not-compliant")
    assert await signallers.count_entries() == 0


def _forged(signallers: Signallers, name: str) -> str:
    """A token that is wrong in one way."""
    mdm, now = signallers.management, signallers.realm.clock.now()
    right = mdm.change_claims("phone-1", "not-compliant", now)
    head, body, signature = mdm.sign(right).split(".")
    tokens = {
        "invalid_key a stranger's": lambda: mdm.sign(right, key=ec_key()),
        "invalid_key unsigned": lambda: mdm.sign(right, key="", alg="none"),
        "invalid_key by the public key as a secret": lambda: mdm.sign_as_secret(right),
        "invalid_key another kind of token": lambda: mdm.sign(right, typ="at+jwt"),
        "invalid_key by a key of no name": lambda: mdm.sign(right, kid="mdm-2"),
        "invalid_key another body": lambda: f"{head}.{body[:-4]}AAAA.{signature}",
        "invalid_audience for another": lambda: mdm.sign(right | {"aud": f"{SITE}/signals/other"}),
        "invalid_audience for nobody": lambda: mdm.sign(right | {"aud": []}),
        "invalid_issuer by another name": lambda: mdm.sign(right | {"iss": "https://other.example"}),
        "invalid_issuer about another's device": lambda: mdm.sign(
            right | {"sub_id": Management(issuer="https://other.example").subject("phone-1")}
        ),
        "invalid_request from the future": lambda: mdm.change("phone-1", "not-compliant", now + 6 * MINUTE),
        "invalid_request too old": lambda: mdm.change("phone-1", "not-compliant", now - WEEK - MINUTE),
        "invalid_request without a number": lambda: mdm.sign({k: v for k, v in right.items() if k != "jti"}),
        "invalid_request of another event": lambda: mdm.sign(right | {"events": {"urn:x": {}}}),
        "invalid_request of two events": lambda: mdm.sign(right | {"events": right["events"] | {"urn:x": {}}}),
        "invalid_request of no device": lambda: mdm.sign(right | {"sub_id": {"format": "opaque", "id": "x"}}),
        "invalid_request of a third word": lambda: mdm.sign(
            right | {"events": {CHANGE: right["events"][CHANGE] | {"current_status": "exempt"}}}
        ),
        "invalid_request with a NUL": lambda: mdm.change("phone-1\0", "not-compliant", now),
    }
    return tokens[name]()


_FORGED = [
    *("invalid_key a stranger's", "invalid_key unsigned", "invalid_key by the public key as a secret"),
    *("invalid_key another kind of token", "invalid_key by a key of no name", "invalid_key another body"),
    *("invalid_audience for another", "invalid_audience for nobody", "invalid_issuer by another name"),
    *("invalid_issuer about another's device", "invalid_request from the future", "invalid_request too old"),
    *("invalid_request without a number", "invalid_request of another event", "invalid_request of two events"),
    *("invalid_request of no device", "invalid_request of a third word", "invalid_request with a NUL"),
]


async def test_what_is_forged_skewed_or_for_another_is_refused_by_its_code(signallers: Signallers) -> None:
    for name in _FORGED:
        answer = await signallers.push(_forged(signallers, name), **{"Accept-Language": "fr-CA"})
        assert (answer.status_code, answer.json()["err"]) == (400, name.split(" ")[0]), name
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-language"] == "fr-CA"
    assert await signallers.count_entries() == 0
    assert set((await signallers.states()).values()) == {(None, None)}


async def test_a_clock_that_is_a_little_ahead_or_a_week_behind_is_heard(signallers: Signallers) -> None:
    now = signallers.realm.clock.now()
    for at in (now + 4 * MINUTE, now - WEEK + MINUTE):
        answer = await signallers.push(signallers.management.change("phone-1", "compliant", at))
        assert answer.status_code == 202, answer.text


async def test_who_shows_no_token_or_anothers_is_refused(signallers: Signallers) -> None:
    token = signallers.management.change("phone-1", "not-compliant", signallers.realm.clock.now())
    dina = signallers.institution.staff["device-admin"].token
    for shown in ("", "Bearer", "Bearer nobody's", f"Bearer {dina}", f"Basic {signallers.token}"):
        answer = await signallers.push(token, Authorization=shown)
        assert (answer.status_code, answer.json()["err"]) == (400, "authentication_failed"), shown
    for code in ("other", "streams", "x" * 200, "%00", "é"):
        answer = await signallers.push(token, f"{SITE}/signals/{code}/events")
        assert (answer.status_code, answer.json()["err"]) == (400, "authentication_failed"), code
    assert await signallers.count_entries() == 0


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\0", b"..", b"a.b.c", b"\xff\xfe", b"{}", b"[]", b"null", "é.é.é".encode()),
        *(b"." * 16_000, b"e30.e30.e30", b"eyJhbGciOiJFUzI1NiJ9.e30.AA", b"A" * 16 * 1024),
        b"eyJhbGciOiJFUzI1NiIsImtpZCI6Im1kbS0xIiwidHlwIjoic2VjZXZlbnQrand0IiwiYjY0IjpmYWxzZX0.e30.AA",
    ],
    ids=lambda body: str(body[:20]),
)
async def test_garbage_is_refused_as_rfc_8935_has_it(signallers: Signallers, body: bytes) -> None:
    answer = await signallers.push(body)
    assert answer.status_code == 400
    assert answer.json()["err"] in {"invalid_request", "invalid_key"}


@pytest.mark.parametrize("size", [16 * 1024 + 1, 1_000_000, 3_000_000])
async def test_a_token_that_is_too_long_is_refused_with_how_long_it_may_be(signallers: Signallers, size: int) -> None:
    answer = await signallers.push(b"A" * size)
    limit = 16 * 1024 if size < 2 * 1024 * 1024 else 2 * 1024 * 1024
    assert refusal(answer) == (413, "body-too-large")
    assert (answer.headers["content-type"], answer.json()["limit_bytes"]) == ("application/problem+json", limit)
    assert "Send less" in answer.json()["detail"]
    stranger = await signallers.push(b"A" * 20_000, Authorization="Bearer nobody's")
    assert (stranger.status_code, stranger.json()["err"]) == (400, "authentication_failed")


async def test_a_token_is_sent_as_what_it_is(signallers: Signallers) -> None:
    token = signallers.management.change("phone-1", "compliant", signallers.realm.clock.now())
    for kind in ("application/json", "", "text/plain"):
        answer = await signallers.push(token, **{"Content-Type": kind})
        assert (answer.status_code, answer.json()["err"]) == (400, "invalid_request"), kind
    right = await signallers.push(token, **{"Content-Type": "Application/SecEvent+JWT; charset=us-ascii"})
    assert right.status_code == 202


async def test_the_sessions_of_a_device_end_and_no_others(signallers: Signallers) -> None:
    realm = signallers.realm
    noor, ben = await realm.sign_up("noor"), realm.people.ben
    elsewhere = await realm.sign_in("noor", noor.password)
    for code, who in (("phone-1", noor), ("phone-2", ben)):
        gadget = await signallers.institution.enrol(str(signallers.phones[code]))
        assert (await gadget.show_key(session=who)).status_code == 200
    revoked = signallers.management.revoke("phone-1", realm.clock.now())
    assert (await signallers.push(revoked)).status_code == 202
    sessions = {"on it": noor.token, "the same person's": elsewhere, "on another": ben.token}
    answers = {name: (await realm.client(token).get("/me")).status_code for name, token in sessions.items()}
    assert answers == {"on it": 401, "the same person's": 200, "on another": 200}
    left = await realm.rows("SELECT device_id FROM device_sessions")
    assert [row["device_id"] for row in left] == [signallers.phones["phone-2"]]


async def test_a_session_that_was_opened_after_it_stays(signallers: Signallers) -> None:
    realm, before = signallers.realm, signallers.realm.clock.now()
    gadget = await signallers.institution.enrol(str(signallers.phones["phone-1"]))
    realm.clock.advance(timedelta(hours=1))
    noor = await realm.sign_up("noor")
    await gadget.show_key(session=noor)
    assert (await signallers.push(signallers.management.revoke("phone-1", before))).status_code == 202
    assert (await realm.client(noor).get("/me")).status_code == 200


async def test_a_verification_and_news_of_the_stream_are_written_down(signallers: Signallers) -> None:
    mdm, now = signallers.management, signallers.realm.clock.now()
    stream = {"format": "opaque", "id": "stream-7"}
    verified = mdm.claims(VERIFICATION, {"state": "state-7"}, now, sub_id=stream)
    paused = mdm.claims(UPDATED, {"status": "paused", "reason": "licence"}, now, sub_id=stream)
    for claims in (verified, paused):
        assert (await signallers.push(mdm.sign(claims))).status_code == 202
    (issuer,) = await signallers.institution.do("auditor", "GET", "/signals/issuers")
    assert (issuer["verified_state"], issuer["stream_status"]) == ("state-7", "paused")
    assert issuer["heard_at"] == issuer["verified_at"] is not None


async def test_keys_change_and_the_old_ones_are_believed_no_more(signallers: Signallers) -> None:
    (issuer,) = await signallers.institution.do("device-admin", "GET", "/signals/issuers")
    newer = Management(key=rsa.generate_private_key(public_exponent=65537, key_size=2048), kid="mdm-2")
    path = f"/signals/issuers/{issuer['id']}/keys"
    told = await signallers.institution.do("device-admin", "PUT", path, {"jwks": newer.jwks})
    assert told["keys"] == ["mdm-2"]
    old = await signallers.push(signallers.management.change("phone-1", "compliant", signallers.realm.clock.now()))
    assert old.json()["err"] == "invalid_key"
    signallers.management = newer  # RS256, as CAEP's interoperability profile has it
    await signallers.tell("phone-1", "compliant")


async def test_an_issuer_that_was_taken_back_is_refused(signallers: Signallers) -> None:
    (issuer,) = await signallers.institution.do("device-admin", "GET", "/signals/issuers")
    await signallers.institution.do("device-admin", "DELETE", f"/signals/issuers/{issuer['id']}")
    again = await signallers.institution.call("device-admin", "DELETE", f"/signals/issuers/{issuer['id']}")
    assert refusal(again) == (404, "issuer-not-found")
    answer = await signallers.push(signallers.management.change("phone-1", "compliant", signallers.realm.clock.now()))
    assert answer.json()["err"] == "authentication_failed"


async def test_one_management_of_two_organisations_speaks_of_each_apart(signallers: Signallers) -> None:
    """The same issuer, keys and device code elsewhere: what is addressed to one is refused by the other."""
    realm, dina = signallers.realm, signallers.institution.client("device-admin")
    made = await dina.post("/organisations", json={"code": "other", "name": "Other", "domain": "other.example"})
    assert made.status_code == 201
    await list_phones(signallers.institution, "phone-1", organisation="other")
    form = {"issuer": signallers.management.issuer, "jwks": signallers.management.jwks}
    added = (await dina.post("/organisations/other/signals/issuers", json=form)).json()
    assert (added["push_to"], added["audience"]) == (
        "https://reelm.example/signals/other/events",
        "https://reelm.example/signals/other",
    )
    mine = signallers.management.change("phone-1", "not-compliant", realm.clock.now())
    theirs = {"Authorization": f"Bearer {added['token']}"}
    crossed = await signallers.push(mine, EVENTS.replace(CODE, "other"), **theirs)
    assert (crossed.status_code, crossed.json()["err"]) == (400, "invalid_audience")
    assert (await signallers.push(mine, EVENTS, **theirs)).json()["err"] == "authentication_failed"
    assert (await signallers.push(mine)).status_code == 202


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"issuer": "http://mdm.example"}, (422, "issuer-not-taken")),
        ({"issuer": "https://10.0.0.1"}, (422, "issuer-not-taken")),
        ({"issuer": "https://mdm.example/?a=b"}, (422, "issuer-not-taken")),
        ({"endpoint": "https://mdm2.example/poll"}, (422, "issuer-not-taken")),
        ({"endpoint": "https://localhost/poll", "poll_token": "t"}, (422, "issuer-not-taken")),
        ({"poll_token": "t"}, (422, "issuer-not-taken")),
        ({"jwks": {}}, (422, "keys-malformed")),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, (422, "keys-malformed")),
        ({"jwks": {"keys": [1]}}, (422, "keys-malformed")),
        ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "A", "y": "A"}]}}, (422, "keys-malformed")),
        ({"issuer": "https://mdm.example"}, (409, "issuer-taken")),
    ],
    ids=str,
)
async def test_an_issuer_that_cannot_be_heard_is_not_taken(
    signallers: Signallers, told: dict[str, Any], expected: tuple[int, str]
) -> None:
    form = {"issuer": "https://mdm2.example", "jwks": signallers.management.jwks} | told
    assert refusal(await signallers.institution.call("device-admin", "POST", "/signals/issuers", form)) == expected
