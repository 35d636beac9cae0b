"""How much crossed in some days: by day, route, kind of message, purpose and class, and at which cost? Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from reelm.gateway.model import TERMS, Kind
from reelm.ledger import Line, Rows, Sums

K = TypeVar("K")


@dataclass
class Traffic:
    """What went out, came in, and was refused, in messages; `bytes` went out or came in."""

    out: int = 0
    in_: int = 0
    refused: int = 0
    bytes: int = 0

    def add(self, line: Line, sums: Sums) -> None:
        self.out += sums.messages if line.direction == "out" else 0
        self.in_ += sums.messages if line.direction == "in" else 0
        self.refused += sums.messages if line.direction == "refused" else 0
        self.bytes += sums.bytes


@dataclass
class Spent:
    """Privacy budget that counts sent to one realm have cost each person in them, in millionths."""

    in_all: int = 0
    by_day: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def most_in_a_day(self) -> int:
        return max(self.by_day.values(), default=0)


@dataclass(frozen=True)
class Totals:
    """The lines of some days, added up in several ways. Every day is there, also one on which nothing crossed."""

    days: Mapping[str, Traffic]
    routes: Mapping[tuple[str, str], Traffic]
    messages: Mapping[str, Traffic]
    purposes: Mapping[str, Traffic]
    classes: Mapping[str, Traffic]
    rules: Mapping[tuple[str, str], int]
    spent: Mapping[str, Spent]


def add_up(rows: Rows, first: date, last: date) -> Totals:
    """The totals of the days from `first` to `last`, both included."""
    days = {(first + timedelta(number)).isoformat(): Traffic() for number in range((last - first).days + 1)}
    rules: dict[tuple[str, str], int] = {}
    spent: dict[str, Spent] = {}
    for line, sums in rows.items():
        days[line.day].add(line, sums)
        if line.direction == "refused":
            rules[line.rule, line.receiver] = rules.get((line.rule, line.receiver), 0) + sums.messages
        if line.direction == "out" and sums.epsilon_micro:
            one = spent.setdefault(line.receiver, Spent())
            one.in_all += sums.epsilon_micro
            one.by_day[line.day] = one.by_day.get(line.day, 0) + sums.epsilon_micro
    return Totals(
        days=days,
        routes=_by(rows, lambda line: [(line.sender, line.receiver)]),
        messages=_by(rows, lambda line: [line.message]),
        purposes=_by(rows, lambda line: [purpose_of(line)]),
        classes=_by(rows, lambda line: line.classes.split()),
        rules=rules,
        spent=spent,
    )


def purpose_of(line: Line) -> str:
    """What a line's messages are for. An arrival's entry doesn't say it, but every message of a kind has the same.

    >>> purpose_of(Line("2026-11-25", "in", "eu", "ca-qc", "comment"))
    'public-act'
    """
    if line.purpose or line.message not in set(Kind):
        return line.purpose
    return TERMS[Kind(line.message)].purpose.value


def _by(rows: Rows, keys: Callable[[Line], Iterable[K]]) -> dict[K, Traffic]:
    found: dict[K, Traffic] = {}
    for line, sums in rows.items():
        for key in keys(line):
            found.setdefault(key, Traffic()).add(line, sums)
    return found
