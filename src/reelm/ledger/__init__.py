"""The public log of one realm: every access, disclosure and decision that touches people's data, append-only.

Owns `ledger_*`, `person_keys` and `sealed_requests`, the folder DATA/ledger (public) and DATA/signer (private).
Promises: an entry exists exactly if the act it records does (`append`, in the act's own transaction); it gets one
index for good; whoever waits for it (`Durability`) finds it in a signed checkpoint; entries hold no personal data,
and their commitments to a person mean nothing once `destroy_key` was called.
"""

from reelm.kernel.holdings import LegalBasis
from reelm.ledger.accounting import IncidentStep, LegalHold
from reelm.ledger.appending import Draft, append, append_all, as_instant, new_entry_id
from reelm.ledger.commitments import may_open
from reelm.ledger.cosigning import FRESH_FOR, Cosigning
from reelm.ledger.entry import SCHEMA_PATH, Entry, decode, entry_schema
from reelm.ledger.errors import (
    EntryNotFound,
    EntryNotPublished,
    EntryRefused,
    EntryTooLong,
    FileMissing,
    LedgerBusy,
    LedgerNotAnswering,
    LedgerRolledBack,
    LogOfAnotherKey,
    PersonHasNoKey,
    SequencerAlreadyRuns,
    SignerNotAnswering,
    SignerNotIntact,
    SigningRefused,
)
from reelm.ledger.folder import LogFolder
from reelm.ledger.fsck import Books, check_books
from reelm.ledger.keys import destroy_key, fetch_key, list_keyed, make_key
from reelm.ledger.mirror import Mirrored, keep_evidence, mirror
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
    ErasureTombstone,
    Export,
    Fact,
    KeyHandover,
    ModerationDecision,
    Purpose,
    RealmMapInForce,
    Reason,
)
from reelm.ledger.note import Note, Signature, VerifierKey
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
from reelm.ledger.policy import Policy
from reelm.ledger.prove import Proven, check_proof, prove
from reelm.ledger.pruning import Pruner
from reelm.ledger.reading import (
    LoggedEntry,
    LogState,
    Written,
    fetch_about,
    find_last_of,
    find_state,
    has_sequencer,
    list_about,
    list_counts,
    list_ids,
    list_written,
    sum_crossed,
)
from reelm.ledger.receipts import make_receipt
from reelm.ledger.recomputing import Recomputed, fetch_published, read_size, recompute
from reelm.ledger.recording import Recorder
from reelm.ledger.register import Line, Register, Rows, Sums
from reelm.ledger.sealed import SealedRequest, find_overdue_seals, list_sealed, open_sealed, seal
from reelm.ledger.sequencer import Sequencer
from reelm.ledger.served import read_since
from reelm.ledger.signer import Signer, WitnessAnswer
from reelm.ledger.signing import SignerClient, SignerState, hide_memory, serve_signer
from reelm.ledger.sources import Source, open_source
from reelm.ledger.suspending import (
    DeviceState,
    OrganisationKey,
    OrganisationProof,
    SignalIssuer,
    SuspensionException,
    SuspensionReply,
    SuspensionStep,
)
from reelm.ledger.tables import STAYING
from reelm.ledger.transfers import (
    OneOfKind,
    TransferDay,
    fetch_register,
    list_newest_of,
    list_transfer_days,
    list_transfers,
)
from reelm.ledger.verify import Asked, Head, Progress, Split, Verified, check_growth, fetch_head, verify
from reelm.ledger.waiting import Durability
from reelm.ledger.witness import Contradiction

__all__ = [
    "FRESH_FOR",
    "SCHEMA_PATH",
    "STAYING",
    "AccessApproved",
    "AccessEnded",
    "AccessOpened",
    "AccessRead",
    "AccessRefused",
    "AccessRequested",
    "Arrival",
    "Asked",
    "Books",
    "BreakGlass",
    "BreakGlassOverdue",
    "BreakGlassReviewed",
    "CanaryProbe",
    "ConsentReceipt",
    "Contradiction",
    "Cosigning",
    "Crossing",
    "CrossingRefused",
    "DeviceState",
    "Disclosure",
    "Draft",
    "Durability",
    "EgressMeter",
    "Entry",
    "EntryNotFound",
    "EntryNotPublished",
    "EntryRefused",
    "EntryTooLong",
    "ErasureTombstone",
    "Export",
    "Fact",
    "FileMissing",
    "Head",
    "IncidentStep",
    "KeyHandover",
    "LedgerBusy",
    "LedgerNotAnswering",
    "LedgerRolledBack",
    "LegalBasis",
    "LegalHold",
    "Line",
    "LogFolder",
    "LogOfAnotherKey",
    "LogState",
    "LoggedEntry",
    "Mirrored",
    "ModerationDecision",
    "Note",
    "OneOfKind",
    "OrganisationKey",
    "OrganisationProof",
    "PeerFault",
    "PersonArrived",
    "PersonHasNoKey",
    "PersonLeft",
    "Policy",
    "Progress",
    "Proven",
    "Pruner",
    "Purpose",
    "RealmMapInForce",
    "Reason",
    "Recomputed",
    "Recorder",
    "Register",
    "Rows",
    "RulesInForce",
    "SealedRequest",
    "Sequencer",
    "SequencerAlreadyRuns",
    "SignalIssuer",
    "Signature",
    "Signer",
    "SignerClient",
    "SignerNotAnswering",
    "SignerNotIntact",
    "SignerState",
    "SigningRefused",
    "Source",
    "Split",
    "Sums",
    "SuspensionException",
    "SuspensionReply",
    "SuspensionStep",
    "TransferDay",
    "Verified",
    "VerifierKey",
    "WitnessAnswer",
    "Written",
    "append",
    "append_all",
    "as_instant",
    "check_books",
    "check_growth",
    "check_proof",
    "decode",
    "destroy_key",
    "entry_schema",
    "fetch_about",
    "fetch_head",
    "fetch_key",
    "fetch_published",
    "fetch_register",
    "find_last_of",
    "find_overdue_seals",
    "find_state",
    "has_sequencer",
    "hide_memory",
    "keep_evidence",
    "list_about",
    "list_counts",
    "list_ids",
    "list_keyed",
    "list_newest_of",
    "list_sealed",
    "list_transfer_days",
    "list_transfers",
    "list_written",
    "make_key",
    "make_receipt",
    "may_open",
    "mirror",
    "new_entry_id",
    "open_sealed",
    "open_source",
    "prove",
    "read_since",
    "read_size",
    "recompute",
    "seal",
    "serve_signer",
    "sum_crossed",
    "verify",
]
