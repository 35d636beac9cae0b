"""Which kinds of entries are there? Each by its name; its fields are in `model.py` and `passings.py`."""

from collections.abc import Mapping

from reelm.ledger.model import (
    AccessApproved,
    AccessEnded,
    AccessOpened,
    AccessRead,
    AccessRefused,
    AccessRequested,
    BreakGlass,
    BreakGlassOverdue,
    BreakGlassReviewed,
    ConsentReceipt,
    Counts,
    ErasureTombstone,
    Export,
    Fact,
    GovernmentRequestOpened,
    GovernmentRequestSealed,
    KeyHandover,
    LogOpened,
    ModerationDecision,
    RealmMapInForce,
    RunningDigest,
)
from reelm.ledger.passings import (
    Arrival,
    Crossing,
    CrossingRefused,
    Disclosure,
    EgressMeter,
    PeerFault,
    PersonArrived,
    PersonLeft,
    RulesInForce,
)

FACTS: Mapping[str, type[Fact]] = {
    fact.kind: fact
    for fact in (
        LogOpened,
        AccessRequested,
        AccessApproved,
        AccessRefused,
        AccessOpened,
        AccessRead,
        AccessEnded,
        BreakGlass,
        BreakGlassReviewed,
        BreakGlassOverdue,
        Disclosure,
        Crossing,
        CrossingRefused,
        Arrival,
        EgressMeter,
        RulesInForce,
        PeerFault,
        PersonLeft,
        PersonArrived,
        ConsentReceipt,
        Export,
        ErasureTombstone,
        ModerationDecision,
        GovernmentRequestSealed,
        GovernmentRequestOpened,
        RunningDigest,
        Counts,
        KeyHandover,
        RealmMapInForce,
    )
}
