"""What can go wrong with whom we listen to?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class IssuerTaken(Problem):
    """The organisation has this issuer already."""

    status: ClassVar[int] = 409
    issuer: str


@dataclass(eq=False)
class IssuerNotFound(Problem):
    """The organisation has no such issuer."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class IssuerNotTaken(Problem):
    """An issuer whose address, or way of telling, is none that we can hear: `field` says which."""

    status: ClassVar[int] = 422
    field: str
