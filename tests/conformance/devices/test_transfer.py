"""BIND as a secondary fetches our zones by AXFR with TSIG, hears of changes, and gets none without a key."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest
from tests.conformance.devices.compiling import compile_example
from tests.conformance.devices.resolving import EXCEPTED, STAFF, ask, bind, free_port, installed
from tests.integration.devices.conftest import institution, realm, zones
from tests.integration.devices.institution import CODE, HOST, Institution

from reelm.worker import serve_zones

__all__ = ["institution", "realm", "zones"]

SECONDARY = """
key "{name}" {{ algorithm {algorithm}; secret "{secret}"; }};
zone "{zone}" {{
    type secondary; primaries {{ 127.0.0.1 port {port} key "{name}"; }}; file "{folder}/fetched.zone";
}};
"""
# BIND takes a policy into use once a minute, unless it is told otherwise.
POLICY = 'response-policy {{ zone "{zone}" min-update-interval 1; }};'
SOON_S = 30.0

pytestmark = installed("named")


@asynccontextmanager
async def serving(institution: Institution, notify: int | None = None) -> AsyncGenerator[int]:
    """The role that serves zones, by the realm's clock; its port."""
    port = free_port()
    told = f"{CODE}=127.0.0.1:{notify}" if notify else ""
    changes = {"zones_listen": f"127.0.0.1:{port}", "zones_notify": told}
    settings = institution.realm.settings.model_copy(update=changes)
    running = asyncio.create_task(serve_zones(settings, institution.realm.clock))
    try:
        async with asyncio.timeout(SOON_S):
            while not await asyncio.to_thread(_listens, port):
                assert not running.done(), running.exception()
                await asyncio.sleep(0.02)
        yield port
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _listens(port: int) -> bool:
    try:
        dns.query.tcp(dns.message.make_query("reelm.", "SOA"), "127.0.0.1", port=port, timeout=1)
    except OSError:
        return False
    return True


@contextmanager
def secondary(folder: Path, key: dict[str, str], zone: str, primary: int, port: int) -> Generator[int]:
    """BIND with the zone that it fetches as its response policy."""
    folder.mkdir()
    more = SECONDARY.format(**key, zone=zone, port=primary, folder=folder)
    nothing = compile_example("rpz", lifted=True)["everybody.zone"]
    with bind(folder, nothing, POLICY.format(zone=zone), more=more, port=port) as answering:
        yield answering


async def comes_to(port: int, expected: dict[str, str]) -> None:
    """Wait until clients get these answers; no restart in between."""
    seen: dict[str, str] = {}
    try:
        async with asyncio.timeout(SOON_S):
            while seen != expected:
                await asyncio.sleep(0.05)
                seen = {who: await asyncio.to_thread(ask, port, HOST, who) for who in expected}
    except TimeoutError:
        assert seen == expected


def fetch(port: int, zone: str, key: dict[str, str] | None) -> dns.zone.Zone:
    """The zone by dnspython's own client."""
    ring: Any = dns.tsigkeyring.from_text({key["name"]: key["secret"]}) if key else None
    fetched = dns.zone.Zone(zone)
    query, _ = dns.xfr.make_query(fetched, keyring=ring)
    dns.query.inbound_xfr("127.0.0.1", fetched, query, port=port, timeout=10)
    return fetched


async def open_zones(institution: Institution) -> tuple[dict[str, str], list[str]]:
    """A key for an organisation's name server, and the names of its zones."""
    await institution.do("device-admin", "POST", "/tokens", {"purpose": "zones"})
    told = await institution.do("device-admin", "GET", "/zones")
    return told["keys"][0], told["zones"]


async def test_a_secondary_follows_a_decision_from_its_deadline_to_its_end_without_a_restart(
    institution: Institution, tmp_path: Path
) -> None:
    directory = await institution.open_directory()
    laptop = await directory.device("laptop", platform="linux", enrolment="agent", addresses=[EXCEPTED])
    id = await institution.publish()
    exception = await institution.except_device(id, laptop["id"])
    key, names = await open_zones(institution)
    assert names == [f"everybody.{id}.rpz.{CODE}.reelm"]
    resolver = free_port()
    async with serving(institution, notify=resolver) as primary:
        with secondary(tmp_path / "named", key, names[0], primary, resolver) as port:
            await comes_to(port, {STAFF: "NOERROR", EXCEPTED: "NOERROR"})
            institution.realm.clock.advance(timedelta(days=2))
            await comes_to(port, {STAFF: "NXDOMAIN", EXCEPTED: "NOERROR"})
            await institution.do("approver", "POST", f"/exceptions/{exception}/revoke")
            await comes_to(port, {STAFF: "NXDOMAIN", EXCEPTED: "NXDOMAIN"})
            await institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})
            await comes_to(port, {STAFF: "NOERROR", EXCEPTED: "NOERROR"})
            log = (tmp_path / "named" / "log").read_text()
    assert log.count("Transfer status: success") >= 3
    assert "received notify for zone" in log
    assert "refresh: retry limit" not in log


async def test_a_secondary_with_another_key_gets_no_zone(institution: Institution, tmp_path: Path) -> None:
    id = await institution.publish()
    institution.realm.clock.advance(timedelta(days=2))
    key, (name,) = await open_zones(institution)
    stranger = key | {"secret": "c3RyYW5nZXI="}
    async with serving(institution) as primary:
        right = await asyncio.to_thread(fetch, primary, name, key)
        assert right.get_rdataset(HOST, "CNAME") is not None
        with secondary(tmp_path / "named", stranger, name, primary, free_port()) as port:
            log = tmp_path / "named" / "log"
            async with asyncio.timeout(SOON_S):
                while "failure trying primary" not in log.read_text():
                    await asyncio.sleep(0.05)
            assert await asyncio.to_thread(ask, port, HOST) == "NOERROR"
    assert "Transfer status: success" not in log.read_text()
    assert id in name


async def test_no_zone_is_told_of_without_a_key_of_its_organisation(institution: Institution) -> None:
    await institution.publish()
    key, (name,) = await open_zones(institution)
    async with serving(institution) as primary:
        for wrong in (None, key | {"secret": "c3RyYW5nZXI="}, key | {"name": "nobody.reelm"}):
            with pytest.raises((dns.xfr.TransferError, dns.tsig.PeerError)):
                await asyncio.to_thread(fetch, primary, name, wrong)
        with pytest.raises(dns.xfr.TransferError):
            await asyncio.to_thread(fetch, primary, name.replace(CODE, "another"), key)
        token = await institution.do("device-admin", "GET", "/tokens")
        (zones_token,) = (one["id"] for one in token if one["purpose"] == "zones")
        await asyncio.to_thread(fetch, primary, name, key)
        await institution.do("device-admin", "DELETE", f"/tokens/{zones_token}")
        async with asyncio.timeout(SOON_S):
            with pytest.raises((dns.xfr.TransferError, dns.tsig.PeerError)):  # noqa: PT012 - at some moment it ends
                while True:
                    await asyncio.to_thread(fetch, primary, name, key)


async def test_a_serial_does_not_go_back_when_the_role_starts_again(institution: Institution) -> None:
    id = await institution.publish()
    institution.realm.clock.advance(timedelta(days=2))
    key, (name,) = await open_zones(institution)

    async def serial() -> int:
        async with serving(institution) as primary:
            fetched = await asyncio.to_thread(fetch, primary, name, key)
            return fetched.get_soa().serial

    first, again = await serial(), await serial()
    await institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})
    assert first == again < await serial()
