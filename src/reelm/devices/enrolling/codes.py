"""With what does a device show that an organisation has asked it in? A code that is good once, made to be typed.

It has 80 bits in the letters and digits of Crockford's base 32, which has no I, L, O and U. Only its SHA-256 is kept:
so many bits need no slower one. That it is good once, whoever keeps the digests has to see to.
"""

import hashlib
import secrets

from reelm.devices.enrolling.errors import EnrolmentCodeMalformed

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 4, 4
MOST_TYPED = 64
_MISREAD = str.maketrans("OIL", "011", "- ")


def make_code() -> str:
    """A new code, in the form in which it is shown.

    >>> len(make_code()), make_code().count("-")
    (19, 3)
    """
    return _group("".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP)))


def read_code(typed: str) -> str:
    """The code that somebody typed, in the form in which it was shown. Raises `EnrolmentCodeMalformed`.

    >>> read_code(" oiL0 abcd-efgh7XYZ")
    '0110-ABCD-EFGH-7XYZ'
    """
    if len(typed) > MOST_TYPED or not typed.isascii():
        raise EnrolmentCodeMalformed
    letters = typed.strip().upper().translate(_MISREAD)
    if len(letters) != GROUPS * GROUP or not set(letters) <= set(LETTERS):
        raise EnrolmentCodeMalformed
    return _group(letters)


def digest_code(typed: str) -> bytes:
    """What is kept of a code, 32 bytes. Raises `EnrolmentCodeMalformed`."""
    return hashlib.sha256(read_code(typed).encode()).digest()


def _group(letters: str) -> str:
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))
