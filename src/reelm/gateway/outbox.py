"""How does a message get to another realm? It is put into the outbox in the transaction of the act it tells of.

From there it is decided about and logged in one transaction, waits until the log is durable, and is delivered in
order until the other realm says that it has taken it. Refused by the policies, it goes nowhere, and the log says so;
also when they change, or an assessment runs out, while it waits for a realm that does not answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from reelm.gateway.crossing import draft_crossing, draft_refusal, new_salt
from reelm.gateway.errors import CrossingNotTold, CrossingRefused, OutboxFull
from reelm.gateway.model import Kind, Message
from reelm.gateway.policy import Decision, Rules
from reelm.gateway.store import (
    Waiting,
    count_waiting,
    delete_waiting,
    forget_copies,
    hold_peer,
    insert_waiting,
    list_faults,
    list_held,
    list_holders,
    list_unnumbered,
    number_all,
    rewind_acked,
    unnumber_all,
)
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import RealmCode
from reelm.ledger import append_all, list_keyed

MOST_WAITING = 200_000
MOST_LOGGED_AT_ONCE = 400


async def put(unit: WriteUnit, to: RealmCode, *messages: Message, at: datetime) -> None:
    """Put messages into the outbox, in this order; they exist exactly if the unit commits."""
    await insert_waiting(unit, to, messages, at)


async def put_act(
    unit: WriteUnit, rules: Rules, message: Message, *, from_: RealmCode, to: RealmCode, at: datetime
) -> None:
    """Put what a person does towards another realm into the outbox.

    Raises `CrossingRefused` where the policies don't let it, so that nobody is asked about what can't be;
    `CrossingNotTold` before they were told what goes where; `OutboxFull`.
    """
    decision = rules.decide(replace(message, told=True), from_=from_, to=to, today=at.date())
    if not decision.allowed:
        raise CrossingRefused(realm=to, rule=decision.rules[0])
    if not message.told:
        raise CrossingNotTold(realm=to, fields=", ".join(sorted(message.fields)))
    if await count_waiting(unit, to) >= MOST_WAITING:
        raise OutboxFull(realm=to)
    await insert_waiting(unit, to, [message], at)


async def revoke(unit: WriteUnit, object_id: UUID, what: str, *, at: datetime) -> None:
    """Tell every realm with a copy of this that it is no longer public here."""
    for realm in await list_holders(unit, object_id):
        fields = {"object": str(object_id), "what": what, "at": at.isoformat()}
        await insert_waiting(unit, realm, [Message(Kind.REVOCATION, fields)], at)
    await forget_copies(unit, object_id)


async def revoke_all(unit: WriteUnit, objects: Collection[UUID], what: str, *, at: datetime) -> None:
    """The same for many: whoever holds none of them is not asked about each."""
    for one in await list_held(unit, objects):
        await revoke(unit, one, what, at=at)


async def log_waiting(unit: WriteUnit, rules: Rules, *, from_: RealmCode, to: RealmCode, at: datetime) -> int:
    """Decide about the oldest messages for a realm and log them, all or none; returns how many there were.

    Each that may leave gets the next number; each that may not is dropped, and the log tells why.
    """
    standing = await hold_peer(unit, to)
    found = await list_unnumbered(unit, to, MOST_LOGGED_AT_ONCE)
    if not found:
        return 0
    waiting = await _drop_erased(unit, found)
    decided = [(one, rules.decide(one.message, from_=from_, to=to, today=at.date())) for one in waiting]
    passing = [(one, decision, new_salt()) for one, decision in decided if decision.allowed]
    refused = [(one, decision) for one, decision in decided if not decision.allowed]
    drafts = [draft_crossing(one.message, dec, rules, to=to, salt=salt, at=at) for one, dec, salt in passing]
    drafts += [draft_refusal(one.message, decision, rules, to=to, at=at) for one, decision in refused]
    await delete_waiting(unit, [one.id for one, _ in refused])
    entries = await append_all(unit, drafts, realm=from_) if drafts else []
    first = standing.sent_seq + 1
    numbered = [(one.id, first + place, entries[place], salt) for place, (one, _, salt) in enumerate(passing)]
    await number_all(unit, to, numbered, standing.sent_seq + len(passing))
    return len(found)


async def _drop_erased(unit: WriteUnit, found: Sequence[Waiting]) -> list[Waiting]:
    """Without what is about somebody who was erased meanwhile: nothing can be said of them any more."""
    people = {one.message.person for one in found if one.message.person is not None}
    gone = people - await list_keyed(unit, people)
    if gone:
        await delete_waiting(unit, [one.id for one in found if one.message.person in gone])
    return [one for one in found if one.message.person not in gone]


async def withdraw(
    unit: WriteUnit,
    forbidden: Sequence[tuple[Waiting, Decision]],
    rules: Rules,
    *,
    from_: RealmCode,
    to: RealmCode,
    at: datetime,
) -> None:
    """Drop messages that were logged and may not leave any more, and log that they did not.

    Their numbers stay used: the other realm is told that they were withdrawn.
    """
    still = await _drop_erased(unit, [one for one, _ in forbidden])
    drafts = [draft_refusal(one.message, why, rules, to=to, at=at) for one, why in forbidden if one in still]
    await delete_waiting(unit, [one.id for one, _ in forbidden])
    if drafts:
        await append_all(unit, drafts, realm=from_)


async def resume(unit: WriteUnit, to: RealmCode) -> None:
    """Go on with a realm from the number that it has told, after one of us was restored from an old backup.

    What it has lost is not sent again: it is gone here as well. What it took and we forgot is not numbered twice.
    """
    told = [int(one.about) for one in await list_faults(unit) if (one.realm, one.fault) == (to, "numbers-differ")]
    standing = await hold_peer(unit, to)
    for through in told:
        if through < standing.acked_seq:
            await rewind_acked(unit, to, max(through, 0))
        elif through > standing.sent_seq:
            await unnumber_all(unit, to, through)


def plan_wait(failures: int) -> timedelta:
    """How long to wait after a realm did not answer so many times in a row.

    >>> [plan_wait(n).total_seconds() for n in (1, 2, 5, 9, 200)]
    [0.5, 1.0, 8.0, 30.0, 30.0]
    """
    return timedelta(seconds=min(0.5 * 2 ** min(failures - 1, 10), 30.0))


def cut_batch(messages: Sequence[Waiting], sizes: Sequence[int], limit_bytes: int) -> Sequence[Waiting]:
    """The first messages that fit into one envelope; at least one."""
    total = 0
    for place, size in enumerate(sizes):
        total += size
        if place and total > limit_bytes:
            return messages[:place]
    return messages
