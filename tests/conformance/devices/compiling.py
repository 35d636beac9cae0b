"""The files of the example decision, for programs nobody here wrote: in force, and lifted."""

from datetime import UTC, datetime

from tests.house.catalogue import ROOT

from reelm.devices import (
    Device,
    Enrolment,
    Fleet,
    Granted,
    Ownership,
    Platform,
    compile_decisions,
    plan_groups,
    read_decision,
)

DOMAIN = "shortvideo.example"
EXAMPLE = ROOT / "contracts" / "vectors" / "decision-example.json"
DECISION = read_decision(EXAMPLE.read_bytes())
NOW = datetime(2027, 1, 15, tzinfo=UTC)


def compile_example(target: str, fleet: Fleet | None = None, *, lifted: bool = False) -> dict[str, bytes]:
    """By path, what `reelm devices compile` writes."""
    plans = plan_groups(DECISION.decision, fleet or Fleet(), NOW)
    return compile_decisions(target, [] if lifted else [DECISION.decision], plans)


def fleet_with_one_excepted(address: str) -> Fleet:
    """One desktop, known by its address, of somebody who investigates the service."""
    device = Device.model_validate(
        {
            "id": "d1",
            "platform": Platform.LINUX,
            "enrolment": Enrolment.AGENT,
            "ownership": Ownership.CORPORATE,
            "addresses": [address],
        }
    )
    exception = Granted.model_validate(
        {
            "id": "e1",
            "device": "d1",
            "purpose": "supervision",
            "asked_by": "an investigator",
            "granted_by": "head of security",
            "granted_at": "2027-01-01T00:00:00Z",
            "until": "2027-03-01T00:00:00Z",
        }
    )
    return Fleet(devices=(device,), exceptions=(exception,))
