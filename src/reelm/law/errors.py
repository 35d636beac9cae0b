"""What can be wrong with the folder of laws?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class LawMissing(Problem):
    """There is no folder of laws, or it lacks the file that holds where no other does."""

    status: ClassVar[int] = 500
    file: str


@dataclass(eq=False)
class LawsClaimTwice(Problem):
    """Two laws say that they hold in the same place."""

    status: ClassVar[int] = 500
    places: str
