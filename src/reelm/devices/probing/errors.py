"""What can go wrong with probes?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class ProbesMalformed(Problem):
    """A report of probes is not understood, or is about another decision, or from a time to come."""

    status: ClassVar[int] = 422
    where: str
