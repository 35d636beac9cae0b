"""An answer never leaves without its entry, whatever fails; and people's own acts go on meanwhile."""

import asyncio
from typing import Any

import pytest
from tests.integration.gateway.realms import COMMENT, EU, QC, OneRealm, until
from tests.integration.ledger.faults import Injected, Step, fault

from reelm import gateway
from reelm.gateway import Found, Kind, Message, Question, answers
from reelm.infra.line import Line
from reelm.ledger import Durability, recording

STEPS: dict[str, Step] = {
    "find it": Step(answers.Desk, "_find"),
    "decide": Step(gateway.Rules, "decide"),
    "append the entry": Step(recording, "append_all"),
    "wait for the log": Step(Durability, "wait"),
    "seal the answer": Step(gateway, "seal"),
    "ask": Step(Line, "post"),
}
CLIP = Message(Kind.CLIP, {"id": "018f3c1e-0000-7000-8000-000000000009", "caption": "La Seine"})
QUESTION = Question(Kind.CLIP, {"clip": "x"})


async def count_crossings(realm: OneRealm) -> int:
    return len(await realm.entries("crossing"))


@pytest.mark.parametrize("mode", ["failed", "happened"])
@pytest.mark.parametrize("step", STEPS)
async def test_an_answer_that_goes_wrong_is_none_and_the_next_one_is_right(
    step: str, mode: str, eu: OneRealm, qc: OneRealm
) -> None:
    eu.house.answers[Kind.CLIP] = Found(CLIP)
    with fault(STEPS[step], mode) as has_gone_wrong, pytest.raises((gateway.RealmNotAnswering, Injected)):
        await qc.door.asker.ask(EU, QUESTION)
    assert has_gone_wrong()
    before = await count_crossings(eu)
    received = await qc.door.asker.ask(EU, QUESTION)
    assert received.fields == CLIP.fields
    assert await count_crossings(eu) == before + 1


async def test_when_the_log_stands_still_nothing_is_told_and_people_go_on(eu: OneRealm, qc: OneRealm) -> None:
    eu.house.answers[Kind.CLIP] = Found(CLIP)
    assert await qc.door.asker.ask(EU, QUESTION)
    told, sent = await hold_the_log(eu), await hold_the_log(qc)
    with pytest.raises(gateway.RealmNotAnswering):
        await qc.door.asker.ask(EU, QUESTION)
    await qc.put(EU, COMMENT)
    await until(lambda: has_entry(qc))
    await asyncio.sleep(1)
    assert eu.house.taken == [], "logged, but not durable: it does not leave"
    assert await eu.person("ana"), "people sign up, whatever the log does"
    assert await qc.waiting(EU) == 1

    told.release()
    sent.release()
    await until(lambda: eu.house.taken)
    assert (await qc.door.asker.ask(EU, QUESTION)).fields == CLIP.fields


async def has_entry(realm: OneRealm) -> bool:
    return await count_crossings(realm) == 1


async def hold_the_log(realm: OneRealm) -> asyncio.Lock:
    """Nothing is published until the lock is released."""
    lock, sequencer = asyncio.Lock(), realm.log.sequencer
    real: Any = sequencer.publish_batch
    await lock.acquire()

    async def wait_and_publish(*given: Any) -> Any:
        async with lock:
            return await real(*given)

    sequencer.publish_batch = wait_and_publish  # pyright: ignore[reportAttributeAccessIssue]
    return lock


async def test_when_the_policies_were_never_understood_nothing_is_told(
    eu: OneRealm, qc: OneRealm, monkeypatch: pytest.MonkeyPatch
) -> None:
    eu.house.answers[Kind.CLIP] = Found(CLIP)

    def nothing(self: gateway.Rulebook) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(gateway.Rulebook, "find", nothing)
        with pytest.raises(gateway.RealmNotAnswering):
            await qc.door.asker.ask(EU, QUESTION)
        await qc.put(EU, COMMENT)
        await asyncio.sleep(0.5)
        assert await count_crossings(qc) == await count_crossings(eu) == 0
    await until(lambda: eu.house.taken)


async def test_a_question_among_others_that_fails_takes_none_of_them_along(eu: OneRealm, qc: OneRealm) -> None:
    """Asked together, they go in one envelope."""
    eu.house.answers[Kind.CLIP] = Found(CLIP)
    asked = [Question(kind, {}) for kind in (Kind.CLIP, Kind.PROFILE, Kind.CLIP, Kind.COMMENTS)]
    found = await asyncio.gather(*(qc.door.asker.ask(EU, one) for one in asked), return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["Received", "NotFoundAbroad", "Received", "NotFoundAbroad"]
    assert QC in {card.realm for card in eu.door.cards.others()}
