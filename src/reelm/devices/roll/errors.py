"""What can go wrong with an organisation's directory?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class ChangedInDirectory(Problem):
    """The entry is not in the version any more that the caller has seen (If-Match)."""

    status: ClassVar[int] = 412


@dataclass(eq=False)
class DirectoryRefused(Problem):
    """A directory's message that can't be taken; `scim_type` is the keyword of RFC 7644, section 3.12."""

    status: ClassVar[int] = 400
    scim_type: str
    fault: str


@dataclass(eq=False)
class NotInDirectory(Problem):
    """There is nothing of this id in the directory of whoever asks, also where another organisation has it."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TakenInDirectory(Problem):
    """Another entry of the directory has what only one may have: `attribute` says what."""

    status: ClassVar[int] = 409
    scim_type: ClassVar[str] = "uniqueness"
    attribute: str


@dataclass(eq=False)
class InventoryMalformed(Problem):
    """A line of an inventory that can't be taken; nothing of the file is."""

    status: ClassVar[int] = 422
    line: int
    fault: str
