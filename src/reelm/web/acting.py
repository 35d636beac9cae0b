"""Who acts for an organisation, and in which transaction? What its endpoints ask for."""

from typing import Annotated

from fastapi import Depends

from reelm import devices
from reelm.web.depends import InCell, Now, SignedIn, Write


async def _actor(viewer: SignedIn) -> devices.Actor:
    return devices.Actor(viewer.id, viewer.by_passkey)


# Somebody signed in, as organisations know them.
SignedActor = Annotated[devices.Actor, Depends(_actor)]


async def _act(actor: SignedActor, unit: Write, cell: InCell, now: Now) -> devices.Act:
    return devices.Act(unit, cell.settings.realm, now, actor)


# The same, in a transaction that commits before they are answered.
Acting = Annotated[devices.Act, Depends(_act, scope="function")]
