"""Who and what is in a directory, for its organisation's own staff to choose from: by how their names begin."""

from reelm.devices.roll import store
from reelm.devices.roll.model import Compare, Entry, ManagedDevice, Person, Sought
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import OrganisationId

MOST = 100


async def list_people(unit: ReadUnit, organisation: OrganisationId, named: str) -> list[Entry[Person]]:
    """By user name."""
    where = Compare("user_name", "sw", named) if named else None
    sought = Sought(where, sort_by="user_name", count=MOST)
    return (await store.list_entries(unit, organisation, Person, sought))[0]


async def list_devices(unit: ReadUnit, organisation: OrganisationId, named: str) -> list[Entry[ManagedDevice]]:
    """By code."""
    where = Compare("display_name", "sw", named) if named else None
    sought = Sought(where, sort_by="display_name", count=MOST)
    return (await store.list_entries(unit, organisation, ManagedDevice, sought))[0]
