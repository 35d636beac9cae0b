"""What we have to ask for comes all the same: whatever breaks, nothing is lost, and nothing has its effect twice."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.devices.institution import Institution
from tests.integration.devices.machines import Asked, Machine, Told, certify, machine_running
from tests.integration.devices.signallers import Signallers, list_phones

from reelm.devices.delivery import LEASE
from reelm.devices.listening.polling import ISSUERS_AT_ONCE
from reelm.infra.names import Names

TOKEN = "what-we-show-the-issuer"


@dataclass
class Transmitter:
    """A device management that is polled (RFC 8936). `instead` answers once in its place."""

    waiting: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, Any] = field(default_factory=dict[str, Any])
    at_once: int = 2
    instead: list[Any] = field(default_factory=list[Any])

    async def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Told(401)
        return await (self.instead.pop(0) if self.instead else self.serve)(asked)

    async def serve(self, asked: Asked) -> Told:
        told = asked.json
        for jti in (*told["ack"], *told["setErrs"]):
            self.waiting.pop(jti, None)
        self.refused |= told["setErrs"]
        most = min(self.at_once, told["maxEvents"])
        sets = dict(list(self.waiting.items())[:most])
        return Told(200, orjson.dumps({"sets": sets, "moreAvailable": len(self.waiting) > len(sets)}))


@dataclass
class Polled:
    """The institution, its device management, and where that is."""

    signallers: Signallers
    transmitter: Transmitter
    machine: Machine

    async def poll(self) -> int:
        return await self.signallers.realm.workshop.hear_signals()

    def tell(self, device: str, now: str) -> str:
        """Let something wait to be asked for; its `jti`."""
        claims = self.signallers.management.change_claims(device, now, self.signallers.realm.clock.now())
        self.transmitter.waiting[claims["jti"]] = self.signallers.management.sign(claims)
        return claims["jti"]

    async def issuer(self) -> dict[str, Any]:
        (told,) = await self.signallers.institution.do("device-admin", "GET", "/signals/issuers")
        return told


@pytest.fixture
async def polled(institution: Institution, tmp_path: Path) -> AsyncGenerator[Polled]:
    """A device management that is believed, and asked over real HTTPS."""
    transmitter = Transmitter()
    async with machine_running("mdm.example", tmp_path, transmitter.answer) as machine:
        phones = await list_phones(institution, "phone-1", "phone-2")
        signallers = Signallers(institution, await institution.publish(), phones=phones)
        signallers.reach(machine)
        added = await signallers.listen(endpoint=f"{machine.url}/poll?for=reelm", poll_token=TOKEN)
        assert (added["token"], added["push_to"]) == (None, None)
        yield Polled(signallers, transmitter, machine)


async def test_all_that_waits_is_taken_and_acknowledged(polled: Polled) -> None:
    for device in ("phone-1", "phone-2", "phone-1"):
        polled.tell(device, "not-compliant")
    assert await polled.poll() == 3
    assert polled.transmitter.waiting == polled.transmitter.refused == {}
    assert await polled.signallers.states() == {
        "phone-1": ("not-compliant", "signal"),
        "phone-2": ("not-compliant", "signal"),
    }
    asked = [one.json for one in polled.machine.asked]
    assert [(one["maxEvents"], one["returnImmediately"], len(one["ack"])) for one in asked] == [
        (100, True, 0),
        (100, True, 2),
        (0, True, 1),
    ]
    assert polled.machine.asked[0].path == "/poll?for=reelm"
    assert await polled.poll() == 0


async def test_what_waits_while_the_issuer_is_down_comes_when_it_is_up(polled: Polled) -> None:
    await polled.machine.stop()
    polled.tell("phone-1", "not-compliant")
    assert await polled.poll() == 0
    issuer = await polled.issuer()
    assert (issuer["failures"], issuer["fault"]) == (1, "unreachable")
    await polled.machine.start()
    assert await polled.poll() == 0  # it is left alone for a moment
    polled.signallers.realm.clock.advance(timedelta(minutes=1))
    assert await polled.poll() == 1
    issuer = await polled.issuer()
    assert (issuer["failures"], issuer["fault"]) == (0, None)
    assert (await polled.signallers.states())["phone-1"] == ("not-compliant", "signal")


async def test_what_was_taken_and_not_acknowledged_comes_again_and_has_no_effect(polled: Polled) -> None:
    """The worker is killed when what it took is committed, and before it has said so."""
    jti = polled.tell("phone-1", "not-compliant")
    polling = asyncio.create_task(polled.poll())

    async def give_up(asked: Asked) -> Told:
        assert asked.json["ack"] == [jti]
        polling.cancel()
        return Told(200, b"{}")

    polled.transmitter.instead = [polled.transmitter.serve, give_up]
    with pytest.raises(asyncio.CancelledError):
        await polling
    assert (await polled.signallers.states())["phone-1"] == ("not-compliant", "signal")
    assert list(polled.transmitter.waiting) == [jti]
    assert await polled.poll() == 0  # whoever had it in hand may be at work still
    polled.signallers.realm.clock.advance(LEASE)
    assert await polled.poll() == 1
    assert polled.transmitter.waiting == {}
    assert await polled.signallers.count_entries() == 1


async def test_what_is_wrong_is_refused_and_does_not_hold_up_the_rest(polled: Polled) -> None:
    mdm, now = polled.signallers.management, polled.signallers.realm.clock.now()
    polled.transmitter.waiting |= {
        "garbage": "a.b.c",
        "another": mdm.change("phone-1", "not-compliant", now),
        "elsewhere": mdm.change("phone-1", "not-compliant", now, jti="elsewhere", aud="https://x.example"),
    }
    right = polled.tell("phone-2", "compliant")
    assert await polled.poll() == 1
    errs = {jti: told["err"] for jti, told in polled.transmitter.refused.items()}
    assert errs == {"garbage": "invalid_key", "another": "invalid_request", "elsewhere": "invalid_audience"}
    assert right not in polled.transmitter.waiting
    assert await polled.signallers.states() == {"phone-1": (None, None), "phone-2": ("compliant", "signal")}


async def test_an_issuer_that_says_nonsense_is_asked_again_later(polled: Polled) -> None:
    answers = [
        *((503, b""), (200, b"no JSON"), (200, b"[]"), (200, b'{"sets": {"a": 1}}'), (302, b"")),
        (200, b'{"sets": {}}' + b" " * 4_000_000),
    ]
    for failures, (status, body) in enumerate(answers, 1):

        async def say(asked: Asked, status: int = status, body: bytes = body) -> Told:
            return Told(status, body)

        polled.transmitter.instead = [say]
        assert await polled.poll() == 0
        issuer = await polled.issuer()
        assert issuer["failures"] == failures, (status, body[:20])
        polled.signallers.realm.clock.advance(timedelta(hours=1))
    polled.tell("phone-1", "compliant")
    assert await polled.poll() == 1


async def test_however_many_issuers_there_are_each_is_asked_once(polled: Polled) -> None:
    for number in range(ISSUERS_AT_ONCE + 2):
        issuer, endpoint = f"https://mdm-{number}.example", f"{polled.machine.url}/{number}"
        await polled.signallers.listen(issuer=issuer, endpoint=endpoint, poll_token=TOKEN)
    await polled.poll()
    paths = [one.path for one in polled.machine.asked]
    assert len(paths) == len(set(paths)) == ISSUERS_AT_ONCE + 3


async def test_nobody_has_us_call_a_machine_of_our_own(polled: Polled) -> None:
    """The issuer's name leads to loopback now: nothing is sent there."""
    realm = polled.signallers.realm
    names = Names(realm.workshop.names.server, trust=realm.workshop.names.trust)
    realm.workshop = replace(realm.workshop, names=names)
    polled.tell("phone-1", "not-compliant")
    assert await polled.poll() == 0
    assert (await polled.issuer())["fault"] == "not-of-everybody"
    assert polled.machine.asked == []


async def test_a_machine_that_is_not_the_one_it_says_is_told_nothing(polled: Polled, tmp_path: Path) -> None:
    """Another one answers there, with a certificate of its own name: our token is not shown to it."""
    (other := tmp_path / "other").mkdir()
    await polled.machine.stop()
    certify("stranger.example", other)
    stranger = Machine("stranger.example", other, polled.transmitter.answer, polled.machine.port)
    await stranger.start()
    polled.signallers.reach(stranger)
    polled.tell("phone-1", "not-compliant")
    assert await polled.poll() == 0
    await stranger.stop()
    assert (await polled.issuer())["fault"] == "unreachable"
    assert stranger.asked == []
