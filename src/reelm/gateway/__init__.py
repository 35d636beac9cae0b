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
from reelm.gateway.files import Files
from reelm.gateway.identity import Identity, load_identity, realm_vkey
from reelm.gateway.inbox import Inbox, Receipt, Takers, draft_arrival, read_delivery
from reelm.gateway.local import Abroad
from reelm.gateway.model import TERMS, Kind, Message, Question, Received, Terms
from reelm.gateway.outbox import put, put_act, revoke
from reelm.gateway.policy import Decision, Rules, read_rules
from reelm.gateway.pseudonyms import Naming, Pseudonyms
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.shopping import Shopper
from reelm.gateway.store import (
    count_waiting,
    find_standing,
    forget_copies,
    is_taken_back,
    list_holders,
    note_copies,
    note_revocation,
)

__all__ = [
    "LIMIT_BYTES",
    "SIGNATURE",
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
    "Naming",
    "NotFoundAbroad",
    "Office",
    "OutboxFull",
    "Pseudonyms",
    "Question",
    "RealmNotAnswering",
    "RealmUnknown",
    "Receipt",
    "Received",
    "ReplayWindow",
    "Rulebook",
    "Rules",
    "RulesMalformed",
    "Sealed",
    "Shopper",
    "Takers",
    "Terms",
    "count_waiting",
    "draft_arrival",
    "find_standing",
    "forget_copies",
    "is_taken_back",
    "list_holders",
    "load_identity",
    "note_copies",
    "note_revocation",
    "open_envelope",
    "put",
    "put_act",
    "read_delivery",
    "read_questions",
    "read_rules",
    "realm_vkey",
    "revoke",
    "seal",
]
