"""What can go wrong between a person's device and the media worker? (What can be wrong with the clip itself is
in `errors.py`.)"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class UploadNotFound(Problem):
    """Unknown, expired or somebody else's: the three look the same on purpose."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class UploadTooLarge(Problem):
    """More bytes than this realm takes."""

    status: ClassVar[int] = 413
    limit_bytes: int


@dataclass(eq=False)
class UploadSizeUnknown(Problem):
    """Reelm asks for the size up front, so that it can refuse before anything is sent."""

    status: ClassVar[int] = 400


@dataclass(eq=False)
class UploadOffsetWrong(Problem):
    """The chunk doesn't begin where the upload ends."""

    status: ClassVar[int] = 409
    offset_bytes: int


@dataclass(eq=False)
class UploadBeyondSize(Problem):
    """The chunk goes on past the size that was announced."""

    status: ClassVar[int] = 413


@dataclass(eq=False)
class UploadBusy(Problem):
    """Another request is writing to this upload."""

    status: ClassVar[int] = 423


@dataclass(eq=False)
class ChecksumWrong(Problem):
    """The chunk was damaged on the way (tus 1.0.0, checksum extension)."""

    status: ClassVar[int] = 460


@dataclass(eq=False)
class ChecksumUnknown(Problem):
    """The Upload-Checksum header is not one of ours."""

    status: ClassVar[int] = 400


@dataclass(eq=False)
class TusVersionUnknown(Problem):
    """The client speaks another version of tus."""

    status: ClassVar[int] = 412


@dataclass(eq=False)
class TusRequestWrong(Problem):
    """A header of the protocol is missing or wrong."""

    status: ClassVar[int] = 400
    header: str


@dataclass(eq=False)
class ChunkTypeWrong(Problem):
    """A chunk is sent as `application/offset+octet-stream` (tus 1.0.0, PATCH)."""

    status: ClassVar[int] = 415


@dataclass(eq=False)
class UploadNotComplete(Problem):
    """Bytes are still missing."""

    status: ClassVar[int] = 409
    missing_bytes: int


@dataclass(eq=False)
class UploadAlreadyUsed(Problem):
    """A clip was made of this upload already."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class UploadLost(Problem):
    """The uploaded bytes are gone before they were transcoded."""

    status: ClassVar[int] = 500


@dataclass(eq=False)
class TranscodeGaveUp(Problem):
    """The workers failed at this clip again and again."""

    status: ClassVar[int] = 500


@dataclass(eq=False)
class FileNotServed(Problem):
    """No clip and no picture has a file of this name."""

    status: ClassVar[int] = 404
