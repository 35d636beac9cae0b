"""Who may do what for an organisation, with a decision, and on a managed device: every route, each kind of caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from tests.integration.devices.conftest import institution, realm, zones
from tests.integration.devices.gadget import Gadget
from tests.integration.devices.institution import CODE, DOMAIN, Institution, as_text
from tests.integration.devices.test_enrolled import make_device, personal_device
from tests.integration.web.published import wait_for_log
from tests.integration.world import SITE

from reelm.accounts import Role

__all__ = ["institution", "realm", "zones"]

NOBODY, ENDED, MEMBER, OPERATOR, ELSEWHERE = "nobody", "expired token", "member", "operator", "staff of another"
ADMIN, DECIDER, APPROVER, AUDITOR = "device-admin", "decider", "approver", "auditor"
_numbers = count(1)
SEATS = (AUDITOR, APPROVER, DECIDER, ADMIN)
# In this order: those who are refused first, so that what they leave behind would show.
WHO = (NOBODY, ENDED, MEMBER, OPERATOR, ELSEWHERE, *SEATS)

Expect = Callable[[str], int]


@dataclass(frozen=True)
class Call:
    """How a route is called and what each caller is answered. Ids in braces are made anew for each caller."""

    expect: Expect
    json: Mapping[str, Any] | None = None
    content: bytes | None = None
    query: str = ""
    steps: tuple[str, ...] = field(default=())


def anybody(ok: int) -> Expect:
    return lambda who: ok


def unless_ended(ok: int) -> Expect:
    """Anybody, also nobody; a token that has ended is told so."""
    return lambda who: 401 if who == ENDED else ok


def signed_in(ok: int) -> Expect:
    return lambda who: 401 if who in (NOBODY, ENDED) else ok


def seats(ok: int, *duties: str) -> Expect:
    """Whoever has one of these duties for this organisation, and nobody else."""
    return lambda who: 401 if who in (NOBODY, ENDED) else ok if who in duties else 403


def on_a_device() -> Expect:
    """Nobody without a device's pass, whoever they are."""
    return lambda who: 401


ORG, DECISION = "/api/v1/organisations/{organisation}", "/api/v1/organisations/{organisation}/decisions/{decision}"
REASON = {"reason": {"en": "Because."}}
SUSPENSION_TABLE: dict[str, Call] = {
    # What anybody may know
    "GET /api/v1/organisations": Call(anybody(200)),
    f"GET {ORG}": Call(anybody(200)),
    f"GET {ORG}/keys": Call(anybody(200)),
    "GET /api/v1/register": Call(anybody(200)),
    "GET /api/v1/register/feed.atom": Call(anybody(200)),
    "GET /api/v1/register/feed.json": Call(anybody(200)),
    "GET /api/v1/register/{decision}": Call(unless_ended(200), steps=("ask", "publish")),
    "GET /api/v1/register/{decision}/document": Call(unless_ended(200), steps=("ask", "publish")),
    "GET /api/v1/register/{decision}/differences": Call(
        unless_ended(200), query="?before=1&after=1", steps=("ask", "publish")
    ),
    # Whoever is signed in
    "GET /api/v1/register/asked": Call(signed_in(200)),
    "GET /api/v1/organisations/mine": Call(signed_in(200)),
    "POST /api/v1/organisations": Call(
        lambda who: {NOBODY: 401, ENDED: 401, OPERATOR: 201, ADMIN: 201, ELSEWHERE: 201}.get(who, 403),
        json={"code": "{fresh}", "name": "Another", "domain": "another.example"},
    ),
    "POST /api/v1/register/{decision}/replies": Call(
        lambda who: {NOBODY: 401, ENDED: 401, OPERATOR: 201}.get(who, 403), json={"words": "No."}, steps=("ask",)
    ),
    # Those who act for the organisation, each in their own duty
    f"GET {ORG}/staff": Call(seats(200, *SEATS)),
    f"PUT {ORG}/staff/{{handle}}": Call(seats(200, ADMIN), json={"duties": ["auditor"]}),
    f"GET {ORG}/sign-in": Call(seats(200, *SEATS)),
    f"PUT {ORG}/sign-in": Call(seats(200), json={"passkeys_only": True}),  # nobody whom a password let in
    f"POST {ORG}/keys": Call(seats(201, DECIDER), json={"{jwk}": ""}),
    f"DELETE {ORG}/keys/{{thumbprint}}": Call(seats(204, DECIDER)),
    f"GET {ORG}/proofs": Call(seats(200, *SEATS)),
    f"POST {ORG}/proofs": Call(seats(201, ADMIN), json={"of": "domain", "value": "www.institution.example"}),
    f"POST {ORG}/proofs/{{proof}}/check": Call(seats(202, ADMIN)),
    f"GET {ORG}/decisions": Call(seats(200, *SEATS)),
    f"POST {ORG}/decisions": Call(seats(201, DECIDER), json={"{document}": ""}),
    f"POST {DECISION}/ask": Call(seats(200, DECIDER)),
    f"POST {DECISION}/publish": Call(seats(200, DECIDER), steps=("ask",)),
    f"POST {DECISION}/reviews": Call(
        seats(200, DECIDER), json=REASON | {"until": "{later}"}, steps=("ask", "publish")
    ),
    f"POST {DECISION}/lift": Call(seats(200, DECIDER), json=REASON, steps=("ask", "publish")),
    f"GET {DECISION}/told": Call(seats(200, *SEATS)),
    f"GET {DECISION}/states": Call(seats(200, *SEATS)),
    f"GET {DECISION}/devices": Call(seats(200, *SEATS)),
    f"GET {DECISION}/audit-pack": Call(seats(200, AUDITOR, DECIDER, ADMIN)),
    f"POST {DECISION}/audit-pack": Call(seats(200, AUDITOR, DECIDER, ADMIN), json={"{probes}": ""}),
    f"GET {DECISION}/exceptions": Call(seats(200, *SEATS)),
    f"POST {DECISION}/exceptions": Call(seats(201, ADMIN, DECIDER), json={"{wish}": ""}, steps=("ask", "publish")),
    f"POST {ORG}/exceptions/{{exception}}/grant": Call(seats(200, APPROVER)),
    f"POST {ORG}/exceptions/{{exception}}/refuse": Call(seats(200, APPROVER)),
    f"POST {ORG}/exceptions/{{exception}}/revoke": Call(seats(200, APPROVER)),
    f"GET {ORG}/artefacts/{{target}}": Call(seats(200, *SEATS)),
    f"GET {ORG}/artefacts/{{target}}/{{path:path}}": Call(seats(200, *SEATS)),
    f"POST {ORG}/devices/{{device}}/code": Call(seats(201, ADMIN)),
    f"GET {ORG}/devices/{{device}}/evidence": Call(seats(200, AUDITOR, DECIDER, ADMIN)),
    f"GET {ORG}/tokens": Call(seats(200, ADMIN)),
    f"POST {ORG}/tokens": Call(seats(201, ADMIN), json={"purpose": "directory"}),
    f"GET {ORG}/zones": Call(seats(200, ADMIN)),
    f"DELETE {ORG}/tokens/{{token}}": Call(seats(204, ADMIN)),
    f"POST {ORG}/inventory": Call(
        seats(200, ADMIN), content=b"code,platform,enrolment,ownership\nmac-1,macos,device,corporate\n"
    ),
    f"GET {ORG}/people": Call(seats(200, ADMIN)),
    f"GET {ORG}/devices": Call(seats(200, ADMIN)),
    # Devices, by their code first
    "POST /api/v1/device/code": Call(anybody(200), json={"code": "{code}"}),
    "POST /api/v1/device/consent": Call(anybody(200), json={"code": "{code}"}),
    "POST /api/v1/device/enrol": Call(
        anybody(201), json={"code": "{code}", "request": "{request}", "consents": True}
    ),
    "POST /api/v1/device/pass": Call(anybody(200), json={"proof": "{device_proof}"}),
    # and by their pass from then on
    "GET /api/v1/device": Call(on_a_device()),
    "DELETE /api/v1/device": Call(on_a_device()),
    "GET /api/v1/device/policies": Call(on_a_device()),
    "POST /api/v1/device/reports": Call(on_a_device(), json={"apps": [], "at": "{later}"}),
    "POST /api/v1/device/decisions/{decision}/acknowledge": Call(on_a_device()),
    "POST /api/v1/device/decisions/{decision}/replies": Call(on_a_device(), json={"words": "No."}),
}


@pytest.mark.parametrize("route", SUSPENSION_TABLE)
async def test_who_may_suspend(route: str, institution: Institution) -> None:
    call = SUSPENSION_TABLE[route]
    tokens = await _tokens(institution)
    answers: dict[str, int] = {}
    async with institution.realm.ledger_running():
        for who in WHO:
            names = await _names(institution, route + str(call.json), call.steps)
            answer = await _send(institution.realm.client(tokens[who]), route, call, names)
            answers[who] = answer.status_code
    assert answers == {who: call.expect(who) for who in answers}


async def _tokens(institution: Institution) -> dict[str, Any]:
    """Somebody of each kind; another organisation's own staff has all duties there."""
    realm, cast = institution.realm, institution.realm.people
    boss = await realm.hire("boss", Role.DEVICE_ADMIN)
    made = await realm.client(boss).post(
        "/organisations", json={"code": "elsewhere", "name": "Elsewhere", "domain": "elsewhere.example"}
    )
    assert made.status_code == 201, made.text
    tokens: dict[str, Any] = {NOBODY: None, ENDED: cast.ended_token, MEMBER: cast.carl, OPERATOR: cast.olga}
    return {**tokens, ELSEWHERE: boss, **institution.staff}


async def _send(client: httpx.AsyncClient, route: str, call: Call, names: Mapping[str, Any]) -> httpx.Response:
    method, _, path = route.partition(" ")
    address = SITE + (path + call.query).replace(":path", "").format(**names)
    if call.json is None:
        return await client.request(method, address, content=call.content)
    whole = next((names[key[1:-1]] for key in call.json if key.startswith("{")), None)
    body = whole or {
        key: value.format(**names) if isinstance(value, str) else value for key, value in call.json.items()
    }
    return await client.request(method, address, json=body)


async def _names(institution: Institution, wanted: str, steps: tuple[str, ...]) -> dict[str, Any]:
    """What stands for the parts in braces, made anew."""
    later = institution.realm.clock.now() + timedelta(days=100)
    names: dict[str, Any] = {"organisation": CODE, "handle": "ben", "later": as_text(later), "target": "hosts"}
    names |= {"path": "hosts", "fresh": f"fresh-{next(_numbers)}"}
    if "{jwk}" in wanted:
        names["jwk"] = dict(ECKey.generate_key("P-256").as_dict(private=False))
    if "{thumbprint}" in wanted:
        key = ECKey.generate_key("P-256")
        await institution.do("decider", "POST", "/keys", dict(key.as_dict(private=False)))
        names["thumbprint"] = key.thumbprint()
    if "{proof}" in wanted:
        proofs = await institution.do("auditor", "GET", "/proofs")
        names["proof"] = next(one["id"] for one in proofs if one["value"] == DOMAIN)
    if "{document}" in wanted:
        names["document"] = institution.decide(app__domains=["another.example"], app__apple=[], app__android=["a.b"])
    if "{decision}" in wanted or "{wish}" in wanted or "{exception}" in wanted:
        names |= await _decision(institution, wanted, steps)
    return names | await _device(institution, wanted)


async def _decision(institution: Institution, wanted: str, steps: tuple[str, ...]) -> dict[str, Any]:
    """A decision that has come as far as the call needs it; what was there before is lifted."""
    for line in await institution.do("decider", "GET", "/decisions"):
        if line["state"] in ("published", "in-force"):
            await institution.do("decider", "POST", f"/decisions/{line['id']}/lift", REASON)
    id = await institution.file()
    for step in ("ask", "publish") if "{exception}" in wanted else steps:
        await institution.do("decider", "POST", f"/decisions/{id}/{step}")
    names: dict[str, Any] = {"decision": id}
    if "{probes}" in wanted:
        (line,) = (one for one in await institution.do("decider", "GET", "/decisions") if one["id"] == id)
        names["probes"] = {"kind": "suspension-probes", "v": 1, "decision": f"urn:uuid:{id}", "probes": []}
        names["probes"] |= {"sha256": line["sha256"], "at": as_text(institution.realm.clock.now())}
    if "{wish}" in wanted or "{exception}" in wanted:
        device = await make_device(institution, f"laptop-{id[-12:]}")
        until = as_text(institution.realm.clock.now() + timedelta(days=30))
        wish = {"device": device, "purpose": "supervision", "mitigations": [0], "until": until}
        names["wish"] = wish
        if "{exception}" in wanted:
            asked = await institution.do("device-admin", "POST", f"/decisions/{id}/exceptions", wish)
            names["exception"] = asked["id"]
    return names


async def _device(institution: Institution, wanted: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    if "{device}" in wanted:
        names["device"] = await make_device(institution, f"laptop-{next(_numbers)}")
        await wait_for_log(institution.realm)
    if "{token}" in wanted:
        await institution.open_directory()
        names["token"] = (await institution.do("device-admin", "GET", "/tokens"))[0]["id"]
    if "{code}" in wanted or "{device_proof}" in wanted:
        device = await personal_device(institution, f"eve{next(_numbers)}")
        names["code"] = (await institution.do("device-admin", "POST", f"/devices/{device}/code"))["code"]
        gadget = Gadget(institution.realm, device)
        names["request"] = gadget.request()
        if "{device_proof}" in wanted:
            assert (await gadget.enrol(names["code"])).status_code == 201
            names["device_proof"] = gadget.proof()
    return names
