"""What a receiver may do with its stream, and what it may not, as the Shared Signals Framework has it."""

from typing import Any

import pytest
from tests.integration.access.journeys import refusal
from tests.integration.devices.receivers import POLL, PUSH, THEM, US, Receiver
from tests.integration.devices.tokens import CHANGE
from tests.integration.world import SITE


async def test_a_receiver_finds_all_it_needs_from_the_well_known_address(receiver: Receiver) -> None:
    told = (await receiver.realm.client().get(f"{SITE}/.well-known/ssf-configuration")).json()
    assert (told["spec_version"], told["issuer"]) == ("1_0", US)
    assert told["delivery_methods_supported"] == [PUSH, POLL]
    endpoints = {name: value for name, value in told.items() if name.endswith(("_endpoint", "_uri"))}
    assert len(endpoints) == 4
    for name, address in endpoints.items():
        method = "POST" if name == "verification_endpoint" else "GET"
        answer = await receiver.realm.client().request(method, address.replace(US, SITE))
        assert answer.status_code == (200 if name == "jwks_uri" else 401), address
    keys = (await receiver.realm.client().get(told["jwks_uri"].replace(US, SITE))).json()["keys"]
    assert [(key["kty"], key["crv"], "d" in key) for key in keys] == [("EC", "P-256", False)]


async def test_nobody_hears_of_another_organisations_devices(receiver: Receiver) -> None:
    dina = receiver.signallers.institution.client("device-admin")
    await dina.post("/organisations", json={"code": "other", "name": "Other", "domain": "other.example"})
    added = (await dina.post("/organisations/other/signals/receivers", json={"audience": THEM})).json()
    other = Receiver(receiver.signallers, added["token"])
    mine, theirs = await receiver.make(), await other.make()
    await receiver.report("phone-1", has_app=True)
    assert (await other.poll(theirs)).sets == {}
    assert len((await receiver.poll(mine)).sets) == 1
    for method, path, form in (
        ("GET", f"/streams?stream_id={mine}", None),
        ("DELETE", f"/streams?stream_id={mine}", None),
        ("PATCH", "/streams", {"stream_id": mine}),
        ("PUT", "/streams", {"stream_id": mine}),
        ("GET", f"/status?stream_id={mine}", None),
        ("POST", "/status", {"stream_id": mine, "status": "disabled"}),
        ("POST", "/verify", {"stream_id": mine}),
        ("POST", f"/streams/{mine}/poll", {}),
    ):
        assert refusal(await other.call(method, path, form)) == (404, "stream-not-found"), path


async def test_a_stream_is_made_read_changed_and_ended(receiver: Receiver) -> None:
    assert await receiver.do("GET", "/streams") == []
    made = await receiver.do("POST", "/streams", {"events_requested": [CHANGE, "urn:x"], "description": "SIEM"})
    stream = made["stream_id"]
    assert made == {
        "stream_id": stream,
        "iss": US,
        "aud": THEM,
        "events_supported": [CHANGE],
        "events_requested": [CHANGE, "urn:x"],
        "events_delivered": [CHANGE],
        "delivery": {"method": POLL, "endpoint_url": f"{US}/signals/streams/{stream}/poll"},
        "min_verification_interval": 60,
        "description": "SIEM",
    }
    assert refusal(await receiver.call("POST", "/streams", {})) == (409, "stream-taken")
    assert await receiver.do("GET", f"/streams?stream_id={stream}") == made
    pushed = {"method": PUSH, "endpoint_url": f"{THEM}/in", "authorization_header": "Bearer secret"}
    changed = await receiver.do("PATCH", "/streams", {"stream_id": stream, "delivery": pushed, "aud": [THEM]})
    assert changed["delivery"] == {"method": PUSH, "endpoint_url": f"{THEM}/in"}
    assert (changed["description"], changed["events_requested"]) == ("SIEM", [CHANGE, "urn:x"])
    replaced = await receiver.do("PUT", "/streams", {"stream_id": stream, "events_requested": ["urn:x"]})
    assert (replaced["delivery"]["method"], replaced["events_delivered"]) == (POLL, [])
    assert "description" not in replaced
    await receiver.report("phone-1", has_app=True)
    assert (await receiver.poll(stream)).sets == {}
    await receiver.do("DELETE", f"/streams?stream_id={stream}")
    assert refusal(await receiver.call("GET", f"/streams?stream_id={stream}")) == (404, "stream-not-found")
    again = await receiver.make()
    assert again != stream


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"delivery": {"method": "urn:x"}}, "delivery.method"),
        ({"delivery": {"method": PUSH}}, "delivery.endpoint_url"),
        ({"delivery": {"method": PUSH, "endpoint_url": "http://siem.example/in"}}, "delivery.endpoint_url"),
        ({"delivery": {"method": PUSH, "endpoint_url": "https://127.0.0.1/in"}}, "delivery.endpoint_url"),
        (
            {"delivery": {"method": PUSH, "endpoint_url": f"{THEM}/in", "authorization_header": "a\r\nHost: b"}},
            "delivery.authorization_header",
        ),
        ({"delivery": 1}, "delivery"),
        ({"events_requested": "all"}, "events_requested"),
        ({"description": "a\0b"}, "description"),
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": "https://other.example"}, "aud"),
        ({"events_delivered": ["urn:x"]}, "events_delivered"),
        ([], "body"),
    ],
    ids=str,
)
async def test_a_stream_that_we_have_not_is_refused(receiver: Receiver, form: Any, where: str) -> None:
    answer = await receiver.call("POST", "/streams", form)
    assert refusal(answer) == (400, "stream-request-malformed")
    assert answer.json()["where"] == where


async def test_what_is_too_long_of_a_receiver_is_refused_with_how_long_it_may_be(receiver: Receiver) -> None:
    answer = await receiver.call("POST", "/streams", {"description": "a" * 64 * 1024})
    assert refusal(answer) == (413, "body-too-large")
    assert answer.json()["limit_bytes"] == 64 * 1024


async def test_who_shows_no_token_or_one_that_was_taken_back_is_told_nothing(receiver: Receiver) -> None:
    stream = await receiver.make()
    (known,) = await receiver.signallers.institution.do("device-admin", "GET", "/signals/receivers")
    dina = receiver.signallers.institution.staff["device-admin"].token
    for token in ("", "nobody's", dina):
        receiver.token, kept = token, receiver.token
        assert refusal(await receiver.call("POST", f"/streams/{stream}/poll", {})) == (401, "receiver-unknown")
        receiver.token = kept
    institution = receiver.signallers.institution
    same = await institution.call("device-admin", "POST", "/signals/receivers", {"audience": THEM})
    assert refusal(same) == (409, "receiver-taken")
    await institution.do("device-admin", "DELETE", f"/signals/receivers/{known['id']}")
    assert refusal(await receiver.call("GET", "/streams")) == (401, "receiver-unknown")
    gone = await institution.call("device-admin", "DELETE", f"/signals/receivers/{known['id']}")
    assert refusal(gone) == (404, "receiver-not-found")
