"""From which files does a realm know who belongs where?"""

from reelm import realms
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock, SystemClock


def open_atlas(settings: Settings, clock: Clock | None = None) -> realms.Atlas:
    """The map of realms as the settings name it. Raises what `realms.Atlas` does."""
    sources = realms.Sources(settings.realms_file, settings.deployment_file, settings.peers_path)
    return realms.Atlas(RealmCode(settings.realm), sources, clock or SystemClock())
