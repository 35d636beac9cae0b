"""Passkeys (W3C Web Authentication): signing in by what a person has, which cannot be told to a false site.

Promises: what is kept of a passkey is its public half; a challenge is signed once, within five minutes, for this
realm's name only; a passkey is used after its holder has shown themselves to it (fingerprint, face or PIN), so that
it stands for both a device and a person; which maker's device it is nobody asks.
"""

from reelm.accounts.passkeys.ceremonies import Site, site_at
from reelm.accounts.passkeys.errors import (
    PasskeyNotFound,
    PasskeyNotTaken,
    PasskeysNeedName,
    PasskeyTooLate,
    PasskeyUnknown,
    TooManyPasskeys,
)
from reelm.accounts.passkeys.keeping import add, ask_new, list_own, remove
from reelm.accounts.passkeys.model import Passkey
from reelm.accounts.passkeys.signing_in import ask_any, sign_in

__all__ = [
    "Passkey",
    "PasskeyNotFound",
    "PasskeyNotTaken",
    "PasskeyTooLate",
    "PasskeyUnknown",
    "PasskeysNeedName",
    "Site",
    "TooManyPasskeys",
    "add",
    "ask_any",
    "ask_new",
    "list_own",
    "remove",
    "sign_in",
    "site_at",
]
