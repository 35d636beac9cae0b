"""A realm whose word is wrong is found out: our log says so, loudly, and it is shown until it is cleared up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.conftest import Log
from tests.integration.gateway.realms import COMMENT, EU, QC, OneRealm, until
from tests.integration.gateway.story import NOON, act, carry, pair
from tests.integration.gateway.stranger import introduce, make_identity
from tests.ledgers import KEY, ORIGIN, OTHER_KEY, make_book, write_log

from reelm import gateway, ledger
from reelm.cli.gateway_health import look_at_gateway
from reelm.cli.trust import trust
from reelm.gateway import Found, Kind, Message, Question, inbox
from reelm.gateway.correspondence import Letter
from reelm.gateway.crossing import read_content
from reelm.gateway.faults import MOST_FAULTS, report_fault

REMARKS = ("one", "two", "three", "four", "five")
TRIES = 10


async def remark(realm: OneRealm, words: str) -> None:
    await realm.put(EU, replace(COMMENT, fields={**COMMENT.fields, "text": words}))


async def nothing_waits(realm: OneRealm) -> bool:
    return await realm.waiting(EU) == 0


async def list_faults(realm: OneRealm) -> list[tuple[str, str]]:
    async with realm.database.read() as unit:
        return [(one.fault, one.about) for one in await gateway.find_faults(unit)]


async def proven(realm: OneRealm) -> int:
    async with realm.database.read() as unit:
        return int(await unit.scalar(text("SELECT coalesce(sum(proven), 0) FROM gateway_logs")))


async def unproven(realm: OneRealm) -> int:
    async with realm.database.read() as unit:
        return int(await unit.scalar(text("SELECT count(*) FROM gateway_unproven")))


async def test_what_came_is_found_in_the_senders_log_and_then_forgotten(eu: OneRealm, qc: OneRealm) -> None:
    for words in REMARKS:
        await remark(qc, words)
    await until(lambda: has_proven(eu, len(REMARKS)))
    assert await unproven(eu) == 0
    assert await list_faults(eu) == []
    assert await eu.entries("peer-fault") == []


async def test_answers_are_looked_up_too(eu: OneRealm, qc: OneRealm) -> None:
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, {"id": "x"}))
    for _ in range(3):
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))
    await until(lambda: has_proven(qc, 3))
    assert await list_faults(qc) == []


async def has_proven(realm: OneRealm, count: int) -> bool:
    return await proven(realm) == count


async def test_of_much_that_comes_at_once_a_sample_is_looked_up(eu: OneRealm, qc: OneRealm) -> None:
    received = [
        gateway.Received(gateway.Kind.COMMENT, {"text": str(number)}, number, "A" * 22, 9) for number in range(100)
    ]
    async with eu.database.write() as unit:
        await gateway.expect_proofs(unit, QC, received, eu.door.clock.now())
        assert await unit.scalar(text("SELECT count(*) FROM gateway_unproven")) == inbox.PROVEN_OF_EACH
        await unit.write(text("DELETE FROM gateway_unproven"))


WRONG_ENTRIES: dict[str, tuple[str, dict[str, Any]]] = {
    "an entry about another message": ("differs", {"content": "0" * 64}),
    "an entry about another kind": ("differs", {"message": "follow"}),
    "an index that there is not": ("missing", {"entry": 10**6}),
    "an index of something else": ("differs", {"entry": 0}),
}


@pytest.mark.parametrize("wrong", WRONG_ENTRIES)
async def test_a_realm_that_lies_about_its_entries_is_found_out(
    eu: OneRealm, qc: OneRealm, wrong: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, changed = WRONG_ENTRIES[wrong]
    real = inbox.insert_unproven

    async def as_if_told(unit: Any, realm: Any, told: Any, at: Any) -> None:
        """As it would be had the other realm told this."""
        entry, message, content = told[0]
        lie = changed.get("entry", entry), changed.get("message", message), changed.get("content", content)
        await real(unit, realm, [lie], at)

    monkeypatch.setattr(inbox, "insert_unproven", as_if_told)
    await remark(qc, "a remark")
    await until(lambda: list_faults(eu))
    (fault,) = await eu.entries("peer-fault")
    assert (fault["realm"], fault["fault"]) == ("ca-qc", f"entry-{found}")
    assert fault["entry"] == changed.get("entry", fault["entry"])
    assert "word is wrong" in log.text
    (finding,) = [one for one in await doctor(eu) if one.name == "realm ca-qc"]
    assert not finding.ok
    assert "reelm trust ca-qc" in finding.what
    assert await unproven(eu) == 0


async def doctor(realm: OneRealm) -> list[Any]:
    return await look_at_gateway(realm.settings, realm.door.clock.now())


@asynccontextmanager
async def another_log(realm: OneRealm, folder: Path) -> AsyncGenerator[None]:
    """What the realm shows as its log is another one, signed by the key on its card or not."""
    path = realm.settings.ledger_dir
    kept = path.rename(path.with_name("ledger-kept"))
    folder.rename(path)
    try:
        yield
    finally:
        path.rename(folder)
        kept.rename(path)


async def test_a_log_that_its_key_has_not_signed_is_found_out(eu: OneRealm, qc: OneRealm, tmp_path: Path) -> None:
    await remark(qc, "first")
    await until(lambda: has_proven(eu, 1))
    write_log(tmp_path / "other", make_book(300).entries, keys=(OTHER_KEY,))
    await stop_the_log(qc)
    await stop_looking(eu)
    async with another_log(qc, tmp_path / "other"):
        await look_up(eu)
    assert await list_faults(eu) == [("log-not-signed", "")]
    assert await unproven(eu) == 1, "kept, until the log can be read again"


async def stop_the_log(realm: OneRealm) -> None:
    """Whatever the sequencer would write."""

    async def nothing(*_: Any) -> bool:
        return False

    realm.log.sequencer.publish_batch = nothing  # pyright: ignore[reportAttributeAccessIssue]
    await asyncio.sleep(0.1)


async def stop_looking(realm: OneRealm) -> None:
    """Its gateway looks at nothing by itself."""
    realm.stop.set()
    await realm.serving


async def look_up(realm: OneRealm, entry: int = 1, *, is_read: bool = False) -> None:
    """Expect one thing more from Québec, and look it up now."""
    content = read_content(gateway.Kind.COMMENT, "A" * 22, {})
    async with realm.database.write() as unit:
        await inbox.insert_unproven(unit, QC, [(entry, "comment", content)], realm.door.clock.now())
    prover = gateway.Prover(
        realm.database,
        realm.door.cards,
        realm.door.correspondence,
        clock=realm.door.clock,
        evidence=realm.settings.data / "evidence",
    )
    with nullcontext() if is_read else pytest.raises(gateway.RealmNotAnswering):
        await prover.look(QC)


async def test_a_log_that_forks_is_found_out_and_both_notes_are_kept(
    eu: OneRealm, qc: OneRealm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key signs one tree today and another tomorrow."""
    await stop_the_log(qc)
    await stop_looking(eu)
    card = replace(eu.door.cards.fetch(QC), origin=ORIGIN, vkey=str(KEY.verifier))

    def fetch(realm: str) -> gateway.Card:
        return card

    monkeypatch.setattr(eu.door.cards, "fetch", fetch)
    for number, size in enumerate((300, 310, 305)):
        write_log(tmp_path / str(number), make_book(size).entries)
    for number, faults in enumerate(([("entry-differs", "1")], [("entry-differs", "1"), ("log-forked", "")])):
        async with another_log(qc, tmp_path / str(number)):
            await look_up(eu, is_read=number == 0)
        assert await list_faults(eu) == faults
    kept = list((eu.settings.data / "evidence" / "ca-qc").glob("*/*"))
    assert sorted(path.name for path in kept) == ["known", "seen"]
    assert len({path.read_bytes() for path in kept}) == 2


@pytest.mark.parametrize(("said", "is_right"), [(-5, False), (0, False), (1, True), (2, True), (10**12, False)])
async def test_a_receipt_that_lies_makes_us_forget_nothing(
    said: int, is_right: bool, databases: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Europe says that it has taken more than was sent, or less than before."""
    async with pair(databases, tmp_path, NOON) as both:
        for words in ("one", "two"):
            await act(both.qc, words, NOON)
        real, lies = both.qc.door.correspondence.send, list[int]()

        async def lie(*given: Any, **named: Any) -> Letter:
            letter = await real(*given, **named)
            assert letter.envelope is not None
            lies.append(said)
            return replace(letter, envelope=letter.envelope.model_copy(update={"body": {"through": said}}))

        with monkeypatch.context() as patch:
            patch.setattr(both.qc.door.correspondence, "send", lie)
            for _ in range(TRIES):  # a busy machine may be too slow for the log, and nothing is sent that time
                if not lies:
                    await carry(both)
        async with both.qc.database.read() as unit:
            assert await gateway.count_waiting(unit, EU) == 2 - (said if is_right else 0)
            faults = [(one.fault, one.about) for one in await gateway.find_faults(unit)]
        assert faults == ([] if is_right else [("numbers-differ", str(said))])
        for _ in range(TRIES):
            await carry(both)
        async with both.qc.database.read() as unit:
            assert await gateway.count_waiting(unit, EU) == 0
            assert await gateway.find_faults(unit) == [], "mended by itself once the numbers are right"
        async with both.eu.database.read() as unit:
            assert await unit.scalars(text("SELECT text FROM taken ORDER BY no")) == ["one", "two"]


async def test_a_realm_restored_from_an_old_backup_is_told_of_and_nothing_loops(
    eu: OneRealm, qc: OneRealm, log: Log
) -> None:
    for words in REMARKS:
        await remark(qc, words)
    await until(lambda: nothing_waits(qc))
    await set_numbers(eu, "next_in = 3")
    await remark(qc, "after the restore")
    await until(lambda: list_faults(qc))
    assert await list_faults(qc) == [("numbers-differ", "2")]
    assert await qc.waiting(EU) == 1
    assert log.text.count("word is wrong") == 1
    (finding,) = [one for one in await doctor(qc) if one.name == "realm eu"]
    assert not finding.ok

    await trust(qc.settings, EU)
    await until(lambda: nothing_waits(qc), timeout_s=40)
    assert [received.fields["text"] for _, received in eu.house.taken] == [*REMARKS, "after the restore"]
    assert await list_faults(qc) == []
    assert [one["fault"] for one in await qc.entries("peer-fault")] == ["numbers-differ"]


async def set_numbers(realm: OneRealm, what: str) -> None:
    async with realm.database.write() as unit:
        await unit.write(text(f"UPDATE gateway_peers SET {what}"))


async def test_after_our_own_old_backup_new_messages_are_not_taken_for_old_ones(eu: OneRealm, qc: OneRealm) -> None:
    for words in REMARKS:
        await remark(qc, words)
    await until(lambda: nothing_waits(qc))
    await set_numbers(qc, "sent_seq = 2, acked_seq = 2")
    await remark(qc, "after the restore")
    await until(lambda: list_faults(qc))
    assert await list_faults(qc) == [("numbers-differ", "5")]
    assert await qc.waiting(EU) == 1, "kept, though Europe says it has a message of this number"
    await trust(qc.settings, EU)
    await until(lambda: nothing_waits(qc), timeout_s=40)
    assert [received.fields["text"] for _, received in eu.house.taken] == [*REMARKS, "after the restore"]


async def test_a_card_with_another_key_is_not_taken_and_told_of_once(
    eu: OneRealm, qc: OneRealm, tmp_path: Path, log: Log
) -> None:
    await remark(qc, "before")
    await until(lambda: eu.house.taken)
    qc.door.__dict__["publish_card"] = lambda: None  # it does not defend itself
    introduce(eu, make_identity(tmp_path / "impostor", "ca-qc"))
    await until(lambda: list_faults(eu))
    assert [one["fault"] for one in await eu.entries("peer-fault")] == ["key-changed"]
    (finding,) = [one for one in await doctor(eu) if one.name == "realm ca-qc"]
    assert "another key" in finding.what
    await remark(qc, "after")
    await until(lambda: len(eu.house.taken) == 2)
    assert log.text.count("has another key") == 1


async def test_a_message_of_somebody_erased_meanwhile_does_not_stop_the_others(eu: OneRealm, qc: OneRealm) -> None:
    """Logged, and not sent while the other realm was away; then the person is gone."""
    ben, ada = await qc.person("ben"), await qc.person("ada")
    eu.stop.set()
    await eu.serving
    for person, words in ((ada, "one"), (ben, "two"), (ada, "three")):
        await qc.put(EU, replace(COMMENT, fields={**COMMENT.fields, "text": words}, person=person))
    await until(lambda: all_logged(qc, 3))
    await asyncio.sleep(0.7)  # until the courier has tried in vain: what is on its way can't be called back
    async with qc.database.write() as unit:
        await ledger.destroy_key(unit, ben, realm=QC, at=qc.door.clock.now())
        await unit.write(text("DELETE FROM accounts WHERE handle = 'ben'"))
    await remark(qc, "four")
    await serve_again(eu)
    await until(lambda: nothing_waits(qc), timeout_s=40)
    assert [received.fields["text"] for _, received in eu.house.taken] == ["one", "three", "four"]


async def all_logged(realm: OneRealm, count: int) -> bool:
    return len(await realm.entries("crossing")) == count


async def serve_again(realm: OneRealm) -> None:
    from reelm.web.gateway import serve_door  # noqa: PLC0415

    realm.stop.clear()
    realm.serving = asyncio.create_task(serve_door(realm.door, realm.stop))


async def test_what_waits_is_not_sent_once_the_policies_forbid_it(eu: OneRealm, qc: OneRealm) -> None:
    """An assessment that runs out, an operator who closes the route: also what was logged before stays home."""
    eu.stop.set()
    await eu.serving
    await remark(qc, "logged while it was allowed")
    await until(lambda: all_logged(qc, 1))
    rules = qc.door.rulebook.rules
    qc.door.rulebook.__dict__["_rules"] = replace(rules, transfers=())
    await until(lambda: nothing_waits(qc), timeout_s=40)
    (refused,) = await qc.entries("crossing-refused")
    assert refused["rule"] == "no-transfer-without-assessment"
    qc.door.rulebook.__dict__["_rules"] = rules
    await remark(qc, "afterwards")
    await serve_again(eu)
    await until(lambda: eu.house.taken, timeout_s=40)
    assert [received.fields["text"] for _, received in eu.house.taken] == ["afterwards"]


async def test_a_realm_that_is_always_wrong_does_not_fill_our_log(eu: OneRealm) -> None:
    async with eu.database.write() as unit:
        for entry in range(MOST_FAULTS + 50):
            about = str(entry)
            await report_fault(unit, QC, "entry-differs", me=EU, at=eu.door.clock.now(), about=about, entry=entry)
    assert len(await eu.entries("peer-fault")) == MOST_FAULTS


async def test_a_fault_is_in_the_log_once_however_often_it_is_found(eu: OneRealm) -> None:
    for _ in range(3):
        async with eu.database.write() as unit:
            await report_fault(unit, QC, "log-forked", me=EU, at=eu.door.clock.now())
    assert len(await eu.entries("peer-fault")) == 1
