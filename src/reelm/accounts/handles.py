"""Which texts may a person choose? Handles look like nothing else; names may be anything that can be read."""

import re
import unicodedata

from reelm.accounts.errors import (
    DisplayNameNotTaken,
    EmailNotTaken,
    HandleNotAllowed,
    PasswordTooWeak,
    TextTooLong,
)

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9]|[._](?![._]))*[a-z0-9_]")
# "me" and the like would be read as a page of the product.
_RESERVED = frozenset({"me", "admin", "reelm", "support", "moderator", "settings", "privacy", "trust"})
# The canary that other realms may ask for (`canaries.py`).
CANARY = "reelm.canary"

PASSWORD_MIN, PASSWORD_MAX = 10, 256
DISPLAY_NAME_MAX = 50
BIO_MAX = 300
EMAIL_MAX = 254


def clean_handle(text: str) -> str:
    """The handle in lower case. Raises `HandleNotAllowed`.

    >>> clean_handle("Ana.B")
    'ana.b'
    """
    handle = text.removeprefix("@").lower()
    if not text.isascii() or not may_be_handle(handle) or handle in _RESERVED | {CANARY}:
        raise HandleNotAllowed
    return handle


def may_be_handle(text: str) -> bool:
    """Whether anybody could have this handle; what couldn't need not be looked up.

    >>> may_be_handle("ana.b"), may_be_handle("a\\0b")
    (True, False)
    """
    return len(text) <= 30 and _HANDLE.fullmatch(text) is not None


def as_stored(text: str) -> str:
    """A handle as it is stored; nobody's for what no handle can be, which PostgreSQL might not even take (NUL).

    >>> as_stored("Ana"), as_stored("a\\0b")
    ('ana', '')
    """
    return text.lower() if may_be_handle(text.lower()) else ""


def check_password(password: str, handle: str) -> None:
    """Raises `PasswordTooWeak`. Length is what counts (NIST SP 800-63B-4 §3.1.1.2): no rules of composition."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX or password.lower() == handle:
        raise PasswordTooWeak(minimum=PASSWORD_MIN, maximum=PASSWORD_MAX)


def clean_text(text: str, limit: int, *, lines: bool = True) -> str:
    """`text` in NFC without bidi and other control characters. Raises `TextTooLong`.

    Line breaks stay where `lines` is true. Right-to-left letters and the joiners of Persian and emoji stay; only
    the invisible overrides go.

    >>> clean_text(" a\\u202eb ", 10)
    'ab'
    """
    if len(text) > limit * 4:
        raise TextTooLong(limit_chars=limit, was_chars=len(text))
    kept = "".join(
        c for c in unicodedata.normalize("NFC", text)
        if (lines and c == "\n") or c in "\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")
    ).strip()  # fmt: skip
    if len(kept) > limit:
        raise TextTooLong(limit_chars=limit, was_chars=len(kept))
    return kept


def clean_display_name(text: str) -> str:
    """Raises `DisplayNameNotTaken` when nothing visible is left, `TextTooLong`."""
    name = clean_text(text, DISPLAY_NAME_MAX, lines=False)
    if not name:
        raise DisplayNameNotTaken
    return name


def clean_email(text: str) -> str:
    """Raises `EmailNotTaken`. Only the shape is checked; a message sent there is the real test."""
    email = text.strip()
    if len(email) > EMAIL_MAX or not email.isprintable() or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        raise EmailNotTaken
    return email
