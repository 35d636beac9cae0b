"""Which kinds of entries are there? Each by its name.

Their fields: `model.py`, `passings.py`, `suspending.py`, `accounting.py`.
"""

from collections.abc import Mapping

from reelm.ledger.accounting import IncidentStep, LegalHold
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
    CanaryProbe,
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
from reelm.ledger.suspending import (
    DeviceState,
    OrganisationKey,
    OrganisationProof,
    SignalIssuer,
    SuspensionException,
    SuspensionReply,
    SuspensionStep,
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
        CanaryProbe,
        KeyHandover,
        RealmMapInForce,
        IncidentStep,
        LegalHold,
        OrganisationKey,
        OrganisationProof,
        SignalIssuer,
        SuspensionStep,
        SuspensionReply,
        SuspensionException,
        DeviceState,
    )
}
