"""Which clips do the journeys use? Real ones where shared/media is present, else footage made here."""

import os
from pathlib import Path

from tests import footage

_SHARED = Path(os.environ.get("REELM_TEST_MEDIA", Path(__file__).parents[3] / "shared" / "media"))


def street(folder: Path) -> Path:
    """About 30 s and some megabytes, so that an upload can be cut at half."""
    real = _SHARED / "street-traffic-landscape-12fps-aac.mp4"
    return real if real.is_file() else footage.vertical(folder / "street.mp4", seconds=8, size="720x1280")
