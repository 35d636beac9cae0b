"""Facts of an audit of the example decision, and what its devices, exceptions and people may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.unit.devices.examples import draft, signed

from reelm.devices.auditing import Facts
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.organisations import Key
from reelm.devices.probing import Outcome, Probe, Probes, Way
from reelm.devices.register import Excepted, Filed
from reelm.devices.register.telling import Person
from reelm.devices.reporting import Standing
from reelm.kernel.ids import ExceptionId, OrganisationId, StaffId

PUBLISHED = datetime(2026, 12, 5, 8, tzinfo=UTC)
NOW = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
ORGANISATION = OrganisationId(UUID(int=7))


def filed(**changes: Any) -> Filed:
    """The example decision, published, and in force at `NOW`."""
    document = signed(**changes)
    id = UUID(document.decision.id)
    return Filed(
        id, 1, ORGANISATION, document.digest, document.encode(), PUBLISHED, asked_at=PUBLISHED, published_at=PUBLISHED
    )


def device(
    number: int,
    platform: Platform = Platform.IOS,
    enrolment: Enrolment = Enrolment.SUPERVISED,
    *,
    has_app: bool | None = False,
    excepted: bool = False,
) -> Standing:
    """A device that reported an hour ago; nothing, with `has_app` of `None`."""
    at = None if has_app is None else NOW - timedelta(hours=1)
    return Standing(
        UUID(int=number),
        f"device-{number}",
        platform,
        enrolment,
        b"k" * 32,
        is_excepted=excepted,
        has_app=has_app,
        reported_at=at,
    )


def excepted(number: int, **told: Any) -> Excepted:
    """An exception that was granted for a device."""
    one = Excepted(
        id=ExceptionId(UUID(int=1000 + number)),
        decision=UUID(draft()["id"]),
        organisation=ORGANISATION,
        device=UUID(int=number),
        person=None,
        purpose="supervision",
        mitigations=(0,),
        until=NOW + timedelta(days=30),
        asked_by=StaffId(UUID(int=1)),
        asked_at=NOW - timedelta(days=3),
        decided_by=StaffId(UUID(int=2)),
        decided_at=NOW - timedelta(days=2),
        granted=True,
    )
    return replace(one, **told)


def probed(of: Filed, **outcomes: Outcome) -> Probes:
    """One try of each way, by its name with underscores."""
    tries = tuple(
        Probe(way=Way(way.replace("_", "-")), target="shortvideo.example", outcome=outcome, how="as a test says")
        for way, outcome in outcomes.items()
    )
    return Probes(decision=of.decision.id, sha256=of.digest, at=NOW - timedelta(hours=1), probes=tries)


def facts(*devices: Standing, decision: Filed | None = None, **told: Any) -> Facts:
    """What was known at `NOW`."""
    of = decision or filed()
    given: dict[str, Any] = {"exceptions": (), "people": (), "approvers": 1, "at": NOW} | told
    return Facts("institution", "https://reelm.example/ledger", of, _keys(), devices, **given)


def person(number: int, *, told: bool = False, acknowledged: bool = False) -> Person:
    at = NOW - timedelta(days=1)
    return Person(UUID(int=2000 + number), "fr" if told else None, at if told else None, at if acknowledged else None)


def _keys() -> list[Key]:
    return [Key("a-thumbprint", b'{"kty":"EC","crv":"P-256","x":"eA","y":"eQ"}', PUBLISHED, None)]
