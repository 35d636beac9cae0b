"""The plain data of a call to an organisation's directory, and of what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reelm.devices.roll.errors import NotInDirectory
from reelm.devices.roll.model import Group, ManagedDevice, Person, Told
from reelm.kernel.ids import OrganisationId

# What is at each address, and what it is to us.
ENDPOINTS: Mapping[str, type[Told]] = {"Users": Person, "Groups": Group, "Devices": ManagedDevice}


@dataclass(frozen=True)
class Directory:
    """The directory of one organisation. `url` is where it is served, without a slash at its end."""

    organisation: OrganisationId
    url: str


@dataclass(frozen=True)
class Answer:
    """A resource as it is sent; `body` is `None` where nothing is said but that it is done."""

    body: dict[str, Any] | None
    location: str
    etag: str


@dataclass(frozen=True)
class Asked:
    """What a call is about: `endpoint` is the last part of a kind's address, `if_match` the version somebody saw."""

    endpoint: str
    id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    if_match: str | None = None

    @property
    def kind(self) -> type[Told]:
        """Raises `NotInDirectory`."""
        if self.endpoint not in ENDPOINTS:
            raise NotInDirectory
        return ENDPOINTS[self.endpoint]
