"""What does the process that holds the keys do? It signs checkpoints of one log, each only if it extends the last.

It never signs bytes somebody hands it: it is told a size, a root and a proof, and writes the text itself. What it
signed is on its disk before the signature leaves, so that no crash, no restored backup of anything else and no
second sequencer gets two trees signed. As a witness (C2SP tlog-witness) it does the same for other logs.
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelm.kernel.errors import Problem
from reelm.kernel.time import Clock
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import KeyHandoverNotPossible, ProofWrong, SignerNotIntact, SigningRefused
from reelm.ledger.merkle import EMPTY_ROOT, verify_consistency
from reelm.ledger.note import COSIGNATURE, ED25519, Note, SigningKey, VerifierKey
from reelm.ledger.witness import AddCheckpoint, Refusal, decide_cosignature

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
HANDOVER = "reelm.ledger/key-handover/v1"
KEEP_EVIDENCE = 1000


@dataclass(frozen=True)
class WitnessAnswer:
    """What is answered to `add-checkpoint`: HTTP status, content type, body."""

    status: int
    content_type: str
    body: str


class Signer:
    """The keys of one realm's log and of its witness, and what they have signed.

    `folder` belongs to the signer's own user. `trusted` gives the keys of the logs we are a witness for.
    Raises `SignerNotIntact` where keys or the memory of what was signed are missing or belong to another origin.
    """

    def __init__(
        self,
        folder: Path,
        *,
        origin: str,
        witness_name: str,
        clock: Clock,
        trusted: Callable[[], Sequence[VerifierKey]] = tuple,
    ) -> None:
        self._folder, self._clock, self._trusted = folder, clock, trusted
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / "keys.json").exists():
            self._make_keys(origin, witness_name)
        try:
            held, signed = self._load("keys.json"), self._load("signed.json")
            self.origin: str = held["origin"]
            self._keys = [SigningKey.from_seed(self.origin, _unbase64(seed), ED25519) for seed in held["seeds"]]
            self._witness = SigningKey.from_seed(held["witness_name"], _unbase64(held["witness_seed"]), COSIGNATURE)
            self._signed = Checkpoint(self.origin, signed["size"], _unbase64(signed["root"]))
            self._note: str | None = signed["note"]
        except (KeyError, TypeError, ValueError):
            raise SignerNotIntact(missing="keys.json, signed.json") from None

    def describe(self) -> dict[str, Any]:
        """Origin, verifier keys (newest first), the last tree signed and its note, and the witness's key."""
        return {
            "origin": self.origin,
            "vkeys": [str(key.verifier) for key in self._keys],
            "witness_vkey": str(self._witness.verifier),
            "size": self._signed.size,
            "root": base64.b64encode(self._signed.root).decode(),
            "note": self._note,
            "hand_overs": self._load("hand-overs.json"),
        }

    def sign(self, size: int, root: bytes, proof: Sequence[bytes]) -> str:
        """The signed checkpoint of this tree. Raises `SigningRefused` unless it extends the last one signed.

        The tree signed last may be asked for again: the answer is the same.
        """
        if size < self._signed.size:
            raise SigningRefused(reason="rolled-back", signed=self._signed.size, asked=size)
        try:
            verify_consistency(self._signed.size, self._signed.root, size, root, proof)
        except ProofWrong:
            raise SigningRefused(reason="forked", signed=self._signed.size, asked=size) from None
        checkpoint = Checkpoint(self.origin, size, root)
        note = self._sign_note(checkpoint)
        self._keep_signed(checkpoint, note)
        return note

    def _sign_note(self, checkpoint: Checkpoint) -> str:
        text = checkpoint.format()
        return Note(text, tuple(key.sign(text) for key in self._keys)).format()

    def _sign_again(self) -> None:
        """The last tree with the keys that sign now."""
        if self._note is not None:
            self._keep_signed(self._signed, self._sign_note(self._signed))

    def rotate(self) -> str:
        """Make a new key and hand over to it; returns the statement both keys signed.

        From now on checkpoints carry both signatures, until `retire`.
        """
        if len(self._keys) > 1:
            raise KeyHandoverNotPossible
        new, old = SigningKey.generate(self.origin, ED25519), self._keys[0]
        lines = (HANDOVER, self.origin, f"old {old.verifier}", f"new {new.verifier}", f"size {self._signed.size}")
        text = "".join(f"{line}\n" for line in lines)
        note = Note(text, (old.sign(text), new.sign(text))).format()
        self._save("hand-overs.json", [*self._load("hand-overs.json"), note])
        self._hold([new, old])
        self._sign_again()
        return note

    def retire(self) -> None:
        """Forget the older key, for good."""
        if len(self._keys) < 2:
            raise KeyHandoverNotPossible
        self._hold(self._keys[:1])
        self._sign_again()

    def cosign(self, body: bytes) -> WitnessAnswer:
        """Answer `POST /add-checkpoint` of C2SP tlog-witness. What is cosigned is on the disk before the answer."""
        try:
            request = AddCheckpoint.parse(body)
        except Problem:
            return WitnessAnswer(400, TEXT_TYPE, "The request can't be read.\n")
        origin = request.note.partition("\n")[0]
        known, known_note = self._known(origin)
        decided = decide_cosignature(request, known, self._trusted())
        if isinstance(decided, Refusal):
            if decided.is_evidence:
                self._keep_evidence(known_note, request, certain=decided.is_certain)
            if decided.size is not None:
                return WitnessAnswer(decided.status, SIZE_TYPE, f"{decided.size}\n")
            return WitnessAnswer(decided.status, TEXT_TYPE, "The checkpoint is refused.\n")
        checkpoint = decided.checkpoint
        line = self._witness.cosign(checkpoint.format(), int(self._clock.now().timestamp())).line()
        root = base64.b64encode(checkpoint.root).decode()
        kept = {"size": checkpoint.size, "root": root, "note": request.note + line}
        self._save(f"witness/{_name_of(origin)}.json", kept)
        return WitnessAnswer(200, TEXT_TYPE, line)

    def find_witnessed(self, origin_hash: str) -> str | None:
        """The newest checkpoint cosigned of the log whose origin has this SHA-256; `None` where there is none."""
        if len(origin_hash) != 64 or not set(origin_hash) <= set("0123456789abcdef"):
            return None
        path = self._folder / "witness" / f"{origin_hash}.json"
        return self._load(f"witness/{origin_hash}.json")["note"] if path.exists() else None

    def list_evidence(self) -> list[dict[str, str]]:
        """Requests refused although the log had signed them, each with the note `known` before.

        Those of `kind` "certain" prove a fork by their two notes alone. For the others somebody may have sent a wrong
        proof along with an honest checkpoint.
        """
        return [json.loads(path.read_text()) for path in self._evidence()]

    def find_evidence(self, after: str) -> tuple[str, dict[str, str]] | None:
        """The one whose name follows `after`, with its name; `None` behind the last. Together they may be large."""
        for path in self._evidence():
            name = f"{path.parent.name}/{path.stem}"
            if name > after:
                return name, json.loads(path.read_text())
        return None

    def _evidence(self) -> list[Path]:
        return sorted(self._folder.glob("evidence/*/*.json"))

    def _known(self, origin: str) -> tuple[Checkpoint | None, str]:
        path = self._folder / "witness" / f"{_name_of(origin)}.json"
        if not path.exists():
            return None, ""
        kept = json.loads(path.read_text())
        return Checkpoint(origin, kept["size"], _unbase64(kept["root"])), kept["note"]

    def _keep_evidence(self, known: str, request: AddCheckpoint, *, certain: bool) -> None:
        kind = "certain" if certain else "uncertain"
        text = request.format()
        name = hashlib.sha256(text.encode()).hexdigest()[:32]
        if len(list(self._folder.glob(f"evidence/{kind}/*.json"))) < KEEP_EVIDENCE:
            self._save(f"evidence/{kind}/{name}.json", {"kind": kind, "known": known, "request": text})

    def _make_keys(self, origin: str, witness_name: str) -> None:
        if (self._folder / "signed.json").exists():
            raise SignerNotIntact(missing="keys.json")
        key, witness = SigningKey.generate(origin, ED25519), SigningKey.generate(witness_name, COSIGNATURE)
        self._save("hand-overs.json", [])
        self._keep_signed(Checkpoint(origin, 0, EMPTY_ROOT), None)
        self._save(
            "keys.json",
            {
                "origin": origin,
                "seeds": [base64.b64encode(key.seed).decode()],
                "witness_name": witness_name,
                "witness_seed": base64.b64encode(witness.seed).decode(),
            },
        )

    def _hold(self, keys: list[SigningKey]) -> None:
        held = self._load("keys.json") | {"seeds": [base64.b64encode(key.seed).decode() for key in keys]}
        self._save("keys.json", held)
        self._keys = keys

    def _keep_signed(self, checkpoint: Checkpoint, note: str | None) -> None:
        root = base64.b64encode(checkpoint.root).decode()
        self._save("signed.json", {"size": checkpoint.size, "root": root, "note": note})
        self._signed, self._note = checkpoint, note

    def _load(self, name: str) -> Any:
        try:
            return json.loads((self._folder / name).read_bytes())
        except (OSError, ValueError):
            raise SignerNotIntact(missing=name) from None

    def _save(self, name: str, content: Mapping[str, Any] | list[str]) -> None:
        """Write whole or not at all, and wait for the disk."""
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(json.dumps(content).encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _name_of(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()
