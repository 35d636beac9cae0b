"""May we cosign this checkpoint of another log? C2SP tlog-witness, the decision; `signer.py` keeps and answers.

The caller looks up what it last cosigned for `AddCheckpoint.origin`, decides, and stores the new checkpoint before
it answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from reelm.ledger.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from reelm.ledger.errors import (
    CheckpointMalformed,
    CheckpointUnsigned,
    NoteMalformed,
    ProofMalformed,
    ProofWrong,
    SignatureWrong,
    WitnessRequestMalformed,
)
from reelm.ledger.merkle import EMPTY_ROOT, verify_consistency
from reelm.ledger.note import Note, VerifierKey, to_base64
from reelm.ledger.proof import parse_hashes


@dataclass(frozen=True)
class AddCheckpoint:
    """What a log asks: cosign this note, whose tree begins with the one of `old_size` that you know."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body of an add-checkpoint call. Raises `WitnessRequestMalformed`; the note is not looked at."""
        try:
            head, cut, note = body.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError:
            raise WitnessRequestMalformed(fault="not-utf-8") from None
        first, *lines = head.split("\n")
        word, _, digits = first.partition(" ")
        old_size = parse_decimal(digits)
        if not cut or word != "old" or old_size is None:
            raise WitnessRequestMalformed(fault="old-size")
        try:
            return cls(old_size, parse_hashes(lines), note)
        except ProofMalformed:
            raise WitnessRequestMalformed(fault="proof") from None

    def format(self) -> str:
        """The body of the call."""
        lines = [f"old {self.old_size}", *map(to_base64, self.proof)]
        return "\n".join(lines) + "\n\n" + self.note

    @property
    def origin(self) -> str:
        """The log that the note claims to be of."""
        return self.note.partition("\n")[0]


@dataclass(frozen=True)
class Cosign:
    """Store this checkpoint as the newest of its log, then sign it."""

    checkpoint: Checkpoint
    note: Note


@dataclass(frozen=True)
class Refusal:
    """Answer with this HTTP status. `size` is what a 409 tells: the size we know.

    `is_evidence`: the log signed a tree that was not shown to go with the one we know; keep the whole request.
    `is_certain`: the two checkpoints alone prove a fork. Otherwise somebody else may have sent a wrong proof along.
    """

    status: int
    size: int | None = None
    is_evidence: bool = False
    is_certain: bool = False


@dataclass(frozen=True)
class Contradiction:
    """A checkpoint that another log signed and that was refused, with the one we knew of it: both notes.

    `kind` is "certain" where the two alone prove a fork, else "uncertain".
    """

    kind: str
    known: str
    seen: str
    origin: str
    known_size: int
    seen_size: int

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> "Contradiction":
        """From what the signer keeps of it."""
        known, seen = kept["known"], AddCheckpoint.parse(kept["request"].encode()).note
        checkpoint = Checkpoint.parse(Note.parse(seen).text)
        known_size = Checkpoint.parse(Note.parse(known).text).size if known else 0
        return cls(kept["kind"], known, seen, checkpoint.origin, known_size, checkpoint.size)


def decide_cosignature(
    request: AddCheckpoint, known: Checkpoint | None, keys: Sequence[VerifierKey]
) -> Cosign | Refusal:
    """The checks of tlog-witness, "add-checkpoint", in its order; `keys` are those of every log we witness.

    `known` is the newest checkpoint that we cosigned for the origin; `None` before the first.
    """
    if known is not None and known.origin != request.origin:
        raise ValueError("what is known is of another log")
    of_origin = [key for key in keys if key.name == request.origin]
    if not of_origin:
        return Refusal(404)
    try:
        checkpoint, note = open_checkpoint(request.note, of_origin)
    except (NoteMalformed, CheckpointMalformed):
        return Refusal(400)
    except (SignatureWrong, CheckpointUnsigned):
        return Refusal(403)
    return _compare(request, known, checkpoint) or Cosign(checkpoint, note)


def _compare(request: AddCheckpoint, known: Checkpoint | None, checkpoint: Checkpoint) -> Refusal | None:
    """What is wrong with a checkpoint that its log did sign."""
    known_size, known_root = (known.size, known.root) if known else (0, EMPTY_ROOT)
    is_fork = checkpoint.size == known_size and checkpoint.root != known_root
    if request.old_size > checkpoint.size:
        return Refusal(400, is_evidence=is_fork, is_certain=is_fork)
    if request.old_size != known_size:
        return Refusal(409, size=known_size, is_evidence=is_fork, is_certain=is_fork)
    try:
        verify_consistency(known_size, known_root, checkpoint.size, checkpoint.root, request.proof)
    except ProofWrong:
        return Refusal(422, is_evidence=is_fork or 0 < known_size < checkpoint.size, is_certain=is_fork)
    return None
