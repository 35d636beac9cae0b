"""The plain data of zones as name servers fetch them, and of the keys by which they do."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import dns.name
import dns.rdatatype
import dns.zone
from dns.name import Name
from dns.rdtypes.ANY.SOA import SOA
from dns.zone import Zone as Records

from reelm.kernel.ids import OrganisationId

ALGORITHM = "hmac-sha256"
# Below this, names are ours; nobody in the public DNS has it.
_OURS = "reelm."


@dataclass(frozen=True)
class ZoneKey:
    """A key of one organisation, which opens its zones and no others, until it ends."""

    id: str
    organisation: OrganisationId
    code: str
    secret: bytes
    until: datetime

    @property
    def name(self) -> Name:
        return dns.name.from_text(f"{self.id}.{self.code}.{_OURS}")

    @property
    def secret_text(self) -> str:
        """As a name server's configuration has it."""
        return base64.b64encode(self.secret).decode()


@dataclass(frozen=True)
class Zone:
    """A zone as it is now. `serial` goes up whenever anything else in it changes."""

    name: Name
    organisation: OrganisationId
    code: str
    serial: int
    records: Records


def derive_secret(realm: bytes, token: bytes) -> bytes:
    """The secret of the key that goes with a token's digest: nothing of it is kept, and nobody else can make it."""
    return hmac.digest(realm, b"reelm/zone-key/v1\n" + token, hashlib.sha256)


def read_records(name: Name, content: bytes, serial: int) -> Records:
    """A zone as it was compiled, with this serial."""
    records = dns.zone.from_text(content.decode(), name, relativize=False)
    head = records.find_rdataset(name, dns.rdatatype.SOA)
    head.add(cast("SOA", head[0]).replace(serial=serial))
    return records


def name_zone(code: str, decision: UUID, group: str) -> Name:
    """What the zone of a group is called.

    >>> str(name_zone("institution", UUID(int=1), "press"))
    'press.00000000-0000-0000-0000-000000000001.rpz.institution.reelm.'
    """
    return dns.name.from_text(f"{group}.{decision}.rpz.{code}.{_OURS}")
