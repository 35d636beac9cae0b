"""What can go wrong with organisations, their staff, keys, proofs and tokens?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class MayNotRegister(Problem):
    """Only device administrators and operators of the realm register organisations."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class OrganisationCodeTaken(Problem):
    """Another organisation has this code."""

    status: ClassVar[int] = 409
    code: str


@dataclass(eq=False)
class OrganisationNotFound(Problem):
    """There is no organisation of this code here."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class NotOfOrganisation(Problem):
    """The caller does not act for this organisation."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DutyMissing(Problem):
    """The caller acts for it, and not in this."""

    status: ClassVar[int] = 403
    needed: str


@dataclass(eq=False)
class PasskeyNeeded(Problem):
    """The organisation lets its staff act only where a passkey opened their session."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DutyOfOthers(Problem):
    """Nobody gives themselves a duty, or takes one from themselves."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class LastAdmin(Problem):
    """Nobody would be left who appoints."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class KeyNotTaken(Problem):
    """Not one public key, or one that some organisation has."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class KeyUnknown(Problem):
    """The organisation has no such key, or it is revoked."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class DomainNotTaken(Problem):
    """No name of a host in the DNS, or one below which anybody can have a name."""

    status: ClassVar[int] = 422
    domain: str


@dataclass(eq=False)
class NetworkNotTaken(Problem):
    """No network, or one that is wider than any organisation's."""

    status: ClassVar[int] = 422
    network: str


@dataclass(eq=False)
class ProofNotFound(Problem):
    """The organisation has asked for no such proof."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TokenLastsTooLong(Problem):
    """A token of an organisation's that would hold for no time, or for over a year."""

    status: ClassVar[int] = 422
    longest_days: int


@dataclass(eq=False)
class TokenNotFound(Problem):
    """The organisation has no such token."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TokenRefused(Problem):
    """A token that is unknown, for something else, expired or revoked."""

    status: ClassVar[int] = 401
