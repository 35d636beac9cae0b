"""Whom and what do somebody's rows point to, seen from another realm? Names are made for it, and made out again.

A row that points to whom the other realm can't know (somebody of a third realm, a minor who stays home) is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reelm import accounts, gateway, videos
from reelm.infra.db import Belongings, ReadUnit, RowMalformed, WriteUnit, list_rows
from reelm.kernel.ids import AccountId, RealmCode
from reelm.moving.mover import Mover

Row = dict[str, Any]


@dataclass(frozen=True)
class _Known:
    """What the rows of one collection point to, as it is known here."""

    clips: Mapping[UUID, RealmCode | None]
    homes: Mapping[UUID, RealmCode | None]
    people: Mapping[AccountId, accounts.Person]
    minors: frozenset[AccountId]


async def export_rows(unit: ReadUnit, mover: Mover, what: Belongings, person: AccountId, to: RealmCode) -> list[Row]:
    """The rows of one collection as `to` gets them."""
    rows = await list_rows(unit, what, person)
    known = await _look_up(unit, mover, what, rows)
    found = (_export(mover, what, row, known, to) for row in rows)
    return [row for row in found if row is not None]


async def _look_up(unit: ReadUnit, mover: Mover, what: Belongings, rows: Sequence[Row]) -> _Known:
    clips = {UUID(row[what.clip]) for row in rows} if what.clip else set[UUID]()
    ids = {AccountId(UUID(row[name])) for row in rows for name in what.people}
    people = await accounts.fetch_people(unit, ids) if ids else {}
    today = mover.clock.now().date()
    ours = [id for id, one in people.items() if one.realm is None]
    minors = frozenset([id for id in ours if await accounts.is_minor(unit, id, today)])
    homes = await accounts.find_homes(unit, ids) if ids else {}
    return _Known(await videos.find_homes(unit, clips) if clips else {}, homes, people, minors)


def _export(mover: Mover, what: Belongings, row: Row, known: _Known, to: RealmCode) -> Row | None:
    told = dict(row)
    if what.clip:
        id = UUID(row[what.clip])
        told[what.clip] = {"id": str(id), "realm": known.clips[id] or mover.realm}
    for name, via in what.people.items():
        named = _name(mover, AccountId(UUID(row[name])), accounts.Via(via), known, to)
        if named is None:
            return None
        told[name] = named
    return told


def _name(mover: Mover, id: AccountId, via: accounts.Via, known: _Known, to: RealmCode) -> Row | None:
    """Somebody as `to` may know them: by what it calls its own people here, else by a name made for it."""
    home = known.homes.get(id)
    if home is not None:
        return {"realm": home, "card": {"id": str(id)}} if home == to else None
    if id not in known.people or id in known.minors:
        return None
    pseudonym = mover.naming.towards(to, via).name(id)
    card: Row = {"id": str(pseudonym)}
    if via is not accounts.Via.FOLLOW:  # who follows is told to nobody abroad
        card = accounts.card_of(known.people[id], pseudonym)
    if via is accounts.Via.COMMENT:
        card["avatar"] = None
    return {"realm": mover.realm, "card": card}


def as_they_stand(what: Belongings, row: Row) -> Row:
    """A row with the ids that it came with, to see whether it has the form of its table."""
    made = dict(row)
    if what.clip:
        made[what.clip] = row[what.clip]["id"]
    for name in what.people:
        made[name] = row[name]["card"]["id"]
    return made


async def import_rows(
    unit: WriteUnit, mover: Mover, what: Belongings, rows: Iterable[Row], from_: RealmCode
) -> list[Row]:
    """The rows of one collection as they can stand here. Raises `RowMalformed`."""
    try:
        made = [await _import(unit, mover, what, row, from_) for row in rows]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise RowMalformed(what.name) from None
    return [row for row in made if row is not None]


async def _import(unit: WriteUnit, mover: Mover, what: Belongings, row: Row, from_: RealmCode) -> Row | None:
    made = dict(row)
    if what.clip:
        id, home = UUID(row[what.clip]["id"]), RealmCode(str(row[what.clip]["realm"]))
        if not await videos.find_homes(unit, [id]):
            if home == mover.realm:
                return None  # a clip of ours that is gone meanwhile
            await videos.note_clip(unit, id, home)
        made[what.clip] = str(id)
    for name, via in what.people.items():
        person = await _make_out(unit, mover, row[name], accounts.Via(via), from_)
        if person is None:
            return None
        made[name] = str(person)
    return made


async def _make_out(
    unit: WriteUnit, mover: Mover, named: Row, via: accounts.Via, from_: RealmCode
) -> AccountId | None:
    """Who that is here: one of ours under the name we gave them there, or somebody of the realm that tells."""
    if named["realm"] == mover.realm:
        own = await accounts.find_own(unit, mover.naming.towards(from_, via).person(UUID(named["card"]["id"])))
        return own.id if own else None
    if named["realm"] != from_:
        return None
    try:
        return await accounts.keep_person(unit, from_, named["card"], via=via, at=mover.clock.now())
    except gateway.MessageNotTaken:
        return None
