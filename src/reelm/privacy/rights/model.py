"""The plain data of requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from reelm.kernel.ids import AccountId
from reelm.law import Clock, Right, Unit

# How long an archive can be taken, and how long somebody can call off that they are erased.
KEPT_FOR, ERASED_AFTER = timedelta(days=7), timedelta(days=7)
# What Reelm gives itself, where the law gives longer.
OWN_LIMIT = Clock(30, Unit.DAYS)


class State(StrEnum):
    """asked → working → ready (an archive that can be taken) → done; erasure: asked → working → done.

    `waiting`: something has to end first, and `problem` says what.
    """

    ASKED = "asked"
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    DONE = "done"
    CALLED_OFF = "called-off"

    @property
    def is_open(self) -> bool:
        return self in (State.ASKED, State.WAITING, State.WORKING)


@dataclass(frozen=True)
class Request:
    """One request. After an erasure it names nobody. `due_at`: when it is too late, `by_law` when by the law alone.

    `starts_at` is when the work begins at the earliest; `done` of `total` collections have been gone through; `told`
    is what has to be known to end it: files of somebody who is erased, the digest of an archive.
    """

    id: UUID
    account: AccountId | None
    right: Right
    law: str
    state: State
    asked_at: datetime
    starts_at: datetime
    due_at: datetime
    by_law: datetime
    done: int
    total: int
    ended_at: datetime | None
    problem: str | None
    told: Mapping[str, Any]
