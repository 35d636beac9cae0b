"""Suspending an app on an organisation's devices: the decision, whom it binds, and what enforces it.

Promises: a decision that lacks a reason, an authority or a date of review does not exist; what it enforces ends by
itself where nobody reviews it; and files made for other programs follow from the decision alone.
"""

from reelm.devices.artefacts import BY_GROUP, TARGETS, compile_decisions, read_coverage
from reelm.devices.artefacts.apple import sign_profile
from reelm.devices.artefacts.coverage import COVERAGE, Cell, Control, Reach
from reelm.devices.compliance import Compliance, Report, count_states, judge
from reelm.devices.document import SignedDecision, decision_schema, read_decision, read_keys, sign_decision, verify
from reelm.devices.errors import (
    DecisionMalformed,
    DecisionSignatureWrong,
    DecisionUnsigned,
    FleetMalformed,
    KeysMalformed,
    ProfileNotForUserEnrolment,
    SignalRefused,
)
from reelm.devices.fleet import (
    EVERYBODY,
    Device,
    Enrolment,
    Fleet,
    Granted,
    GroupPlan,
    Platform,
    Roster,
    check_exceptions,
    plan_groups,
    read_fleet,
)
from reelm.devices.model import Decision, Measure, Ownership
from reelm.devices.signals import Change, Envelope, Heard, make_signal, make_verification, read_signal
from reelm.devices.states import REVIEW_OPENS, History, Review, State, review_due, state_at

__all__ = [
    "BY_GROUP",
    "COVERAGE",
    "EVERYBODY",
    "REVIEW_OPENS",
    "TARGETS",
    "Cell",
    "Change",
    "Compliance",
    "Control",
    "Decision",
    "DecisionMalformed",
    "DecisionSignatureWrong",
    "DecisionUnsigned",
    "Device",
    "Enrolment",
    "Envelope",
    "Fleet",
    "FleetMalformed",
    "Granted",
    "GroupPlan",
    "Heard",
    "History",
    "KeysMalformed",
    "Measure",
    "Ownership",
    "Platform",
    "ProfileNotForUserEnrolment",
    "Reach",
    "Report",
    "Review",
    "Roster",
    "SignalRefused",
    "SignedDecision",
    "State",
    "check_exceptions",
    "compile_decisions",
    "count_states",
    "decision_schema",
    "judge",
    "make_signal",
    "make_verification",
    "plan_groups",
    "read_coverage",
    "read_decision",
    "read_fleet",
    "read_keys",
    "read_signal",
    "review_due",
    "sign_decision",
    "sign_profile",
    "state_at",
    "verify",
]
