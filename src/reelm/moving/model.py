"""How far is a move? Plain data: two sides, and the steps between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reelm.kernel.ids import AccountId, EntryId, MoveId, RealmCode


class Side(StrEnum):
    """Which of the two realms this is."""

    LEAVING = "leaving"
    ARRIVING = "arriving"


class Step(StrEnum):
    """What has been done. Until `SWITCHED` at the realm that is left, the move can be called off.

    `ANNOUNCED` is no move yet: a decision will move this person, and they were told so.
    """

    ANNOUNCED = "announced"
    ASKED = "asked"
    COPYING = "copying"
    COPIED = "copied"
    VERIFIED = "verified"
    SWITCHED = "switched"
    ERASED = "erased"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


UNDER_WAY = (Step.ASKED, Step.COPYING, Step.COPIED, Step.VERIFIED, Step.SWITCHED, Step.ERASED)
MAY_CANCEL = (Step.ASKED, Step.COPYING, Step.COPIED, Step.VERIFIED)


@dataclass(frozen=True)
class Move:
    """One move as one of its two realms sees it. `realm` is the other one; `handle` the one they will have there.

    `digest` is the chain over the parts done so far; `told` what the sides have told each other of ids and digests,
    and at the realm that is left the `decision` it began by, if it was one.
    `left_index` and `arrived_index` are where the two logs tell of it.
    """

    id: MoveId
    side: Side
    account: AccountId | None
    realm: RealmCode
    step: Step
    handle: str
    country: str
    region: str | None
    parts: int
    parts_done: int
    own_parts: int
    digest: str
    told: Mapping[str, Any]
    problem: str | None
    left_entry: EntryId | None
    arrived_entry: EntryId | None
    left_index: int | None
    arrived_index: int | None
    asked_at: datetime
    step_at: datetime


class Then(StrEnum):
    """What comes after one step of work: more at once, more in a moment, or nothing until the other realm speaks."""

    MORE = "more"
    LATER = "later"
    REST = "rest"
