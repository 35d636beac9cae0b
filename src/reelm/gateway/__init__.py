"""The door between realms: the only way data leaves one or comes into it. Owns `gateway_*`.

Promises: a message leaves only if the policies permit it, and only after its entry is durably in this realm's log;
what is delivered is taken once and in order, or answered why it never can be; when the log, the policies or the other
realm fail, nothing crosses. What a message means is not known here: packages above hand in who answers and who takes.
"""

from reelm.gateway.answers import Answer, Answerers, Desk, Found, MediaFile, read_questions
from reelm.gateway.arrivals import Arrivals
from reelm.gateway.asking import Asker
from reelm.gateway.cards import Card, Cards
from reelm.gateway.correspondence import SIGNATURE, Correspondence
from reelm.gateway.crossing import draft_crossing, draft_refusal, new_salt
from reelm.gateway.delivery import Courier, Office
from reelm.gateway.envelope import LIMIT_BYTES, Envelope, ReplayWindow, Sealed, open_envelope, seal
from reelm.gateway.errors import (
    CardMalformed,
    CrossingNotTold,
    CrossingRefused,
    DeliveriesMissing,
    EnvelopeForAnother,
    EnvelopeMalformed,
    EnvelopeNotOfNow,
    EnvelopeNotSigned,
    EnvelopeReplayed,
    GatewayBusy,
    GatewayNotRunning,
    MessageNotTaken,
    NotFoundAbroad,
    OutboxFull,
    RealmNotAnswering,
    RealmUnknown,
    RulesMalformed,
)
from reelm.gateway.faults import find_faults, mend_fault
from reelm.gateway.files import Files
from reelm.gateway.identity import Identity, load_identity, realm_vkey
from reelm.gateway.inbox import Inbox, Receipt, Taker, Takers, draft_arrival, expect_proofs, read_delivery
from reelm.gateway.local import Abroad
from reelm.gateway.metering import Metering
from reelm.gateway.model import EPSILON_CAP_MICRO_PER_DAY, KNOWS_AGES, TERMS, Kind, Message, Question, Received, Terms
from reelm.gateway.outbox import put, put_act, resume, revoke, revoke_all
from reelm.gateway.policy import Decision, Policy, Rules, read_rules
from reelm.gateway.proving import Prover
from reelm.gateway.pseudonyms import Naming, Pseudonyms
from reelm.gateway.rounds import Rounds
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.shopping import Shopper, digest_catalogue
from reelm.gateway.standing import Standing, find_all_standing
from reelm.gateway.store import (
    OUTBOX,
    count_waiting,
    count_waiting_of,
    find_standing,
    forget_copies,
    forget_log_seen,
    is_taken_back,
    list_holders,
    note_copies,
    note_revocations,
    release,
    withdraw,
)
from reelm.gateway.tables import STAYING
from reelm.gateway.totals import Spent, Totals, Traffic, add_up
from reelm.gateway.transfers import Transfer

__all__ = [
    "EPSILON_CAP_MICRO_PER_DAY",
    "KNOWS_AGES",
    "LIMIT_BYTES",
    "OUTBOX",
    "SIGNATURE",
    "STAYING",
    "TERMS",
    "Abroad",
    "Answer",
    "Answerers",
    "Arrivals",
    "Asker",
    "Card",
    "CardMalformed",
    "Cards",
    "Correspondence",
    "Courier",
    "CrossingNotTold",
    "CrossingRefused",
    "Decision",
    "DeliveriesMissing",
    "Desk",
    "Envelope",
    "EnvelopeForAnother",
    "EnvelopeMalformed",
    "EnvelopeNotOfNow",
    "EnvelopeNotSigned",
    "EnvelopeReplayed",
    "Files",
    "Found",
    "GatewayBusy",
    "GatewayNotRunning",
    "Identity",
    "Inbox",
    "Kind",
    "MediaFile",
    "Message",
    "MessageNotTaken",
    "Metering",
    "Naming",
    "NotFoundAbroad",
    "Office",
    "OutboxFull",
    "Policy",
    "Prover",
    "Pseudonyms",
    "Question",
    "RealmNotAnswering",
    "RealmUnknown",
    "Receipt",
    "Received",
    "ReplayWindow",
    "Rounds",
    "Rulebook",
    "Rules",
    "RulesMalformed",
    "Sealed",
    "Shopper",
    "Spent",
    "Standing",
    "Taker",
    "Takers",
    "Terms",
    "Totals",
    "Traffic",
    "Transfer",
    "add_up",
    "count_waiting",
    "count_waiting_of",
    "digest_catalogue",
    "draft_arrival",
    "draft_crossing",
    "draft_refusal",
    "expect_proofs",
    "find_all_standing",
    "find_faults",
    "find_standing",
    "forget_copies",
    "forget_log_seen",
    "is_taken_back",
    "list_holders",
    "load_identity",
    "mend_fault",
    "new_salt",
    "note_copies",
    "note_revocations",
    "open_envelope",
    "put",
    "put_act",
    "read_delivery",
    "read_questions",
    "read_rules",
    "realm_vkey",
    "release",
    "resume",
    "revoke",
    "revoke_all",
    "seal",
    "withdraw",
]
