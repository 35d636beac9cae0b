"""Which tree does the log say it has? C2SP tlog-checkpoint: origin, size and root, in a signed note."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from reelm.ledger.errors import CheckpointMalformed, CheckpointUnsigned
from reelm.ledger.merkle import HASH_BYTES, SIZE_LIMIT
from reelm.ledger.note import ED25519, Note, VerifierKey, from_base64, to_base64, verify_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def parse_decimal(text: str) -> int | None:
    """A size or index: ASCII digits without leading zeros, below 2^63."""
    number = int(text) if _DECIMAL.fullmatch(text) else SIZE_LIMIT
    return number if number < SIZE_LIMIT else None


@dataclass(frozen=True)
class Checkpoint:
    """A tree head. `extensions` are further lines, which other people's logs may have and ours has not."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note: tlog-checkpoint, "Note text". Raises `CheckpointMalformed`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "" or not all(lines):
            raise CheckpointMalformed(fault="lines")
        size, root = parse_decimal(lines[1]), from_base64(lines[2])
        if size is None:
            raise CheckpointMalformed(fault="size")
        if root is None or len(root) != HASH_BYTES:
            raise CheckpointMalformed(fault="root")
        return cls(lines[0], size, root, tuple(lines[3:]))

    def format(self) -> str:
        """The text to sign.

        >>> Checkpoint("example.com/log", 0, bytes(32)).format()
        'example.com/log\\n0\\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\\n'
        """
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


def open_checkpoint(note: bytes | str, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, Note]:
    """Read a checkpoint that its log has signed: with an Ed25519 key among `keys` whose name is the origin.

    Raises `NoteMalformed`, `CheckpointMalformed`, `SignatureWrong` for a bad signature of any of the keys, and
    `CheckpointUnsigned`.
    """
    parsed = Note.parse(note)
    checkpoint = Checkpoint.parse(parsed.text)
    signed = verify_note(parsed, keys)
    if not any(key.name == checkpoint.origin and key.algorithm == ED25519 for key, _ in signed):
        raise CheckpointUnsigned
    return checkpoint, parsed
