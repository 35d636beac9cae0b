"""What can be wrong with a request, before it reaches the product?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class RequestNotUnderstood(Problem):
    """The body or a parameter is not what the API describes."""

    status: ClassVar[int] = 422
    field: str


@dataclass(eq=False)
class PageNotFound(Problem):
    """There is nothing at this address."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class MethodNotAllowed(Problem):
    """The address exists, but not for this method."""

    status: ClassVar[int] = 405


@dataclass(eq=False)
class BodyTooLarge(Problem):
    """More bytes than this call takes."""

    status: ClassVar[int] = 413
    limit_bytes: int


@dataclass(eq=False)
class BodyCutOff(Problem):
    """The connection broke before the whole body had come."""

    status: ClassVar[int] = 400


@dataclass(eq=False)
class RangeNotThere(Problem):
    """The Range header asks for bytes that the file doesn't have, or can't be read."""

    status: ClassVar[int] = 416


@dataclass(eq=False)
class CrossSiteRefused(Problem):
    """Another site tried to act with this person's cookie."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class ServerFailed(Problem):
    """A defect of ours; the reason is in the log, not in the answer."""

    status: ClassVar[int] = 500


@dataclass(eq=False)
class OrganisationSuspension(Problem):
    """An organisation's decision binds the device or the network that the request comes from."""

    status: ClassVar[int] = 403
    organisation: str
    decided_by: str
    reason: str
    since: datetime
    review_by: datetime
    contact: str
    decision: str
    decision_sha256: str


@dataclass(eq=False)
class SuspensionByLaw(OrganisationSuspension):
    """The same, where a law or a directive demands it of us (RFC 7725)."""

    status: ClassVar[int] = 451
