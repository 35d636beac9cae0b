"""How do others hear that a device stands otherwise? By signed tokens, which each takes as it likes (OpenID Shared
Signals Framework 1.0; CAEP 1.0; RFC 8935 and RFC 8936).

Promises: what has changed is queued in the transaction that changes it, for every stream of its organisation; it is
told at least once, in order, until it is taken; and nobody hears of another organisation's devices.
"""

from reelm.devices.signalling.errors import (
    ReceiverNotFound,
    ReceiverTaken,
    ReceiverUnknown,
    StreamNotFound,
    StreamRequestMalformed,
    StreamTaken,
    VerificationTooSoon,
)
from reelm.devices.signalling.forms import (
    MOST_BYTES,
    Issuing,
    PollForm,
    StatusForm,
    StreamForm,
    VerificationForm,
    read_form,
    show_status,
)
from reelm.devices.signalling.model import HELD_FOR, VERIFIED_EVERY, Receiver, Status, Stream, Turned
from reelm.devices.signalling.receivers import Watched, add_receiver, drop_receiver, list_receivers, recognise
from reelm.devices.signalling.streams import (
    ask_verification,
    change_stream,
    end_stream,
    fetch_stream,
    list_own,
    make_stream,
    set_status,
)
from reelm.devices.signalling.telling import Signer, push_what_is_due, queue_changes, take

__all__ = [
    "HELD_FOR",
    "MOST_BYTES",
    "VERIFIED_EVERY",
    "Issuing",
    "PollForm",
    "Receiver",
    "ReceiverNotFound",
    "ReceiverTaken",
    "ReceiverUnknown",
    "Signer",
    "Status",
    "StatusForm",
    "Stream",
    "StreamForm",
    "StreamNotFound",
    "StreamRequestMalformed",
    "StreamTaken",
    "Turned",
    "VerificationForm",
    "VerificationTooSoon",
    "Watched",
    "add_receiver",
    "ask_verification",
    "change_stream",
    "drop_receiver",
    "end_stream",
    "fetch_stream",
    "list_own",
    "list_receivers",
    "make_stream",
    "push_what_is_due",
    "queue_changes",
    "read_form",
    "recognise",
    "set_status",
    "show_status",
    "take",
]
