"""Why can this file not become a clip or a picture? Each refusal, with what it found and no personal data."""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class UploadEmpty(Problem):
    """The file holds no bytes."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class NotAVideo(Problem):
    """The file is of no kind known to us, or claims to be a video and holds none."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class FormatNotTaken(Problem):
    """The file is of a known kind that is no clip: a picture, an archive, a playlist.

    `found` is the short international name of the kind, such as `PNG`, `ZIP` or `HLS`.
    """

    status: ClassVar[int] = 422
    found: str


@dataclass(eq=False)
class CodecNotTaken(Problem):
    """The container is fine, but the moving picture inside is in a form that cannot be decoded here."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class UploadTruncated(Problem):
    """The file is cut off or damaged: it promises more than it holds."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class AudioOnly(Problem):
    """There is sound and no moving picture."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class UploadTooLong(Problem):
    """The clip lasts longer than this realm takes."""

    status: ClassVar[int] = 422
    limit_s: int
    was_s: int


@dataclass(eq=False)
class TooManyPixels(Problem):
    """The picture is larger than this realm decodes. `limit` counts pixels, width times height."""

    status: ClassVar[int] = 422
    limit: int
    width: int
    height: int


@dataclass(eq=False)
class TooManyFrames(Problem):
    """The clip shows more frames per second than this realm decodes."""

    status: ClassVar[int] = 422
    limit: int
    was: int


@dataclass(eq=False)
class TranscodeTimedOut(Problem):
    """Reading or encoding the clip took longer than allowed."""

    status: ClassVar[int] = 422
    limit_s: int


@dataclass(eq=False)
class TranscodeFailed(Problem):
    """The clip could not be encoded, for a reason that cannot be told more precisely."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class ImageNotTaken(Problem):
    """The picture is not PNG, JPEG or WebP, is damaged, or is larger than this realm decodes."""

    status: ClassVar[int] = 422
    limit_megapixels: int


@dataclass(eq=False)
class SandboxUnavailable(Problem):
    """This machine offers no barrier between an upload and the network, so no upload is opened.

    The operator's to mend, never the uploader's; the same upload may be tried again later.
    `missing` names the barriers that were tried.
    """

    status: ClassVar[int] = 503
    missing: str
