"""Things that cross between two realms, of several kinds and both ways, and one that may not."""

from dataclasses import replace
from typing import Any

from tests.integration.gateway.realms import COMMENT, EU, QC, OneRealm, until

from reelm import gateway, ledger
from reelm.gateway import Found, Kind, Message, Question
from reelm.kernel.ids import RealmCode

CLIP = "018f3c1e-0000-7000-8000-000000000009"


async def let_things_cross(eu: OneRealm, qc: OneRealm) -> None:
    """Three comments one way, twice counts and a clip the other, and a comment that may not go."""
    for number in range(3):
        await qc.put(EU, replace(COMMENT, person=await qc.person(f"ben{number}")))
    await qc.put(EU, replace(COMMENT, minor=True))
    counts: dict[str, Any] = {"clips": [], "day": "2026-11-24", "epsilon": "0.02"}
    await eu.put(QC, Message(Kind.COUNTS, counts, people=60, epsilon_micro=20_000))
    await eu.put(QC, Message(Kind.COUNTS, counts, people=60, epsilon_micro=30_000))
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, {"id": CLIP}))
    await until(lambda: has_answered(qc))
    await until(lambda: len(eu.house.taken) == 3 and len(qc.house.taken) == 2)
    for realm, other in ((eu, QC), (qc, EU)):
        await until(lambda realm=realm, other=other: _is_quiet(realm, other))


async def _is_quiet(realm: OneRealm, other: RealmCode) -> bool:
    """Whether nothing is on its way, neither to the other realm nor into the log."""
    return await realm.waiting(other) == 0 and await is_published(realm)


async def has_answered(qc: OneRealm) -> bool:
    """Ask for the clip, as somebody does who tries again while the other realm is busy."""
    try:
        await qc.door.asker.ask(EU, Question(Kind.CLIP, {"clip": CLIP}))
    except gateway.RealmNotAnswering:
        return False
    return True


async def is_published(realm: OneRealm) -> bool:
    """Whether a checkpoint covers everything that was queued."""
    async with realm.database.read() as unit:
        state = await ledger.find_state(unit)
    return state is not None and state.waiting == 0
