"""What is in an organisation's directory: people, groups, managed devices. Plain data."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Generic, TypeVar
from uuid import UUID

from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership

# The language of somebody of whom no directory has said one (BCP 47: undetermined).
UNSAID = "und"
LONGEST_CODE = 60
LONGEST_TEXT = 300
MOST_ADDRESSES = 100
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Somebody who may have a device. `user_name` is unique in the organisation, however it is written."""

    user_name: str
    display_name: str | None = None
    email: str | None = None
    locale: str = UNSAID
    external_id: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Group:
    """People and devices that decisions name together, by `code`. It keeps its code when it is renamed."""

    code: str
    display_name: str
    external_id: str | None = None


@dataclass(frozen=True)
class ManagedDevice:
    """One device. `addresses` are those it always has on the organisation's network; one not `active` is unbound."""

    code: str
    platform: Platform
    enrolment: Enrolment
    ownership: Ownership
    person_id: UUID | None = None
    addresses: tuple[str, ...] = ()
    external_id: str | None = None
    active: bool = True


Told = Person | Group | ManagedDevice
T = TypeVar("T", bound=Told)
T_co = TypeVar("T_co", bound=Told, covariant=True)


@dataclass(frozen=True)
class Entry(Generic[T_co]):
    """Something that is in the directory."""

    id: UUID
    told: T_co
    created_at: datetime
    changed_at: datetime

    @property
    def version(self) -> str:
        """A tag that no other version of this entry has."""
        return f"{(self.changed_at - _BEGINNING) // timedelta(microseconds=1):x}"


@dataclass(frozen=True)
class Sought:
    """Which entries somebody asks for, in which order, and which of them: `start` counts from 0."""

    where: "Where | None" = None
    sort_by: str | None = None
    descending: bool = False
    start: int = 0
    count: int = 100


Value = str | bool | datetime | None


@dataclass(frozen=True)
class Compare:
    """A field against a value. `is_exact`: big and small letters differ. `op` is one of RFC 7644, section 3.4.2.2."""

    field: str
    op: str
    value: Value
    is_exact: bool = False


@dataclass(frozen=True)
class Present:
    """A field that holds something."""

    field: str


@dataclass(frozen=True)
class Not:
    """What isn't so."""

    of: "Where"


@dataclass(frozen=True)
class Every:
    """What is all so. With nothing to be, everything is."""

    of: tuple["Where", ...]


@dataclass(frozen=True)
class Some:
    """What is so in one of these ways. With none of them, nothing is."""

    of: tuple["Where", ...]


Where = Compare | Present | Not | Every | Some


@dataclass(frozen=True)
class Members:
    """Who is in a group: people and devices, by their ids."""

    people: frozenset[UUID] = frozenset()
    devices: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class MembersChange:
    """What becomes of a group's members: all go where `is_cleared`, then some go and some come."""

    is_cleared: bool = False
    added: frozenset[UUID] = frozenset()
    removed: frozenset[UUID] = frozenset()


def is_text(text: str) -> bool:
    """Whether something can be a name: on one line, of `LONGEST_TEXT` characters at most, and no halves of any."""
    return 0 < len(text) <= LONGEST_TEXT and fits(text)


def fits(text: str) -> bool:
    """Whether a text can be kept and shown: no control characters, no halves of characters."""
    return not any(unicodedata.category(one) in {"Cc", "Cs"} for one in text)


def read_addresses(many: Iterable[str]) -> tuple[str, ...]:
    """IP addresses, each once and as it is written shortest. Raises `ValueError`.

    >>> read_addresses(["2001:DB8:0::10", "192.0.2.1", "2001:db8::10"])
    ('2001:db8::10', '192.0.2.1')
    """
    found = tuple(dict.fromkeys(str(ip_address(one.strip())) for one in many))
    if len(found) > MOST_ADDRESSES:
        raise ValueError("too many")
    return found


def make_code(display_name: str) -> str:
    """The code that a name comes to; empty where it has neither a Latin letter nor a digit.

    >>> make_code("L’équipe de Québec (2)"), make_code("開発部")
    ('l-equipe-de-quebec-2', '')
    """
    letters = unicodedata.normalize("NFKD", display_name.casefold())
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_CODE].rstrip("-")
