"""Who acts for an organisation, and in which transaction? What its endpoints ask for."""

from typing import Annotated

from fastapi import Depends

from reelm import devices
from reelm.web.depends import InCell, Now, SignedIn, Write


async def _act(viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> devices.Act:
    return devices.Act(unit, cell.settings.realm, now, viewer.id)


# Somebody signed in, in a transaction that commits before they are answered.
Acting = Annotated[devices.Act, Depends(_act, scope="function")]
