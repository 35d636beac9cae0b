"""The queries of what somebody chose for their feed, and of whether it learns from them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, OwnEyes, Part, Sight
from reelm.feed.choices import Choices, Kind
from reelm.feed.model import Mode
from reelm.feed.state import decode
from reelm.feed.tables import feed_choices, feed_less_creators, feed_people, feed_states
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId

_MOST_LOOKED_AT = 2000

FEED_CHOICES = Collection(
    "feed-choices",
    (
        Part(
            select(feed_people.c.mode, feed_people.c.began_at.label("learns_since")).limit(1),
            of=feed_people.c.account_id,
        ),
        Part(
            select(feed_choices.c.kind, feed_choices.c.value)
            .order_by(feed_choices.c.kind, feed_choices.c.value)
            .limit(_MOST_LOOKED_AT),
            of=feed_choices.c.account_id,
        ),
        Part(
            select(feed_less_creators.c.creator_id.label("less_of_account_id")).limit(_MOST_LOOKED_AT),
            of=feed_less_creators.c.account_id,
        ),
    ),
)


async def fetch_own_choices(eyes: OwnEyes) -> Choices:
    """What the caller chose."""
    values = await eyes.all(select(feed_choices.c.kind, feed_choices.c.value), feed_choices.c.account_id)
    less = await eyes.all(select(feed_less_creators.c.creator_id), feed_less_creators.c.account_id)
    return Choices(
        frozenset((Kind(row.kind), row.value) for row in values),
        frozenset(AccountId(row.creator_id) for row in less),
    )


async def fetch_own_mode(eyes: OwnEyes) -> tuple[Mode, datetime | None]:
    """Which feed the caller opens with, and since when theirs learns; `None` before anything was stored."""
    rows = await eyes.all(select(feed_people.c.mode, feed_people.c.began_at), feed_people.c.account_id)
    return (Mode(rows[0].mode), rows[0].began_at) if rows else (Mode.FOR_YOU, None)


async def list_feed_choices(eyes: Eyes) -> Sight:
    """What a person chose for their feed, as far as these eyes may look."""
    return await eyes.look(FEED_CHOICES)


async def update_mode(unit: WriteUnit, account: AccountId, mode: Mode, at: datetime) -> None:
    """Which feed they open with; whoever had no row has one from here on, without a pseudonym."""
    statement = upsert(feed_people).values(account_id=account, mode=mode, began_at=at)
    await unit.write(statement.on_conflict_do_update(index_elements=[feed_people.c.account_id], set_={"mode": mode}))


async def replace_choices(unit: WriteUnit, account: AccountId, kind: Kind, values: Sequence[str]) -> None:
    """These are all of one kind from here on."""
    await unit.write(delete(feed_choices).where(feed_choices.c.account_id == account, feed_choices.c.kind == kind))
    await _insert(unit, account, kind, values)


async def _insert(unit: WriteUnit, account: AccountId, kind: Kind, values: Iterable[str]) -> None:
    rows = [{"account_id": account, "kind": kind, "value": value} for value in values]
    if rows:
        await unit.write(upsert(feed_choices).values(rows).on_conflict_do_nothing())


async def insert_choice(unit: WriteUnit, account: AccountId, kind: Kind, value: str) -> None:
    """Twice changes nothing."""
    await _insert(unit, account, kind, [value])


async def delete_choice(unit: WriteUnit, account: AccountId, kind: Kind, value: str) -> None:
    chosen = feed_choices.c.account_id == account, feed_choices.c.kind == kind, feed_choices.c.value == value
    await unit.write(delete(feed_choices).where(*chosen))


async def insert_less_creator(unit: WriteUnit, account: AccountId, creator: AccountId) -> None:
    """Twice changes nothing."""
    statement = upsert(feed_less_creators).values(account_id=account, creator_id=creator)
    await unit.write(statement.on_conflict_do_nothing())


async def delete_less_creator(unit: WriteUnit, account: AccountId, creator: AccountId) -> None:
    less = feed_less_creators.c.account_id == account, feed_less_creators.c.creator_id == creator
    await unit.write(delete(feed_less_creators).where(*less))


async def forget_learned(unit: WriteUnit, account: AccountId, mode: Mode, at: datetime) -> int:
    """Remove what hangs on the pseudonym, with it; returns how many clips count as seen no more, at most.

    The row goes and another comes, so that every row that points to the pseudonym goes as well.
    """
    mine = feed_people.c.pseudonym == feed_states.c.pseudonym, feed_people.c.account_id == account
    state = await unit.scalar(select(feed_states.c.state).where(*mine))
    await unit.write(delete(feed_people).where(feed_people.c.account_id == account))
    fresh = upsert(feed_people).values(account_id=account, mode=mode, began_at=at)
    again = {"pseudonym": None, "began_at": at}
    await unit.write(fresh.on_conflict_do_update(index_elements=[feed_people.c.account_id], set_=again))
    return decode(state).count_seen


async def forget_choices(unit: WriteUnit, account: AccountId) -> int:
    """Returns how many there were."""
    chosen = await unit.write(delete(feed_choices).where(feed_choices.c.account_id == account))
    return chosen + await unit.write(delete(feed_less_creators).where(feed_less_creators.c.account_id == account))


async def rename_creator(unit: WriteUnit, old: UUID, new: UUID) -> None:
    """Whoever asked for less of one asked for less of the other, from here on."""
    less = feed_less_creators.c
    already = select(less.account_id).where(less.creator_id == new)
    await unit.write(delete(feed_less_creators).where(less.creator_id == old, less.account_id.in_(already)))
    await unit.write(update(feed_less_creators).where(less.creator_id == old).values(creator_id=new))
