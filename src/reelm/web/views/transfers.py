"""How is what crossed between realms shown, and what decides about it?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from reelm import gateway, ledger


class RegisterRow(BaseModel):
    """One line of the register. Empty is what entries of that kind do not say."""

    day: date
    direction: Literal["out", "in", "refused"]
    from_: str = Field(serialization_alias="from")
    to: str
    message: str
    purpose: str
    legal_basis: str
    classes: str
    assessment: str
    agreement: str
    policy: str
    rule: str
    messages: int
    fields: int
    bytes: int
    epsilon_micro: int


class RegisterView(BaseModel):
    """The register of one day over the first `size` entries of the log `origin`, as RFC 8785 JSON."""

    origin: str
    day: date
    size: int
    rows: list[RegisterRow]


class TrafficView(BaseModel):
    """Messages that went out, came in, and were refused; bytes that went or came."""

    out: int
    in_: int = Field(serialization_alias="in")
    refused: int
    bytes: int


def _of(traffic: gateway.Traffic) -> dict[str, int]:
    return {"out": traffic.out, "in_": traffic.in_, "refused": traffic.refused, "bytes": traffic.bytes}


class DayTraffic(TrafficView):
    day: date


class NamedTraffic(TrafficView):
    """`name` is a kind of message, a purpose or a class."""

    name: str


class RouteTraffic(TrafficView):
    from_: str = Field(serialization_alias="from")
    to: str


class TransferDaysView(BaseModel):
    """Days on which anything crossed or was refused, newest first."""

    items: list[DayTraffic]

    @classmethod
    def of(cls, days: Sequence[ledger.TransferDay]) -> "TransferDaysView":
        return cls(items=[DayTraffic.model_validate(vars(one)) for one in days])


class RefusedView(BaseModel):
    """How often a rule kept a message from going to a realm."""

    rule: str
    to: str
    count: int


class SpentView(BaseModel):
    """Privacy budget that counts sent to a realm have cost each person in them, in millionths of ε."""

    to: str
    spent_micro: int
    most_in_a_day_micro: int


class CrossingsView(BaseModel):
    """What crossed from `first` to `last`. A message with data of several classes counts in each of them."""

    realm: str
    first: date
    last: date
    days: list[DayTraffic]
    routes: list[RouteTraffic]
    messages: list[NamedTraffic]
    purposes: list[NamedTraffic]
    classes: list[NamedTraffic]
    refused: list[RefusedView]
    spent: list[SpentView]
    cap_micro_per_day: int

    @classmethod
    def of(cls, realm: str, totals: gateway.Totals) -> "CrossingsView":
        days = [DayTraffic(day=date.fromisoformat(day), **_of(one)) for day, one in totals.days.items()]
        routes = [RouteTraffic(from_=a, to=b, **_of(one)) for (a, b), one in sorted(totals.routes.items())]
        return cls(
            realm=realm,
            first=days[0].day,
            last=days[-1].day,
            days=days,
            routes=routes,
            messages=_named(totals.messages),
            purposes=_named(totals.purposes),
            classes=_named(totals.classes),
            refused=[RefusedView(rule=rule, to=to, count=n) for (rule, to), n in sorted(totals.rules.items())],
            spent=[
                SpentView(to=to, spent_micro=one.in_all, most_in_a_day_micro=one.most_in_a_day)
                for to, one in sorted(totals.spent.items())
            ],
            cap_micro_per_day=gateway.EPSILON_CAP_MICRO_PER_DAY,
        )


def _named(totals: Mapping[str, gateway.Traffic]) -> list[NamedTraffic]:
    return [NamedTraffic(name=name, **_of(one)) for name, one in sorted(totals.items())]


class PolicyView(BaseModel):
    """One Cedar policy, as it is written."""

    id: str
    effect: Literal["permit", "forbid"]
    text: str


class FileView(BaseModel):
    """A file that decides, as it was when it was last understood."""

    name: str
    text: str


class AssessmentView(BaseModel):
    """One route that has been assessed. `agreement` is the SHA-256 of the agreement's text."""

    from_: str = Field(serialization_alias="from")
    to: str
    assessment: str
    made: date
    valid_until: date
    in_force: bool
    law: str
    agreement: str
    agreement_file: str
    purposes: list[ledger.Purpose]

    @classmethod
    def of(cls, transfer: gateway.Transfer, today: date) -> "AssessmentView":
        told = transfer.model_dump(exclude={"from_"})
        return cls(from_=transfer.from_, in_force=transfer.made <= today <= transfer.valid_until, **told)


class RulesChange(BaseModel):
    """From this entry on, the rules with this digest decide."""

    index: int
    at: datetime
    digest: str
    routes: int


class PolicyFault(BaseModel):
    """What is wrong with the files as they are now; those before stay in force."""

    file: str
    fault: str


class PoliciesView(BaseModel):
    """What decides about crossings. `digest` is the SHA-256 over the files, as entries of the log tell it."""

    digest: str | None
    policies: list[PolicyView]
    assessments: list[AssessmentView]
    files: list[FileView]
    fault: PolicyFault | None
    history: list[RulesChange]
