"""How does one take the proof out of a log that entry N is in it, and check one that somebody shows?"""

from collections.abc import Sequence
from dataclasses import dataclass

from reelm.ledger.audit import read_entry
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.errors import EntryNotInLog, ProofWithoutEntry, ProofWrong, QuorumNotMet, TileDiffers
from reelm.ledger.merkle import inclusion_proof, leaf_hash, verify_inclusion
from reelm.ledger.note import VerifierKey, verify_note
from reelm.ledger.policy import Policy
from reelm.ledger.proof import TlogProof
from reelm.ledger.sources import Source, fetch_entries, read_hashes
from reelm.ledger.tiles import TILE_WIDTH, Bundle
from reelm.ledger.verify import Asked, Head, fetch_head


@dataclass(frozen=True)
class Proven:
    """What a proof shows. `is_of_schema` says whether the entry is one of a Reelm log."""

    index: int
    checkpoint: Checkpoint
    entry: bytes
    cosigned: Sequence[str]
    is_of_schema: bool


async def prove(source: Source, index: int, asked: Asked, head: Head | None = None) -> TlogProof:
    """The proof that entry `index` is in the log, checked; its `extra` is the entry. `head` if it is known already.

    Raises `EntryNotInLog`, `TileDiffers` where the files don't lead to the root, and the refusals of the checkpoint.
    """
    head = head or await fetch_head(source, asked)
    checkpoint = head.checkpoint
    if not 0 <= index < checkpoint.size:
        raise EntryNotInLog(index=index, size=checkpoint.size)
    hashes = await read_hashes(source, checkpoint.size, lambda read: inclusion_proof(index, checkpoint.size, read))
    number = index // TILE_WIDTH
    bundle = Bundle(number, min(TILE_WIDTH, checkpoint.size - number * TILE_WIDTH))
    entry = (await fetch_entries(source, bundle))[index % TILE_WIDTH]
    try:
        verify_inclusion(leaf_hash(entry), index, checkpoint.size, hashes, checkpoint.root)
    except ProofWrong:
        raise TileDiffers(path=bundle.path) from None
    return TlogProof(index, tuple(hashes), head.note.decode(), entry)


def check_proof(
    data: bytes, *, keys: Sequence[VerifierKey], policy: Policy | None = None, entry: bytes | None = None
) -> Proven:
    """Check a `.tlog-proof` without the log. `entry` is needed only where the proof has none as its `extra`.

    Raises `ProofWrong`, `ProofMalformed`, `ProofWithoutEntry`, `QuorumNotMet` and what `open_checkpoint` raises.
    """
    proof = TlogProof.parse(data)
    content = proof.extra if entry is None else entry
    if content is None:
        raise ProofWithoutEntry
    logs = [*keys, *(log.key for log in policy.logs)] if policy else list(keys)
    checkpoint = proof.verify(leaf_hash(content), logs)
    cosigned: frozenset[str] = frozenset()
    if policy is not None:
        _, note = open_checkpoint(proof.checkpoint, logs)
        signed = verify_note(note, [line.key for line in policy.witnesses.values()])
        cosigned = policy.cosigners(key for key, _ in signed)
        if not policy.is_met(cosigned):
            raise QuorumNotMet(needed=policy.needed(), found=len(cosigned))
    return Proven(proof.index, checkpoint, content, sorted(cosigned), read_entry(content) is not None)
