"""What shape has an organisation in an answer?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import orjson
from pydantic import BaseModel

from reelm import accounts, devices
from reelm.devices import Duty, Key, Organisation, Proof, Seat
from reelm.kernel.ids import AccountId


class OrganisationView(BaseModel):
    """An organisation, as everybody may see it. `proven` are the domains and networks shown to be its own."""

    code: str
    name: str
    domain: str
    proven: list[str]
    registered_at: datetime

    @classmethod
    def of(cls, one: Organisation, proofs: Sequence[Proof]) -> "OrganisationView":
        held = [proof.value for proof in proofs if proof.holds]
        return cls(code=one.code, name=one.name, domain=one.domain, proven=held, registered_at=one.registered_at)


class SeatView(BaseModel):
    """Somebody who acts for an organisation, and in what."""

    handle: str
    duties: list[Duty]
    since: datetime

    @classmethod
    def of(cls, seat: Seat, people: Mapping[AccountId, accounts.Person]) -> "SeatView":
        return cls(handle=people[seat.account].handle, duties=sorted(seat.duties), since=seat.since)


class KeyView(BaseModel):
    """A public key as a JWK (RFC 7517) and its thumbprint (RFC 7638)."""

    thumbprint: str
    jwk: dict[str, str]
    added_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: Key) -> "KeyView":
        return cls(
            thumbprint=key.thumbprint,
            jwk=orjson.loads(key.jwk),
            added_at=key.added_at,
            revoked_at=key.revoked_at,
        )


class ProofView(BaseModel):
    """What has to be found where: `word` in a TXT record of each of `names`, or of a domain at `well_known`."""

    id: str
    of: Literal["domain", "network"]
    value: str
    word: str
    names: list[str]
    well_known: str | None
    asked_at: datetime
    looked_at: datetime | None
    proven_at: datetime | None
    missed_at: datetime | None
    lost_at: datetime | None

    @classmethod
    def of_(cls, proof: Proof) -> "ProofView":
        is_domain = proof.of == "domain"
        return cls(
            id=proof.id,
            of=proof.of,
            value=proof.value,
            word=proof.word,
            names=devices.organisations.where_to_put(proof),
            well_known=f"https://{proof.value}{devices.WELL_KNOWN}" if is_domain else None,
            asked_at=proof.asked_at,
            looked_at=proof.looked_at,
            proven_at=proof.proven_at,
            missed_at=proof.missed_at,
            lost_at=proof.lost_at,
        )
