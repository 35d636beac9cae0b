"""What the kernel says left, and what the log says: each hour, over starts and cut lines, within what is stated."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.conftest import Log
from tests.integration.gateway.realms import EU, QC, OneRealm
from tests.integration.gateway.story import NOON, Cell, Pair, act, carry, pair

from reelm import gateway, ledger
from reelm.cli.gateway_health import look_at_gateway
from reelm.gateway import Kind, Metering, Question, metering
from reelm.gateway.metering import UNEXPLAINED, most_bytes
from reelm.gateway.store import Reading
from reelm.infra.meter import Meter

HOUR = timedelta(hours=1)


async def list_meters(cell: Cell) -> list[dict[str, Any]]:
    async with cell.database.read() as unit:
        rows = await unit.scalars(
            text("SELECT body FROM ledger_entries WHERE kind = 'egress-meter' ORDER BY queue_no")
        )
    return [ledger.decode(row).fact for row in rows]


def make_metering(both: Pair) -> Metering:
    """As after a start: it knows what is in the database."""
    return Metering(both.qc.database, both.qc.door.meter, both.clock, QC)


async def read_row(both: Pair) -> Reading:
    async with both.qc.database.read() as unit:
        row = await unit.first(text("SELECT since, metered, exchanges, excused, waiting FROM gateway_meters"))
    assert row is not None
    return Reading(*row)


async def test_each_hour_has_one_entry_and_its_bytes_are_accounted_for(
    databases: dict[str, str], tmp_path: Path
) -> None:
    async with pair(databases, tmp_path, NOON) as both:
        meter = make_metering(both)
        await meter.note(EU)
        told: list[dict[str, Any]] = []
        for hour, count in enumerate((40, 0, 400)):
            for number in range(count):
                await act(both.qc, f"remark {number}", both.clock.now())
            for _ in range(4):
                await carry(both)
            await meter.note(EU)
            reading = await read_row(both)
            both.clock.advance(HOUR)
            for _ in range(3):
                await meter.note(EU)
            told = await list_meters(both.qc)
            assert len(told) == hour + 1
            last = told[-1]
            assert last["metered"] >= last["logged"]
            assert last["carried"] == last["metered"] - last["logged"]
            assert last["metered"] <= most_bytes(last["logged"], reading)
            assert (last["logged"] == 0) is (count == 0)
        assert [one["until"] for one in told] == [one["since"] for one in told[1:]] + [told[-1]["until"]]
        assert [one["since"] for one in told] == [ledger.as_instant(NOON + HOUR * hour) for hour in range(3)]
        async with both.qc.database.read() as unit:
            assert await gateway.find_faults(unit) == []


async def test_what_was_metered_before_a_start_is_in_the_hours_entry(
    databases: dict[str, str], tmp_path: Path
) -> None:
    async with pair(databases, tmp_path, NOON) as both:
        await act(both.qc, "before the start", NOON)
        for _ in range(3):
            await carry(both)
        await make_metering(both).note(EU)
        before = (await read_row(both)).metered
    async with pair(databases, tmp_path, NOON + HOUR / 2) as both:
        meter = make_metering(both)
        await act(both.qc, "after the start", both.clock.now())
        for _ in range(3):
            await carry(both)
        await meter.note(EU)
        after = (await read_row(both)).metered
        both.clock.advance(HOUR)
        await meter.note(EU)
        (told,) = await list_meters(both.qc)
    assert 0 < before < after == told["metered"]
    assert told["metered"] >= told["logged"] > 0


async def test_over_an_outage_of_hours_no_alarm_is_raised(databases: dict[str, str], tmp_path: Path) -> None:
    """Logged in one hour, sent in another; and some of it twice."""
    async with pair(databases, tmp_path, NOON) as both:
        meter = make_metering(both)
        await meter.note(EU)
        both.link.cut()
        for number in range(600):
            await act(both.qc, f"remark {number} {'x' * 200}", both.clock.now())
        for _ in range(5):
            both.clock.advance(HOUR / 2)
            await carry(both)
            await meter.note(EU)
        both.link.mend()
        for _ in range(4):
            await carry(both)
        await meter.note(EU)
        both.clock.advance(HOUR)
        await meter.note(EU)
        told = await list_meters(both.qc)
        assert told[0]["logged"] > 100_000 > told[0]["metered"]
        assert told[-1]["metered"] > 100_000 > told[-1]["logged"]
        async with both.qc.database.read() as unit:
            assert await gateway.find_faults(unit) == []


async def test_bytes_that_no_entry_tells_of_raise_an_alarm(
    databases: dict[str, str], tmp_path: Path, log: Log
) -> None:
    """Somebody sends along what is in no message: the envelope's taker ignores it, the kernel counts it."""
    async with pair(databases, tmp_path, NOON) as both:
        meter = make_metering(both)
        await meter.note(EU)
        smuggled = {"messages": [{"seq": 1, "withdrawn": True}], "more": "x" * 200_000}
        await both.qc.door.correspondence.send(EU, "deliver", smuggled, expect="receipt")
        await meter.note(EU)
        both.clock.advance(HOUR)
        await meter.note(EU)
        (told,) = await list_meters(both.qc)
        assert (told["logged"], told["metered"] > 200_000) == (0, True)
        async with both.qc.database.read() as unit:
            (fault,) = await gateway.find_faults(unit)
    assert (fault.realm, fault.fault, fault.about) == (EU, UNEXPLAINED, told["until"])
    assert "more left than the log tells of" in log.text


async def test_the_last_bytes_of_a_connection_that_ends_are_counted() -> None:
    meter = Meter()
    received = bytearray()
    done = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read())
        writer.close()
        done.set()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    for _ in range(3):
        done.clear()
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        meter.watch("eu", writer.get_extra_info("socket").fileno())
        writer.write(b"x" * 300_000)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        meter.read("eu")
        await done.wait()
    await asyncio.sleep(0.05)
    total = meter.read("eu")
    meter.close()
    server.close()
    assert len(received) == 900_000
    assert total - 900_000 in range(4), "the end of a connection counts as a byte"


async def test_a_request_that_is_never_answered_is_counted(eu: OneRealm, qc: OneRealm) -> None:
    """It left: that nothing came back changes nothing about that."""

    async def be_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    identity = eu.door.identity
    context = gateway_context(qc, identity)
    server = await asyncio.start_server(be_silent, "127.0.0.1", 0, ssl=context)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    before = qc.door.meter.read(EU)
    eu.door.__dict__["publish_card"] = lambda: None
    card = gateway.Card(EU, address, "", identity.public_key, identity.certificate)
    eu.door.cards.publish(card)
    with pytest.raises(gateway.RealmNotAnswering):
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))
    assert qc.door.meter.read(EU) - before > 1000
    server.close()


def gateway_context(qc: OneRealm, identity: gateway.Identity) -> Any:
    from reelm.infra.line import server_context  # noqa: PLC0415

    return server_context(
        lambda: qc.door.identity.certificate, cert_file=identity.certificate_file, key_file=identity.key_file
    )


async def test_the_doctor_tells_of_bytes_that_are_not_accounted_for(eu: OneRealm, qc: OneRealm) -> None:
    async with qc.database.write() as unit:
        await metering.insert_fault(unit, metering.Fault(EU, UNEXPLAINED, "x", qc.door.clock.now()))
    (finding,) = [one for one in await look_at_gateway(qc.settings, qc.door.clock.now()) if one.name == "realm eu"]
    assert (finding.ok, "more than the log tells of" in finding.what) == (False, True)
