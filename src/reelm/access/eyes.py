"""Whose eyes look at whose private data? A person's own, or those of staff with an open access.

Every function that returns private data takes `Eyes`, never a bare unit; `tests/house` refuses another way, and
refuses to make `Eyes` elsewhere than here and in `accounts.own_eyes`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reelm import ledger
from reelm.access.desk import Caller, Desk
from reelm.access.ending import hold_request, write_end, write_end_if_over
from reelm.access.errors import AccessNotFound, AccessOver, CountryMayNot, OutsideTheScope, RoleMayNot
from reelm.access.model import EndCause, Request, Sight, State
from reelm.access.policy import Relation, Step, check, find_read_refusal
from reelm.access.store import (
    Collection,
    Narrowed,
    fetch_own_rows,
    fetch_rows,
    find_request,
    insert_read,
    narrow,
)
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccessId, AccountId, EntryId, public_id


class Eyes(ABC):
    """May look at some classes of one person's private data."""

    @property
    @abstractmethod
    def subject(self) -> AccountId:
        """Whose data."""

    @property
    @abstractmethod
    def classes(self) -> frozenset[DataClass]:
        """Which classes of it."""

    @abstractmethod
    async def look(self, collection: Collection) -> Sight:
        """The collection's rows of `subject`, without columns of classes that may not be seen."""


class OwnEyes(Eyes):
    """A person at their own data: everything, and nobody else has to know."""

    def __init__(self, unit: ReadUnit, person: AccountId) -> None:
        self._unit, self._person = unit, person

    @property
    def subject(self) -> AccountId:
        return self._person

    @property
    def classes(self) -> frozenset[DataClass]:
        return frozenset(DataClass)

    async def look(self, collection: Collection) -> Sight:
        """The whole collection."""
        rows = await fetch_rows(self._unit, narrow(collection, self._person, self.classes))
        return Sight(collection.name, collection.is_single, rows)

    async def all(self, statement: Any, of: Any) -> Sequence[Record]:
        """The rows of a SELECT whose column `of` names this person."""
        return await fetch_own_rows(self._unit, self._person, statement, of)


class StaffEyes(Eyes):
    """Somebody else at a person's data, by an access that was open when these eyes were made.

    Each look is checked again, by the row and the clock, and is in the log before anything is read.
    """

    def __init__(self, desk: Desk, caller: Caller, request: Request, subject: AccountId) -> None:
        self._desk, self._caller, self._request, self._subject = desk, caller, request, subject

    @property
    def subject(self) -> AccountId:
        return self._subject

    @property
    def classes(self) -> frozenset[DataClass]:
        return self._request.classes

    async def look(self, collection: Collection) -> Sight:
        """What the access covers of the collection, read only after a signed checkpoint covers the entry of it.

        Raises `RoleMayNot`, `CountryMayNot`, `AccessNotYours`, `AccessNotOpen`, `AccessOver`,
        `AccessOpenedElsewhere`, `OutsideTheScope`; `CrossingRefused` where that would be showing it in another realm,
        and the policies don't let it; `LedgerNotAnswering` where the log does not take the entry in
        time. The entry and its row stay then: they say that data was about to be shown, which errs on the person's
        side.
        """
        entry = await self._enter(narrow(collection, self._subject, self.classes), collection)
        index = await self._desk.durability.wait(entry)
        async with self._desk.database.read() as unit:
            request = await find_request(unit, self._request.id)
            if request is None or await self._find_refusal(unit, request, self._desk.clock.now()):
                raise AccessOver  # ended while the log was waited for
            rows = await fetch_rows(unit, narrow(collection, self._subject, request.classes))
        return Sight(collection.name, collection.is_single, rows, entry, index)

    async def _enter(self, narrowed: Narrowed, collection: Collection) -> EntryId:
        """Check that it is open and write down what is about to be shown, together."""
        desk, at = self._desk, self._desk.clock.now()
        entry: EntryId | None = None
        crossing: Problem | None = None
        async with desk.database.write() as unit:
            request = await hold_request(unit, self._request.id)
            refusal = await self._find_refusal(unit, request, at)
            if refusal is not None:
                await self._end_refused(unit, request, refusal, at)
            elif narrowed.is_empty:
                raise OutsideTheScope(asked_for=", ".join(sorted(request.classes)))
            else:
                entry, crossing = await self._write_read(unit, narrowed, collection, at)
        if crossing is not None:  # raised only now, so that the log tells of the refusal
            raise crossing
        if entry is None:  # and so that the end of the access is kept
            raise refusal() if refusal else AccessOver()
        return entry

    async def _find_refusal(self, unit: ReadUnit, request: Request, at: datetime) -> type[Problem] | None:
        return find_read_refusal(request, await self._desk.recognise(unit, self._caller), at)

    async def _end_refused(self, unit: WriteUnit, request: Request, refusal: type[Problem], at: datetime) -> None:
        """An access whose time is over, or whose holder has lost the role or left the place for it, ends here."""
        if await write_end_if_over(unit, request, realm=self._desk.realm, at=at):
            return
        if (
            refusal in (RoleMayNot, CountryMayNot)
            and request.state is State.OPEN
            and request.asked_by == self._caller.id
        ):
            await write_end(unit, request, EndCause.REVOKED, realm=self._desk.realm, at=at)

    async def _write_read(
        self, unit: WriteUnit, narrowed: Narrowed, collection: Collection, at: datetime
    ) -> tuple[EntryId | None, Problem | None]:
        """Write down the look, and that it crosses the border where it does; or why it may not."""
        realm, drafts = self._desk.realm, list[ledger.Draft]()
        if self._desk.border is not None:
            by = await self._desk.recognise(unit, self._caller)
            crossing, refused = await self._desk.border.decide(
                unit, country=by.country, subject=self._subject, collection=collection, narrowed=narrowed, at=at
            )
            if refused is not None and crossing is not None:
                await ledger.append_all(unit, [replace(crossing, actor=self._caller.id)], realm=realm)
                return None, refused
            drafts += [replace(crossing, actor=self._caller.id)] if crossing else []
        fields = sum(len(part) for part in narrowed.fields)
        fact = ledger.AccessRead(
            request=public_id(self._request.id), collection=collection.name, classes=narrowed.classes, fields=fields
        )
        drafts.append(ledger.Draft(fact, at, actor=self._caller.id, subject=self._subject))
        entry = (await ledger.append_all(unit, drafts, realm=realm))[-1]
        await insert_read(
            unit,
            self._request.id,
            entry,
            collection=collection.name,
            classes=narrowed.classes,
            fields=fields,
            at=at,
        )
        return entry, None


def own_eyes(unit: ReadUnit, person: AccountId) -> OwnEyes:
    """The eyes of somebody who was recognised. Only `accounts.own_eyes`, which takes a `Viewer`, calls it."""
    return OwnEyes(unit, person)


async def staff_eyes(desk: Desk, caller: Caller, id: AccessId) -> StaffEyes:
    """The eyes of staff through one access. Whether it is open is looked at with each look.

    Raises `AccessNotFound`, to others than staff `RoleMayNot`, and `AccessOver` where its subject is forgotten.
    """
    async with desk.database.read() as unit:
        by, request = await desk.recognise(unit, caller), await find_request(unit, id)
    if request is None:
        check(Step.READ, by, Relation.ASKER)
        raise AccessNotFound
    if request.subject is None:
        raise AccessOver
    return StaffEyes(desk, caller, request, request.subject)
