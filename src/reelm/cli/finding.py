"""What does the doctor say about one thing it looked at?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`what` is a sentence; where not `ok`, it says what to do."""

    name: str
    ok: bool
    what: str
