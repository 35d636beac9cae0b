"""The plain data of probes: what should have been in a log, what was, and when that is alarming."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reelm.kernel.ids import AccountId, RealmCode

# How long a probe that missed something is an alarm, and after how many days without any the probes themselves are.
ALARM, LATE = timedelta(days=7), timedelta(days=2)


@dataclass(frozen=True)
class Cast:
    """Who plays whom today: one canary asks, one agrees, one is looked at."""

    asker: AccountId
    approver: AccountId
    subject: AccountId


@dataclass(frozen=True)
class Probe:
    """What one day's probe of a realm should have left in a log, and what of it was found there as it is served.

    Of a realm that lets nothing cross to us, nothing is expected. `missing` names entries by kind and collection.
    """

    day: date
    realm: RealmCode
    at: datetime
    expected: int
    found: int
    missing: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether exactly what was expected was found."""
        return not self.missing and self.found == self.expected


def compare(expected: Counter[str], found: Counter[str], *, day: date, realm: RealmCode, at: datetime) -> Probe:
    """The result.

    >>> probe = compare(Counter(read=2), Counter(read=1), day=date.min, realm=RealmCode("eu"), at=datetime.min)
    >>> probe.found, probe.missing, probe.is_well
    (1, ('read',), False)
    """
    missing = tuple(sorted((expected - found).elements()))
    return Probe(day, realm, at, expected.total(), found.total(), missing)


@dataclass(frozen=True)
class Standing:
    """Each realm's newest probe, ours first; those of the last days that are not well; `late` if ours is old."""

    newest: tuple[Probe, ...]
    failed: tuple[Probe, ...]
    late: bool


def stand(probes: Sequence[Probe], me: RealmCode, *, opened: date | None, today: date) -> Standing:
    """How probes stand of which the newest come first. `opened` is the day of the log's first entry."""
    newest: dict[RealmCode, Probe] = {}
    for probe in probes:
        newest.setdefault(probe.realm, probe)
    last = newest[me].day if me in newest else opened
    return Standing(
        newest=tuple(sorted(newest.values(), key=lambda one: (one.realm != me, one.realm))),
        failed=tuple(one for one in probes if not one.is_well and today - one.day < ALARM),
        late=last is not None and today - last >= LATE,
    )
