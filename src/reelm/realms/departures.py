"""Whose realm is another one by a dated decision, and from when on do they move there? Pure.

A decision moves people only if it says when. It stands until their place changes hands again: a later decision about
other places takes nothing back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reelm.kernel.ids import RealmCode
from reelm.realms.model import Decision

# What a decision makes of the map: who serves which place.
Change = tuple[Decision, Mapping[str, RealmCode]]


@dataclass(frozen=True)
class Departure:
    """From `at` on whoever lives in a place moves to `realm`; `decision` is the digest of what says so."""

    realm: RealmCode
    at: datetime
    decision: str


def find_departure(changes: Sequence[Change], home: RealmCode, place: str, now: datetime) -> Departure | None:
    """What becomes of the residents of a place who are at `home`; decisions that lie ahead count too.

    `changes` are all decisions in their order. Of several, the last one whose time has come, else the next.
    """
    found = sorted(_list_departures(changes, home, place, now), key=lambda one: one.at)
    due = [one for one in found if one.at <= now]
    return due[-1] if due else found[0] if found else None


def _list_departures(changes: Sequence[Change], home: RealmCode, place: str, now: datetime) -> Iterator[Departure]:
    """As long as a realm has the place: those from `home` to it that can still be."""
    reigns = [(realm, list(reign)) for realm, reign in groupby(changes, lambda change: change[1].get(place))]
    ends = {number: reign[0][0].at for number, (_, reign) in enumerate(reigns[1:])}
    for number, (realm, reign) in enumerate(reigns):
        end = ends.get(number)
        if realm in (None, home) or (end is not None and end <= now):
            continue
        for decision, _ in reign:
            at = decision.residents_move_at
            if at is not None and (end is None or at < end):
                yield Departure(realm, at, decision.digest())
