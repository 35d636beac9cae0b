"""What crosses: once, in order, after it is in the log, and nothing that the policies don't let through."""

from dataclasses import replace

import pytest
from tests.integration.gateway.realms import COMMENT, EU, QC, OneRealm, until

from reelm import gateway
from reelm.gateway import Found, Kind, Message, Question, delivery


async def test_a_comment_crosses_once_and_both_logs_tell_of_it(eu: OneRealm, qc: OneRealm) -> None:
    ben = await qc.person("ben")
    await qc.put(EU, replace(COMMENT, person=ben))
    await until(lambda: eu.house.taken)
    await until(lambda: _nothing_waits(qc))

    ((from_, received),) = eu.house.taken
    (crossing,) = await qc.entries("crossing")
    (arrival,) = await eu.entries("arrival")
    assert from_ == QC
    assert received.fields == COMMENT.fields
    assert crossing["to"] == "eu"
    assert crossing["message"] == "comment"
    assert crossing["fields"] == len(COMMENT.fields)
    assert arrival["entry"] == received.entry
    assert arrival["bytes"] == crossing["bytes"] == received.size_bytes
    assert "Magnifique" not in str(crossing)


async def test_what_is_put_is_carried_at_once_not_at_the_next_look(
    eu: OneRealm, qc: OneRealm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "IDLE_S", 3600)
    for count in (1, 2):  # the first look may still be one of before
        await qc.put(EU, COMMENT)
        await until(lambda count=count: len(eu.house.taken) == count)


async def _nothing_waits(realm: OneRealm) -> bool:
    return await realm.waiting(EU) == 0


async def test_messages_arrive_in_the_order_they_were_put(eu: OneRealm, qc: OneRealm) -> None:
    texts = [f"remark {number}" for number in range(120)]
    for text in texts:
        await qc.put(EU, replace(COMMENT, fields={**COMMENT.fields, "text": text}))
    await until(lambda: len(eu.house.taken) == len(texts))
    assert [received.fields["text"] for _, received in eu.house.taken] == texts
    indexes = [received.entry for _, received in eu.house.taken]
    assert indexes == sorted(set(indexes))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"minor": True}, "minors-stay-home"),
        ({"told": False}, "default-deny"),
        ({"fields": {**COMMENT.fields, "email": "ben@example.org"}}, "default-deny"),
    ],
)
async def test_what_the_policies_forbid_goes_nowhere_and_the_log_says_so(
    eu: OneRealm, qc: OneRealm, changed: dict[str, object], rule: str
) -> None:
    await qc.put(EU, replace(COMMENT, **changed))  # pyright: ignore[reportArgumentType]
    await until(lambda: _nothing_waits(qc))
    (refused,) = await qc.entries("crossing-refused")
    assert refused["rule"] == rule
    assert await qc.entries("crossing") == []
    assert eu.house.taken == []


async def test_a_message_nobody_can_take_is_answered_so_and_not_sent_again(eu: OneRealm, qc: OneRealm) -> None:
    eu.house.refuses = lambda received: received.fields["text"] == "to a clip that is gone"
    for text in ("first", "to a clip that is gone", "last"):
        await qc.put(EU, replace(COMMENT, fields={**COMMENT.fields, "text": text}))
    await until(lambda: _nothing_waits(qc))
    assert [received.fields["text"] for _, received in eu.house.taken][-1] == "last"
    assert "to a clip that is gone" not in [received.fields["text"] for _, received in eu.house.taken]
    assert len(await eu.entries("arrival")) == 3


async def test_an_answer_is_in_the_log_of_whoever_gives_it(eu: OneRealm, qc: OneRealm) -> None:
    ana = await eu.person("ana")
    fields = {"id": "018f3c1e-0000-7000-8000-000000000009", "caption": "La Seine"}
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, fields, person=ana))
    received = await qc.door.asker.ask(EU, Question(Kind.CLIP, {"clip": fields["id"]}))
    (crossing,) = await eu.entries("crossing")
    assert received.fields == fields
    assert crossing["to"] == "ca-qc"
    assert crossing["purpose"] == "service"
    assert crossing["bytes"] == received.size_bytes


async def test_what_is_not_there_and_what_may_not_leave_are_told_apart_from_failures(
    eu: OneRealm, qc: OneRealm
) -> None:
    with pytest.raises(gateway.NotFoundAbroad):
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {"clip": "nothing"}))
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, {"id": "x"}, minor=True))
    with pytest.raises(gateway.CrossingRefused):
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {"clip": "x"}))
    await until(lambda: eu.entries("crossing-refused"))


async def test_a_realm_that_nobody_runs_is_unknown(qc: OneRealm) -> None:
    with pytest.raises(gateway.RealmUnknown):
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))
