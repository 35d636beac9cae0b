"""How does one take home the proof that an entry is in the log? C2SP tlog-proof: one text file, checked offline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from reelm.ledger.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from reelm.ledger.errors import ProofMalformed
from reelm.ledger.merkle import HASH_BYTES, verify_inclusion
from reelm.ledger.note import VerifierKey, from_base64, to_base64

FIRST_LINE = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63


@dataclass(frozen=True)
class TlogProof:
    """An inclusion proof with the signed checkpoint it leads to. Nothing vouches for `extra`; ours is the entry."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a `.tlog-proof`: tlog-proof, "Format". Raises `ProofMalformed`; the checkpoint is not looked at."""
        head, cut, checkpoint = _decode(data).partition("\n\n")
        lines = head.split("\n")
        if not cut or lines.pop(0) != FIRST_LINE:
            raise ProofMalformed(fault="first-line")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "))
            if extra is None:
                raise ProofMalformed(fault="extra")
        word, _, digits = (lines.pop(0) if lines else "").partition(" ")
        index = parse_decimal(digits)
        if word != "index" or index is None:
            raise ProofMalformed(fault="index")
        return cls(index, parse_hashes(lines), checkpoint, extra)

    def format(self) -> str:
        """The file."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        lines = [FIRST_LINE, *extra, f"index {self.index}", *map(to_base64, self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def verify(self, leaf: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
        """The checkpoint, once a key of its log is found to have signed it and `leaf`, a leaf hash, to be in it.

        Raises `ProofWrong`, and what `open_checkpoint` raises.
        """
        checkpoint, _ = open_checkpoint(self.checkpoint, keys)
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def parse_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """One hash a line in base64. Raises `ProofMalformed`."""
    hashes = [from_base64(line) for line in lines[: HASHES_MAX + 1]]
    found = tuple(one for one in hashes if one is not None and len(one) == HASH_BYTES)
    if len(found) < len(lines) or len(found) > HASHES_MAX:
        raise ProofMalformed(fault="hashes")
    return found


def _decode(data: bytes | str) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ProofMalformed(fault="not-utf-8") from None
