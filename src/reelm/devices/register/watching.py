"""Whom do the decisions that name this very service bind, right now? Each web process holds the answer in memory.

It is looked up anew when something that may change it was committed (`suspension_changes`), when a date has come, and
otherwise not: asking whether it has costs one small query a second. A process that can't ask keeps what it knows.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reelm.devices import organisations
from reelm.devices.model import Decision, Measure, Network
from reelm.devices.refusing import Binding, Bound, Suspensions
from reelm.devices.register import store
from reelm.devices.register.model import Filed
from reelm.devices.register.rules import is_within, names_host
from reelm.devices.register.subjects_store import find_subjects
from reelm.infra.db import Database, ReadUnit

FRESH_S = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """What somebody who is bound is told: the decision, and until when it holds unless it is reviewed."""

    id: str
    version: int
    decision: Decision
    digest: str
    review_due: datetime

    @property
    def is_legal_demand(self) -> bool:
        """Whether a law or a directive demands it of us, and not only the organisation itself (RFC 7725)."""
        return any(basis.kind != "internal-rule" for basis in self.decision.legal_basis)


@dataclass(frozen=True)
class _Known:
    """What is in force: valid until `next_at`, or until the number of changes goes up."""

    number: int
    next_at: datetime | None
    suspensions: Suspensions
    notices: Mapping[str, Notice]


_NOTHING = _Known(-1, None, Suspensions(()), {})


class Watch:
    """Whom suspensions of this service bind. `host` is where people find it. `refresh` before each use."""

    def __init__(self, database: Database, host: str) -> None:
        self.host = host
        self._database = database
        self._known = _NOTHING
        self._until = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    async def refresh(self, now: datetime) -> None:
        """See to it that nothing here is older than `FRESH_S`. One caller looks; others go on with what there is."""
        if time.monotonic() < self._until:
            return
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(now))
            await asyncio.shield(self._refreshing)
        elif self._known is _NOTHING:
            await asyncio.shield(self._refreshing)

    @property
    def suspensions(self) -> Suspensions:
        return self._known.suspensions

    def notice_of(self, binding: Binding) -> Notice:
        """What somebody who is bound so is told."""
        return self._known.notices[binding.decision]

    async def _refresh(self, now: datetime) -> None:
        try:
            async with self._database.read() as unit:
                number = await store.read_change_number(unit)
                known = self._known
                if number != known.number or (known.next_at is not None and now >= known.next_at):
                    self._known = await _read(unit, number, self.host, now)
        except (OSError, RuntimeError):
            _log.warning("suspensions could not be looked up; what is known stays in force", exc_info=True)
        self._until = time.monotonic() + FRESH_S


async def _read(unit: ReadUnit, number: int, host: str, now: datetime) -> _Known:
    bound: list[Bound] = []
    notices: dict[str, Notice] = {}
    moments: list[datetime] = []
    for filed in await store.list_decisions(unit, published=True):
        if not filed.is_live(now) or not names_host(filed.decision.app, host):
            continue
        if Measure.REFUSE_SERVICE not in filed.decision.measures:
            continue
        subjects = await find_subjects(unit, filed.organisation, filed.decision, now)
        excepted = set(subjects.excepted)
        bound.append(
            Bound(
                decision=filed.decision,
                state=filed.state(now),
                networks=await _list_own_networks(unit, filed),
                devices=[one for one in subjects.bound if one not in excepted],
                excepted=subjects.excepted,
                sessions=subjects.sessions,
            )
        )
        due = filed.review_due(now)
        notices.setdefault(filed.decision.id, Notice(str(filed.id), filed.version, filed.decision, filed.digest, due))
        moments += filed.changes_at(now) + ([subjects.next_at] if subjects.next_at else [])
    return _Known(number, min(moments, default=None), Suspensions(bound), notices)


async def _list_own_networks(unit: ReadUnit, filed: Filed) -> list[Network]:
    """Those of its networks that are proven still."""
    _, held = await organisations.list_held(unit, filed.organisation)
    return [one for one in filed.decision.scope.networks if any(is_within(one, own) for own in held)]
