"""Whose key is it? Each person's own: made when they sign up, gone when they are erased."""

import os
from collections.abc import Iterable
from datetime import datetime

from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId, EntryId
from reelm.ledger.appending import append
from reelm.ledger.errors import PersonHasNoKey
from reelm.ledger.model import ErasureTombstone
from reelm.ledger.store import count_unkeyed, delete_key, fetch_keys, forget_parties, insert_key


async def make_key(unit: WriteUnit, person: AccountId, *, at: datetime) -> None:
    """Make the key of a new person. A person has one, once."""
    await insert_key(unit, person, os.urandom(32), at)


async def fetch_key(unit: ReadUnit, person: AccountId) -> bytes:
    """The 32 bytes of this person's key. Raises `PersonHasNoKey`."""
    keys = await fetch_keys(unit, (person,))
    if person not in keys:
        raise PersonHasNoKey
    return keys[person]


async def list_keyed(unit: WriteUnit, people: Iterable[AccountId]) -> set[AccountId]:
    """Those of these people who have a key, held until the unit ends: nobody else can be named in an entry."""
    return set(await fetch_keys(unit, people, hold=True))


async def find_key_faults(unit: ReadUnit) -> list[str]:
    """For fsck: whether a row still says whom an entry names although that person's key is gone, in words."""
    unkeyed = await count_unkeyed(unit)
    return [f"{unkeyed} rows name somebody whose key is gone"] if unkeyed else []


async def destroy_key(unit: WriteUnit, person: AccountId, *, realm: str, at: datetime) -> EntryId:
    """Make every commitment to this person nobody's, for good; the log itself stays as it is.

    Their last entry, the tombstone, is appended first, then the key and each row that says whom an entry names are
    deleted, in the same transaction. Raises `PersonHasNoKey`.
    """
    classes = tuple(one for one in DataClass if one.is_personal)
    tombstone = ErasureTombstone(scope="account", classes=classes)
    entry = await append(unit, tombstone, realm=realm, at=at, subject=person)
    await delete_key(unit, person)  # waits for those who are appending with it, so that their rows are found below
    await forget_parties(unit, person)
    return entry
