"""Which laws hold in this realm? Those of the folder, by the map of realms."""

from reelm import law
from reelm.bootstrap.atlas import open_atlas
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock


def open_laws(settings: Settings, clock: Clock) -> law.LawBook:
    """Read the folder. Raises what `law.load_laws` and `open_atlas` do."""
    return law.LawBook(law.load_laws(settings.law_dir), open_atlas(settings, clock))
