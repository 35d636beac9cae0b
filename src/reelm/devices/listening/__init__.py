"""What do others tell us of an organisation's devices, and whom do we believe? Signals that are pushed to us, or that
we ask for (OpenID Shared Signals Framework 1.0; CAEP 1.0; RFC 8935 and RFC 8936).

Promises: only an issuer that the organisation has named is believed, about its own devices, by its own keys; what it
says has its effect once; and it is told that something was taken when that is committed, and not before.
"""

from reelm.devices.listening.errors import IssuerNotFound, IssuerNotTaken, IssuerTaken
from reelm.devices.listening.hearing import audience_of, recognise, take_pushed
from reelm.devices.listening.issuers import NewIssuer, add_issuer, change_keys, drop_issuer, list_issuers
from reelm.devices.listening.model import Issuer
from reelm.devices.listening.polling import Poller
from reelm.devices.listening.reading import read_status

__all__ = [
    "Issuer",
    "IssuerNotFound",
    "IssuerNotTaken",
    "IssuerTaken",
    "NewIssuer",
    "Poller",
    "add_issuer",
    "audience_of",
    "change_keys",
    "drop_issuer",
    "list_issuers",
    "read_status",
    "recognise",
    "take_pushed",
]
