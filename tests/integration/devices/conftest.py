"""An institution in a realm that is known as `reelm.example`, with a name server that tests write in."""

from collections.abc import AsyncGenerator

import pytest
from tests.integration.devices.institution import HOST, Institution, found_institution
from tests.integration.devices.receivers import THEM, US, Receiver
from tests.integration.devices.signallers import Signallers, list_phones
from tests.integration.devices.zones import Zones, zones_running
from tests.integration.world import Realm, Stage, open_realm

from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock


@pytest.fixture
async def zones() -> AsyncGenerator[Zones]:
    """Its name server."""
    async with zones_running() as running:
        yield running


@pytest.fixture
async def realm(settings: Settings, clock: HandClock, stage: Stage, zones: Zones) -> AsyncGenerator[Realm]:
    """The realm by a name that a decision can have."""
    named = settings.model_copy(update={"public_url": f"https://{HOST}", "name_server": zones.server})
    async with open_realm(named, clock, stage.cast) as opened:
        yield opened


@pytest.fixture
async def institution(realm: Realm, zones: Zones) -> Institution:
    """Registered, proven, with a key."""
    return await found_institution(realm, zones)


@pytest.fixture
async def signallers(institution: Institution) -> Signallers:
    """With two devices, a decision, and a device management that is believed."""
    phones = await list_phones(institution, "phone-1", "phone-2")
    told = Signallers(institution, await institution.publish(), phones=phones)
    await told.listen()
    return told


@pytest.fixture
async def receiver(institution: Institution) -> Receiver:
    """With two devices of the institution, and no stream yet."""
    phones = await list_phones(institution, "phone-1", "phone-2")
    signallers = Signallers(institution, await institution.publish(), phones=phones)
    added = await institution.do("device-admin", "POST", "/signals/receivers", {"audience": THEM})
    assert added["configuration"] == f"{US}/.well-known/ssf-configuration"
    return Receiver(signallers, added["token"])
