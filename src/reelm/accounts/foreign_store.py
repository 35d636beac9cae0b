"""The queries of people of other realms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.accounts.handles import as_stored
from reelm.accounts.model import Person, Profile
from reelm.accounts.tables import foreign_people, people
from reelm.infra.db import ReadUnit, Record, Values, WriteUnit, is_among
from reelm.kernel.ids import AccountId, RealmCode


def _person(row: Record) -> Person:
    avatar = f"abroad/{row.realm}/{row.id}/{row.avatar}" if row.avatar else None
    return Person(AccountId(row.id), row.handle, row.display_name, avatar, RealmCode(row.realm))


async def find_homes(unit: ReadUnit, ids: Iterable[UUID]) -> dict[UUID, RealmCode | None]:
    """The realm of each of these people, `None` for ours; whoever is not known is left out."""
    rows = await unit.all(select(people.c.id, people.c.realm).where(is_among(people.c.id, ids)))
    return {row.id: RealmCode(row.realm) if row.realm else None for row in rows}


async def forget_abroad(unit: WriteUnit, id: UUID, realm: RealmCode) -> None:
    """Nobody of that realm has this id any more."""
    await unit.write(delete(people).where(people.c.id == id, people.c.realm == realm))


async def upsert_foreign(
    unit: WriteUnit, realm: RealmCode, told: Mapping[AccountId, Values], *, at_first: Values
) -> bool:
    """Keep what a realm told of its people; false where an id is somebody's of another realm, or of ours.

    Of each it told the same columns; `at_first` stands in for the others where nothing of them was kept before.
    """
    ids = sorted(told)  # two who keep the same people do not wait for each other
    await unit.write(upsert(people).values([{"id": id, "realm": realm} for id in ids]).on_conflict_do_nothing())
    theirs = select(people.c.id).where(is_among(people.c.id, ids), people.c.realm == realm)
    if len(await unit.scalars(theirs)) < len(ids):
        return False
    statement = upsert(foreign_people).values([{**at_first, **told[id], "id": id} for id in ids])
    changed = {name: statement.excluded[name] for name in told[ids[0]]}
    await unit.write(statement.on_conflict_do_update(index_elements=[foreign_people.c.id], set_=changed))
    return True


async def fetch_foreign(unit: ReadUnit, ids: Iterable[AccountId]) -> dict[AccountId, Person]:
    """The people of other realms among these."""
    rows = await unit.all(select(foreign_people).where(is_among(foreign_people.c.id, ids)))
    return {AccountId(row.id): _person(row) for row in rows}


async def find_foreign(unit: ReadUnit, realm: RealmCode, handle: str) -> Profile | None:
    """What is kept of somebody of another realm, as they show themselves there."""
    statement = select(foreign_people).where(
        foreign_people.c.realm == realm,
        foreign_people.c.handle == as_stored(handle),
        foreign_people.c.via == "profile",
    )
    row = await unit.first(statement)
    return Profile(_person(row), row.bio, row.followers) if row else None


async def is_kept(unit: ReadUnit, id: UUID) -> bool:
    """Whether something is kept of this person of another realm."""
    return bool(await unit.scalar(select(literal(True)).where(foreign_people.c.id == id)))


async def is_fresh(unit: ReadUnit, realm: RealmCode, handle: str, since: datetime) -> bool:
    """Whether another realm has told of this person's page since then."""
    told = select(foreign_people.c.told_at).where(
        foreign_people.c.realm == realm,
        foreign_people.c.handle == as_stored(handle),
        foreign_people.c.via == "profile",
    )
    at = await unit.scalar(told)
    return at is not None and at >= since


async def list_foreign_ids(unit: ReadUnit) -> set[UUID]:
    """Everybody of other realms that something is kept of."""
    return set(await unit.scalars(select(foreign_people.c.id)))


async def delete_foreign(unit: WriteUnit, id: UUID, realm: RealmCode) -> bool:
    """Forget what another realm told of somebody; false where nothing is kept of them."""
    statement = delete(foreign_people).where(foreign_people.c.id == id, foreign_people.c.realm == realm)
    return await unit.write(statement) == 1
