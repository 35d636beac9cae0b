"""People: sign-up, sign-in, sessions, profile. Owns `accounts`, `sessions` and `rate_limits`.

Promises: a password is kept only as an argon2id hash; a session token only as a SHA-256 hash; sign-in answers
the same, in the same time, whether or not a handle exists; what others may not know of a person leaves this
package through `access.Eyes` only.
"""

from reelm.accounts.abroad import (
    Via,
    answer_profile,
    card_of,
    find_minors,
    find_own,
    is_minor,
    keep_person,
    split_handle,
)
from reelm.accounts.errors import (
    AccountNotFound,
    DisplayNameNotTaken,
    EmailNotTaken,
    HandleNotAllowed,
    HandleTaken,
    LocaleNotOffered,
    NotSignedIn,
    PasswordTooWeak,
    PasswordWrong,
    SessionEnded,
    SignInFailed,
    TextTooLong,
    TooManyTries,
)
from reelm.accounts.handles import clean_text
from reelm.accounts.jobs import sweep
from reelm.accounts.model import LOCALES, Account, NewAccount, Person, Profile, Session, Viewer
from reelm.accounts.profiles import change_password, clear_avatar, edit_profile, set_avatar
from reelm.accounts.sessions import own_eyes, recognise, sign_in, sign_out, sign_out_everywhere, token_hash
from reelm.accounts.sign_up import Caller, sign_up
from reelm.accounts.store import (
    PROFILE,
    SIGN_INS,
    delete_foreign,
    fetch_by_handle,
    fetch_own_account,
    fetch_people,
    fetch_position,
    fetch_private_profile,
    fetch_profile,
    find_foreign,
    is_fresh,
    is_kept,
    list_avatar_keys,
    list_foreign_ids,
    list_sign_ins,
)
from reelm.kernel.roles import Role

__all__ = [
    "LOCALES",
    "PROFILE",
    "SIGN_INS",
    "Account",
    "AccountNotFound",
    "Caller",
    "DisplayNameNotTaken",
    "EmailNotTaken",
    "HandleNotAllowed",
    "HandleTaken",
    "LocaleNotOffered",
    "NewAccount",
    "NotSignedIn",
    "PasswordTooWeak",
    "PasswordWrong",
    "Person",
    "Profile",
    "Role",
    "Session",
    "SessionEnded",
    "SignInFailed",
    "TextTooLong",
    "TooManyTries",
    "Via",
    "Viewer",
    "answer_profile",
    "card_of",
    "change_password",
    "clean_text",
    "clear_avatar",
    "delete_foreign",
    "edit_profile",
    "fetch_by_handle",
    "fetch_own_account",
    "fetch_people",
    "fetch_position",
    "fetch_private_profile",
    "fetch_profile",
    "find_foreign",
    "find_minors",
    "find_own",
    "is_fresh",
    "is_kept",
    "is_minor",
    "keep_person",
    "list_avatar_keys",
    "list_foreign_ids",
    "list_sign_ins",
    "own_eyes",
    "recognise",
    "set_avatar",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sign_up",
    "split_handle",
    "sweep",
    "token_hash",
]
