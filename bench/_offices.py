"""An organisation in each realm of the sweep: its staff, directory, devices, decisions, and whoever hears of them.

Driven by the same helpers as the tests of managed devices, against running cells: what they take for a realm in their
own process is here one that is asked over HTTP.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx
from tests.integration.devices.apple import AppleDevice
from tests.integration.devices.directories import Provider
from tests.integration.devices.gadget import Gadget
from tests.integration.devices.institution import Institution, as_text, found_institution
from tests.integration.devices.roster import PERSONAL, Listed
from tests.integration.devices.signallers import Signallers
from tests.integration.devices.tokens import ISSUER
from tests.integration.devices.zones import Zones, zones_running
from tests.integration.world import Person, connect

from bench._fleet import Realm, until
from bench._journeys import HOMES, Somebody, Town, birthday, canary

# Apple's devices are managed over https only. Here its proxy is left out, and nobody looks for the names.
ADDRESS = "https://{realm}.reelm.example"
PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"
APP = "example.shortvideo.app"
WAITING = "SELECT count(*) AS n FROM procrastinate_jobs WHERE queue_name = 'outside' AND status <> 'failed'"


@contextmanager
def name_server() -> Generator[Zones]:
    """One that tells what organisations put there, on a free port of loopback, until the block ends."""
    running, stop, ready = list[Zones](), asyncio.Event(), threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with zones_running() as zones:
            running.append(zones)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield running[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


class _Here(httpx.AsyncHTTPTransport):
    """Every address leads to one port of loopback."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


@dataclass
class _Running:
    """A running cell, as the helpers of the tests take a realm."""

    realm: Realm
    clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    clock = SimpleNamespace(now=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def base(self) -> str:
        return ADDRESS.replace("{realm}", self.realm.code)

    @property
    def settings(self) -> Any:
        return SimpleNamespace(public_url=self.base)

    def client(self, who: Person | str | None = None, below: str = "/api/v1", **headers: str) -> httpx.AsyncClient:
        token = who.token if isinstance(who, Person) else who
        told = headers | ({"Authorization": f"Bearer {token}"} if token else {})
        client = httpx.AsyncClient(
            transport=_Here(self.realm.port), base_url=self.base + below, headers=told, timeout=60
        )
        self.clients.append(client)
        return client

    async def sign_up(self, handle: str) -> Person:
        country, region = HOMES[self.realm.code]
        form = {
            "handle": handle,
            "password": canary(self.realm.code, "pass"),
            "birth_date": str(birthday(29)),
            "locale": "en",
        }
        made = await self.client().post("/accounts", json=form | {"country": country, "region": region})
        made.raise_for_status()
        return await self._sign_in(handle, form["password"])

    async def hire(self, handle: str, role: str) -> Person:
        country, region = HOMES[self.realm.code]
        words = ["account", "create", "--handle", handle, "--birth-date", str(birthday(29)), "--country", country]
        words += ["--region", region] if region else []
        password = canary(self.realm.code, "pass")
        done = self.realm.run(*words, "--role", str(role), "--password-stdin", text=password)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return await self._sign_in(handle, password)

    async def _sign_in(self, handle: str, password: str) -> Person:
        answer = await self.client().post("/session", json={"handle": handle, "password": password})
        return Person(handle, password, answer.raise_for_status().json()["token"])

    async def rows(self, query: str, *args: object) -> list[Any]:
        connection = await connect(self.realm.database_url)
        try:
            return await connection.fetch(query, *args)
        finally:
            await connection.close()

    async def work_outside(self) -> None:
        """Wait until the worker that has a network has done what was asked of it."""
        async with asyncio.timeout(60):
            while (await self.rows(WAITING))[0]["n"]:  # noqa: ASYNC110 - rows of another process
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()


@dataclass
class _Office:
    """What one organisation has in its realm."""

    running: _Running
    institution: Institution
    provider: Provider
    note: Callable[[], None]

    def word(self, what: str) -> str:
        return canary(self.running.realm.code, what)

    async def person(self, **told: Any) -> str:
        name = self.word("user")
        mails = [{"value": f"{self.word('mail')}@institution.example", "primary": True}]
        more = {"displayName": self.word("shown"), "emails": mails, "externalId": self.word("ext")}
        return (await self.provider.person(name, **more, preferredLanguage="fr-CA", **told))["id"]

    async def device(self, **told: Any) -> Listed:
        code = self.word("dev")[:40]
        made = await self.provider.device(code, **told)
        operation = {"op": "replace", "path": "externalId", "value": self.word("devext")}
        (await self.provider.patch(f"/Devices/{made['id']}", operation)).raise_for_status()
        return Listed(UUID(made["id"]), code)

    async def invite(self, device: Listed) -> str:
        return (await self.institution.do("device-admin", "POST", f"/devices/{device.id}/code"))["code"]

    async def ask_on(self, gadget: Gadget, method: str, path: str, json: Any = None) -> None:
        answer = await self.running.client(**{"Reelm-Device": gadget.token}).request(method, path, json=json)
        answer.raise_for_status()


def keep_an_office(town: Town, zones: Zones, note: Callable[[], None]) -> None:
    """All that an organisation does in a realm: `note` is called while rows are there that do not last."""
    asyncio.run(_keep(town, zones, note))


async def _keep(town: Town, zones: Zones, note: Callable[[], None]) -> None:
    running = _Running(town.realm)
    try:
        institution = await found_institution(cast("Any", running), zones)
        office = _Office(running, institution, await institution.open_directory(), note)
        await _keep_devices(office, town.viewer)
    finally:
        await running.close()


async def _keep_devices(office: _Office, user: Somebody) -> None:
    """A laptop, a phone, and somebody's own laptop, which is excepted; the decision is in force after seconds."""
    institution = office.institution
    person, other = await office.person(), await office.person()
    address = ":".join(f"{secrets.randbelow(0xF000) + 0x1000:x}" for _ in range(7))
    laptop = await office.device(
        platform="linux", enrolment="agent", person={"value": person}, addresses=[f"fd00:{address}"]
    )
    own = await office.device(platform="linux", enrolment="agent", ownership=PERSONAL, person={"value": other})
    phone = await office.device(person={"value": person})
    await office.provider.group("Drivers", person, str(laptop.id), str(phone.id))
    id = await _decide(office)
    await _let_others_hear(office, id)
    gadget = await _enrol(office, laptop, user)
    await _enrol(office, own, user)
    device = await _enrol_phone(office, phone)
    for wish in ({"device": str(own.id)}, {"person": other}):
        await _except(office, id, wish)
    await _live_with(office, gadget, id)
    await device.poll()
    office.note()
    for path in (
        "devices",
        "people",
        f"decisions/{id}/devices",
        f"decisions/{id}/told",
        f"decisions/{id}/audit-pack",
    ):
        await institution.call("device-admin", "GET", f"/{path}")
    await institution.do("device-admin", "GET", f"/devices/{laptop.id}/evidence")


async def _decide(office: _Office) -> str:
    """A decision about another app, in force as soon as it may be; its id."""
    now = office.running.clock.now()
    stages = {
        "issued_at": as_text(now),
        "notice_at": as_text(now),
        "deadline_at": as_text(now + timedelta(seconds=2)),
        "review_at": as_text(now + timedelta(days=90)),
    }
    until = as_text(now + timedelta(seconds=1))
    told = {"app__domains": ["shortvideo.example"], "app__apple": [APP], "stages": stages, "reply__until": until}
    return await office.institution.publish(**told)


async def _let_others_hear(office: _Office, id: str) -> None:
    """A management that pushes, one that is asked, a receiver that asks, and one that nobody reaches."""
    institution = office.institution
    signallers = Signallers(institution, id)
    await signallers.listen()
    polled = {"issuer": f"{ISSUER}/2", "endpoint": "https://mdm.institution.example/poll"}
    await signallers.listen(**polled, poll_token=office.word("poll"))
    for delivery in (
        {"method": POLL},
        {
            "method": PUSH,
            "endpoint_url": "https://siem.institution.example/in",
            "authorization_header": f"Bearer {office.word('bearer')}",
        },
    ):
        audience = f"https://siem-{delivery['method'][-4:]}.institution.example"
        added = await institution.do("device-admin", "POST", "/signals/receivers", {"audience": audience})
        stream = office.running.client(added["token"])
        (await stream.post(f"{office.running.base}/signals/streams", json={"delivery": delivery})).raise_for_status()


async def _enrol(office: _Office, listed: Listed, user: Somebody) -> Gadget:
    """With its own key, which is shown in a session of somebody's; what the code left is noted while it is there."""
    gadget = Gadget(cast("Any", office.running), str(listed.id))
    (await gadget.enrol(await office.invite(listed))).raise_for_status()
    (await gadget.show_key(Person(user.handle, user.password, user.token))).raise_for_status()
    office.note()
    return gadget


async def _enrol_phone(office: _Office, listed: Listed) -> AppleDevice:
    """A supervised one, by a profile, a certificate and Apple's two messages."""
    running = office.running
    site = SimpleNamespace(base=running.base, client=lambda: running.client(below=""))
    phone = AppleDevice(listed, cast("Any", site), cast("Any", running.clock), is_supervised=True, apps={APP})
    await phone.enrol(await office.invite(listed))
    (await phone.update_token(PushMagic=office.word("magic"), Token=office.word("token").encode())).raise_for_status()
    office.note()
    return phone


async def _except(office: _Office, decision: str, whom: dict[str, str]) -> None:
    until_ = as_text(office.running.clock.now() + timedelta(days=30))
    wish = {**whom, "purpose": "supervision", "mitigations": [0], "until": until_}
    asked = await office.institution.do("device-admin", "POST", f"/decisions/{decision}/exceptions", wish)
    await office.institution.do("approver", "POST", f"/exceptions/{asked['id']}/grant")


async def _live_with(office: _Office, gadget: Gadget, id: str) -> None:
    """Somebody is told on their device, says that they know and what they think of it; the device reports."""
    for path in ("/device", "/device/policies"):
        await office.ask_on(gadget, "GET", path)
    await office.ask_on(gadget, "POST", f"/device/decisions/{id}/acknowledge")
    await office.ask_on(gadget, "POST", f"/device/decisions/{id}/replies", {"words": f"No {office.word('reply')}."})
    report = {"apps": [APP], "at": as_text(office.running.clock.now())}
    until(lambda: _is_in_force(office, id), "a decision does not come into force", 30)
    await office.ask_on(gadget, "POST", "/device/reports", report)


def _is_in_force(office: _Office, id: str) -> bool:
    return office.running.realm.client().get(f"/register/{id}").json()["line"]["state"] == "in-force"
