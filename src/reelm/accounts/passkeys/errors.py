"""What can go wrong with a passkey?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class PasskeysNeedName(Problem):
    """The realm is reached by a bare address, and passkeys are made for names."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class PasskeyTooLate(Problem):
    """What was signed is not asked any more: it was signed already, or more than five minutes ago."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class PasskeyNotTaken(Problem):
    """What came is no answer of a passkey to this realm, or nobody showed themselves to it."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class PasskeyUnknown(Problem):
    """No passkey here is this one, or its signature is not its own. Which of them is not said."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class PasskeyNotFound(Problem):
    """The caller has no such passkey."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TooManyPasskeys(Problem):
    """One has to be removed before another is added."""

    status: ClassVar[int] = 409
    most: int
