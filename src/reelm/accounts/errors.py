"""What can go wrong between a person and their account?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class HandleNotAllowed(Problem):
    """Handles are 2 to 30 of a–z, 0–9, dot and underscore, so that no two look alike."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class HandleTaken(Problem):
    """Somebody has this handle."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class PasswordTooWeak(Problem):
    """Too short, too long, or the handle itself."""

    status: ClassVar[int] = 422
    minimum: int
    maximum: int


@dataclass(eq=False)
class LocaleNotOffered(Problem):
    """Reelm doesn't speak this language yet."""

    status: ClassVar[int] = 422
    offered: str


@dataclass(eq=False)
class EmailNotTaken(Problem):
    """Doesn't look like an e-mail address."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class DisplayNameNotTaken(Problem):
    """Empty, or holds control characters."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class TextTooLong(Problem):
    """A text is longer than its field takes."""

    status: ClassVar[int] = 422
    limit_chars: int
    was_chars: int


@dataclass(eq=False)
class SignInFailed(Problem):
    """Handle and password don't belong together; which of the two is wrong is not said."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class PasswordWrong(Problem):
    """The current password, asked before it is changed, is another one."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class NotSignedIn(Problem):
    """This needs an account."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class SessionEnded(Problem):
    """The token is unknown, expired or signed out."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class TooManyTries(Problem):
    """Rate limited; the same for handles that exist and those that don't."""

    status: ClassVar[int] = 429
    retry_after_s: int


@dataclass(eq=False)
class AccountNotFound(Problem):
    """Nobody has this handle."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class SessionNotFound(Problem):
    """None of the caller's sessions has this id, or it has ended."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class AgeAlreadySaid(Problem):
    """Somebody who was too young a short while ago says another date."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class AccountMoving(Problem):
    """The account is on its way to another realm: nothing can be changed until it has arrived, or the move is off."""

    status: ClassVar[int] = 409
