"""Where do bytes lie that are served? In files below one folder, put there whole or not at all."""

from reelm.infra.blobs.files import FileBlobs

__all__ = ["FileBlobs"]
