"""What can go wrong between one of Apple's devices and what manages it?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class MdmNotSigned(Problem):
    """A message of no device: without a signature that holds. 403, as Apple's devices leave the management at 401."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class MdmEnrolmentOther(Problem):
    """A device says otherwise of itself than it was enrolled as, or has not begun to enrol."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class MdmNotForDevice(Problem):
    """A device that is not enrolled by Apple's management."""

    status: ClassVar[int] = 409
    platform: str


@dataclass(eq=False)
class MdmNotOverTls(Problem):
    """Apple's devices are managed over https only."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DeviceUnrecognised(Problem):
    """A device with a certificate of ours that is enrolled no more; `code` is Apple's word for that."""

    status: ClassVar[int] = 403
    code: str


@dataclass(eq=False)
class DeclarationUnknown(Problem):
    """Nothing of this name is declared to the device, or no longer as it was."""

    status: ClassVar[int] = 404
