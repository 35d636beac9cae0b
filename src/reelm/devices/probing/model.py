"""The plain data of probes: by which ways somebody tried to reach a suspended app, and what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from reelm.devices.model import Digest, Instant, Line, Statement
from reelm.devices.probing.errors import ProbesMalformed

KIND = "suspension-probes"
MOST_PROBES = 2000


class Way(StrEnum):
    """By which way. Only the first and the browser are what a decision means to close; the others go around it."""

    RESOLVER = "resolver"
    OTHER_RESOLVER = "other-resolver"
    DNS_OVER_HTTPS = "dns-over-https"
    ADDRESS = "address"
    ALTERNATE = "alternate-domain"
    BROWSER = "browser"
    EMBED = "embed"


class Outcome(StrEnum):
    """What came of a try. `CLOSED` is that one: it did not get through from there, then; it may for others."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True)
class Said:
    """What a resolver says of a name: its addresses, or the code that says why there are none."""

    code: str
    addresses: Sequence[str] = ()


class Probe(Statement):
    """One try. `target` is what was tried, and `how` what was seen, or why nothing could be."""

    way: Way
    target: Line
    outcome: Outcome
    how: Line


class Probes(Statement):
    """All tries of one run, for a decision that is named by its id and its digest."""

    kind: Literal["suspension-probes"] = KIND
    v: Literal[1] = 1
    decision: Annotated[str, Field(pattern=r"^urn:uuid:[0-9a-f-]{36}$")]
    sha256: Digest
    at: Instant
    probes: Annotated[tuple[Probe, ...], Field(max_length=MOST_PROBES)]

    def list_by(self, way: Way) -> list[Probe]:
        return [one for one in self.probes if one.way is way]


def summarise(probes: Sequence[Probe]) -> Outcome:
    """What several tries of one way come to: open where one was, closed where all were that could be measured.

    >>> summarise([])
    <Outcome.NOT_MEASURED: 'not-measured'>
    """
    outcomes = {one.outcome for one in probes}
    if Outcome.OPEN in outcomes:
        return Outcome.OPEN
    return Outcome.CLOSED if Outcome.CLOSED in outcomes else Outcome.NOT_MEASURED


def read_probes(data: bytes, *, decision: str, sha256: str, now: datetime) -> Probes:
    """A report about this version of a decision. Raises `ProbesMalformed`."""
    try:
        told = Probes.model_validate_json(data, strict=True)
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        raise ProbesMalformed(where=".".join(str(part) for part in first["loc"])[:100] or "the file") from None
    for where, is_wrong in {
        "decision": told.decision != decision,
        "sha256": told.sha256 != sha256,
        "at": told.at > now,
    }.items():
        if is_wrong:
            raise ProbesMalformed(where=where)
    return told
