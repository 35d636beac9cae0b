"""Whoever an organisation lets hear of its devices hears of every change, at least once, whatever is down."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.access.journeys import refusal
from tests.integration.devices.machines import Asked, Machine, Told, machine_running
from tests.integration.devices.receivers import PUSH, THEM, US, Receiver, Taken
from tests.integration.devices.tokens import AUDIENCE, CHANGE, UPDATED, VERIFICATION, read_told
from tests.integration.world import SITE

from reelm.devices import Act, reporting
from reelm.devices.reporting import Said
from reelm.infra.names import Names

DAY = timedelta(days=1)


@dataclass
class Pushed:
    """A receiver that is pushed to, and the machine where it listens: what it has taken, and how it answers."""

    receiver: Receiver
    machine: Machine
    statuses: list[int] = field(default_factory=list[int])
    tokens: list[str] = field(default_factory=list[str])

    async def answer(self, asked: Asked) -> Told:
        self.tokens.append(asked.body.decode())
        return Told(self.statuses.pop(0) if self.statuses else 202)

    async def send(self) -> int:
        return await self.receiver.realm.workshop.send_signals()

    async def read(self) -> Taken:
        """All that came, in order; what came twice is there twice."""
        keys, now = self.receiver.jwks, self.receiver.now
        sets = [read_told(one, keys, audience=THEM, issuer=US, now=now) for one in self.tokens]
        return Taken({f"{number} {one['jti']}": one for number, one in enumerate(sets)}, more=False)


@pytest.fixture
async def pushed(receiver: Receiver, tmp_path: Path) -> AsyncGenerator[Pushed]:
    """Over real HTTPS."""
    answers: list[Pushed] = []

    async def answer(asked: Asked) -> Told:
        return await answers[0].answer(asked)

    async with machine_running("siem.example", tmp_path, answer) as machine:
        answers.append(Pushed(receiver, machine))
        receiver.signallers.reach(machine)
        receiver.jwks = (await receiver.realm.client().get(f"{SITE}/signals/jwks.json")).json()
        delivery = {"method": PUSH, "endpoint_url": f"{machine.url}/in", "authorization_header": "Bearer theirs"}
        await receiver.make(delivery=delivery)
        yield answers[0]


async def test_every_change_is_told_with_its_reason_in_the_decisions_languages(receiver: Receiver) -> None:
    stream = await receiver.make()
    await receiver.report("phone-1", has_app=True)
    await receiver.report("phone-2", has_app=False)
    receiver.realm.clock.advance(timedelta(minutes=1))
    await receiver.report("phone-1", has_app=False)
    await receiver.report("phone-1", has_app=False)  # which is no news
    told = await receiver.poll(stream)
    assert told.changes() == [
        ("phone-1", "not-compliant", "not-compliant"),
        ("phone-2", "not-compliant", "compliant"),
        ("phone-1", "not-compliant", "compliant"),
    ]
    first = next(iter(told.sets.values()))
    assert first["sub_id"]["device"] == {"format": "iss_sub", "iss": US, "sub": "phone-1"}
    assert first["sub_id"]["tenant"] == {"format": "opaque", "id": "institution"}
    reason = first["events"][CHANGE]["reason_admin"]
    assert set(reason) == {"en", "fr-CA"}
    assert reason["en"].startswith(f"Reelm: the app is on the device (urn:uuid:{receiver.signallers.id})")
    assert "l’application est sur l’appareil" in reason["fr-CA"]
    assert first["events"][CHANGE]["initiating_entity"] == "policy"
    assert not {"exp", "sub"} & first.keys()


async def test_what_is_not_committed_is_not_told(receiver: Receiver) -> None:
    stream = await receiver.make()

    async def report_and_fail() -> None:
        async with receiver.realm.cell.database.write() as unit:
            said = Said(
                receiver.signallers.phones["phone-1"], UUID(receiver.signallers.id), True, receiver.now, "agent"
            )
            assert await reporting.note(Act(unit, receiver.realm.settings.realm, receiver.now), [said])
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        await report_and_fail()
    assert (await receiver.poll(stream)).sets == {}


async def test_what_grows_stale_is_told_too(receiver: Receiver) -> None:
    await receiver.report("phone-1", has_app=False)
    stream = await receiver.make()
    receiver.realm.clock.advance(2 * DAY)
    await receiver.realm.workshop.jobs["cell.sweep"]({})
    told = await receiver.poll(stream)
    assert sorted(told.changes()) == [
        ("phone-1", "compliant", "not-compliant"),
        ("phone-2", "not-compliant", "not-compliant"),
    ]
    reasons = {one["events"][CHANGE]["reason_admin"]["en"] for one in told.sets.values()}
    assert all("nothing was heard of the device for a day" in one for one in reasons)


async def test_what_is_not_acknowledged_comes_again_under_the_same_number(receiver: Receiver) -> None:
    stream = await receiver.make()
    for device in ("phone-1", "phone-2"):
        await receiver.report(device, has_app=True)
    first = await receiver.poll(stream, maxEvents=1)
    again = await receiver.poll(stream, maxEvents=1)
    assert (list(first.sets), first.more) == (list(again.sets), again.more) == (list(first.sets), True)
    second = await receiver.poll(stream, ack=list(first.sets))
    assert (len(second.sets), second.more, second.sets.keys() & first.sets.keys()) == (1, False, set())
    refused = {jti: {"err": "invalid_request", "description": "No."} for jti in second.sets}
    last = await receiver.poll(stream, setErrs=refused, ack=["not-ours", *first.sets], maxEvents=0)
    assert (last.sets, last.more) == ({}, False)
    assert (await receiver.watched())["fault"] == "refused: invalid_request"
    assert (await receiver.watched())["waiting"] == 0


async def test_what_one_reelm_tells_another_takes(receiver: Receiver) -> None:
    """By the same words it hears of itself here: of the tokens' form, not of their sense."""
    receiver.signallers.management.issuer = US
    institution = receiver.signallers.institution
    added = await institution.do("device-admin", "POST", "/signals/receivers", {"audience": AUDIENCE})
    other = Receiver(receiver.signallers, added["token"], AUDIENCE)
    stream = await other.make()
    keys = (await other.realm.client().get(f"{SITE}/signals/jwks.json")).json()
    issuer = await institution.do("device-admin", "POST", "/signals/issuers", {"issuer": US, "jwks": keys})
    other.signallers.token = issuer["token"]
    await other.report("phone-1", has_app=True)
    await other.do("POST", "/verify", {"stream_id": stream, "state": "s"})
    told = await other.do("POST", f"/streams/{stream}/poll", {})
    assert len(told["sets"]) == 2
    for token in told["sets"].values():
        assert (await other.signallers.push(token)).status_code == 202
    assert (await other.signallers.states())["phone-1"] == ("not-compliant", "signal")


async def test_what_waits_while_a_receiver_is_down_comes_when_it_is_up(pushed: Pushed) -> None:
    await pushed.machine.stop()
    for device, has_app in (("phone-1", True), ("phone-2", True), ("phone-1", False)):
        await pushed.receiver.report(device, has_app=has_app)
        pushed.receiver.realm.clock.advance(timedelta(seconds=1))
    assert await pushed.send() == 0
    watched = await pushed.receiver.watched()
    assert (watched["failures"], watched["fault"], watched["waiting"]) == (1, "unreachable", 3)
    await pushed.machine.start()
    assert await pushed.send() == 0  # it is left alone for a moment
    pushed.receiver.realm.clock.advance(timedelta(minutes=1))
    assert await pushed.send() == 3
    assert [change[::2] for change in (await pushed.read()).changes()] == [
        ("phone-1", "not-compliant"),
        ("phone-2", "not-compliant"),
        ("phone-1", "compliant"),
    ]
    watched = await pushed.receiver.watched()
    assert (watched["failures"], watched["fault"], watched["waiting"]) == (0, None, 0)
    asked = pushed.machine.asked[0]
    assert asked.headers["content-type"] == "application/secevent+jwt"
    assert asked.headers["authorization"] == "Bearer theirs"
    assert asked.headers["host"] == pushed.machine.url.removeprefix("https://")


@pytest.mark.parametrize("status", [500, 400, 200, 302])
async def test_what_was_not_said_to_be_taken_is_sent_again_under_the_same_number(pushed: Pushed, status: int) -> None:
    pushed.statuses = [202, status]
    for device in ("phone-1", "phone-2"):
        await pushed.receiver.report(device, has_app=True)
    assert await pushed.send() == 1
    pushed.receiver.realm.clock.advance(timedelta(minutes=1))
    assert await pushed.send() == 1
    told = [one["jti"] for one in (await pushed.read()).sets.values()]
    assert (len(told), len(set(told)), told[1]) == (3, 2, told[2])


async def test_nobody_has_us_call_a_machine_of_our_own(pushed: Pushed) -> None:
    realm = pushed.receiver.realm
    names = Names(realm.workshop.names.server, trust=realm.workshop.names.trust)
    realm.workshop = replace(realm.workshop, names=names)
    await pushed.receiver.report("phone-1", has_app=True)
    assert await pushed.send() == 0
    assert (await pushed.receiver.watched())["fault"] == "not-of-everybody"
    assert pushed.machine.asked == []


async def test_a_paused_stream_is_held_and_a_disabled_one_is_empty(receiver: Receiver) -> None:
    stream = await receiver.make()
    paused = await receiver.do("POST", "/status", {"stream_id": stream, "status": "paused", "reason": "moving"})
    assert paused == {"stream_id": stream, "status": "paused", "reason": "moving"}
    await receiver.report("phone-1", has_app=True)
    assert (await receiver.poll(stream)).sets == {}
    await receiver.do("POST", "/status", {"stream_id": stream, "status": "enabled"})
    assert len((await receiver.poll(stream)).sets) == 1
    await receiver.do("POST", "/status", {"stream_id": stream, "status": "disabled"})
    await receiver.report("phone-2", has_app=True)
    await receiver.do("POST", "/status", {"stream_id": stream, "status": "enabled"})
    assert (await receiver.poll(stream)).sets == {}
    assert await receiver.do("GET", f"/status?stream_id={stream}") == {"stream_id": stream, "status": "enabled"}


async def test_a_paused_stream_is_not_pushed(pushed: Pushed) -> None:
    (stream,) = await pushed.receiver.do("GET", "/streams")
    await pushed.receiver.do("POST", "/status", {"stream_id": stream["stream_id"], "status": "paused"})
    await pushed.receiver.report("phone-1", has_app=True)
    assert await pushed.send() == 0
    await pushed.receiver.do("POST", "/status", {"stream_id": stream["stream_id"], "status": "enabled"})
    assert await pushed.send() == 1


async def test_what_nobody_takes_for_a_week_ends_the_stream_which_is_told(pushed: Pushed) -> None:
    await pushed.machine.stop()
    await pushed.receiver.report("phone-1", has_app=True)
    pushed.receiver.realm.clock.advance(7 * DAY)
    await pushed.send()
    assert (await pushed.receiver.watched())["status"] == "enabled"
    pushed.receiver.realm.clock.advance(timedelta(hours=1))
    await pushed.machine.start()
    assert await pushed.send() == 1
    told = list((await pushed.read()).sets.values())
    assert [one["events"] for one in told] == [
        {UPDATED: {"status": "disabled", "reason": "Nothing was taken for seven days."}}
    ]
    assert (await pushed.receiver.watched())["status"] == "disabled"


async def test_a_verification_comes_with_its_state_and_not_too_often(receiver: Receiver) -> None:
    stream = await receiver.make()
    asked = {"stream_id": stream, "state": "state-7"}
    await receiver.do("POST", "/verify", asked)
    assert refusal(await receiver.call("POST", "/verify", asked)) == (429, "verification-too-soon")
    (told,) = (await receiver.poll(stream)).sets.values()
    assert told["events"] == {VERIFICATION: {"state": "state-7"}}
    assert told["sub_id"] == {"format": "opaque", "id": stream}
    receiver.realm.clock.advance(timedelta(minutes=1))
    await receiver.do("POST", "/verify", {"stream_id": stream})
    assert [one["events"] for one in (await receiver.poll(stream)).sets.values()][1] == {VERIFICATION: {}}


async def test_what_is_known_of_a_device_goes_with_it(receiver: Receiver) -> None:
    stream = await receiver.make()
    await receiver.report("phone-1", has_app=True)
    form = {"purpose": "directory"}
    made = await receiver.signallers.institution.do("device-admin", "POST", "/tokens", form)
    directory = receiver.realm.client(made["token"])
    phone = receiver.signallers.phones["phone-1"]
    assert (await directory.delete(f"{SITE}/scim/v2/institution/Devices/{phone}")).status_code == 204
    assert (await receiver.poll(stream)).sets == {}
