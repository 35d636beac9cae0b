"""Who else vouches for our checkpoints? Witnesses are asked, after the fact, to cosign each (C2SP tlog-witness).

Publishing never waits for them. Their signatures go onto `checkpoint` where that is still the one they saw, and the
newest that met the quorum of the policy stays as `checkpoint.witnessed`. What is known of each is public.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from reelm.infra.fetch import AddressNotAnswering, Answer, post
from reelm.kernel.errors import Problem
from reelm.kernel.time import Clock
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import FileMissing, NoteMalformed, SignatureWrong
from reelm.ledger.folder import CHECKPOINT, WITNESSED, WITNESSES, LogFolder
from reelm.ledger.merkle import consistency_proof
from reelm.ledger.note import Note, Signature, parse_signatures, verify_note
from reelm.ledger.policy import Policy, WitnessLine
from reelm.ledger.tiles import Tile, TileHashes
from reelm.ledger.witness import AddCheckpoint

SIZE_TYPE = "text/x.tlog.size"
WAIT_S = 5.0
ANSWER_LIMIT_BYTES = 16 * 1024
AGAIN_AFTER = timedelta(minutes=1)
FRESH_FOR = timedelta(minutes=5)

_log = logging.getLogger(__name__)

Post = Callable[[str, bytes], Awaitable[Answer]]


@dataclass(frozen=True)
class WitnessState:
    """What we know of one witness. `size` is that of the last checkpoint it cosigned.

    `fault` is a word for what went wrong when it was last asked: `timeout` and `unreachable` make it silent, and
    anything it said that it should not have said makes it faulty.
    """

    name: str
    vkey: str
    size: int = 0
    cosigned_at: str | None = None
    fault: str | None = None

    def judge(self, now: datetime) -> Literal["fresh", "stale", "silent", "faulty"]:
        """How much its word is worth at this moment."""
        if self.fault is not None and self.fault not in ("timeout", "unreachable"):
            return "faulty"
        if self.cosigned_at is None:
            return "silent"
        if now - datetime.fromisoformat(self.cosigned_at) <= FRESH_FOR:
            return "fresh"
        return "silent" if self.fault else "stale"


async def _post(url: str, body: bytes) -> Answer:
    return await post(url, body, wait_s=WAIT_S, limit_bytes=ANSWER_LIMIT_BYTES)


class Cosigning:
    """Asks the witnesses of one policy about one log."""

    def __init__(
        self, folder: LogFolder, policy: Policy, policy_text: str, *, clock: Clock, post: Post = _post
    ) -> None:
        self._folder, self._policy, self._text = folder, policy, policy_text
        self._clock, self._post = clock, post
        known = {one["name"]: one for one in json.loads(folder.read(WITNESSES) or b"{}").get("witnesses", [])}
        self._states = {name: _recall(line, known.get(name)) for name, line in policy.witnesses.items()}
        self._signatures: dict[str, tuple[str, Signature]] = {}  # by witness: the text it signed, and how

    async def run(self, *, every_s: float = 1.0) -> None:
        """Ask again and again, until cancelled."""
        while True:
            try:
                await self.ask()
            except (OSError, Problem) as failure:
                facts = {"failure": type(failure).__name__}
                _log.error("the witnesses could not be asked", extra={"facts": facts})
            await asyncio.sleep(every_s)

    async def ask(self) -> None:
        """Ask every witness that has not cosigned the newest checkpoint lately, all at the same time."""
        served = await asyncio.to_thread(self._folder.read, CHECKPOINT)
        if served is None:
            return
        note = Note.parse(served)
        checkpoint = Checkpoint.parse(note.text)
        asked = [line for line in self._policy.witnesses.values() if line.url and self._is_due(line.name, note.text)]
        await asyncio.gather(*(self._ask_one(line, checkpoint, note) for line in asked))
        if asked:
            await asyncio.to_thread(self._publish, served, note)

    def _is_due(self, name: str, text: str) -> bool:
        signed, at = self._signatures.get(name), self._states[name].cosigned_at
        if signed is None or signed[0] != text or at is None:
            return True
        return self._clock.now() - datetime.fromisoformat(at) >= AGAIN_AFTER

    async def _ask_one(self, line: WitnessLine, checkpoint: Checkpoint, note: Note) -> None:
        state = self._states[line.name]
        try:
            self._states[line.name] = await self._exchange(line, state, checkpoint, note)
        except AddressNotAnswering as refusal:
            self._states[line.name] = replace(state, fault=refusal.fault)
        except Problem as refusal:
            self._states[line.name] = replace(state, fault=refusal.slug())

    async def _exchange(
        self, line: WitnessLine, state: WitnessState, checkpoint: Checkpoint, note: Note
    ) -> WitnessState:
        """Ask once; a second time where the witness knows another size than we thought."""
        old = min(state.size, checkpoint.size)
        answer = await self._send(line, old, checkpoint, note)
        told = _size_in(answer)
        if told is not None and told > checkpoint.size:
            return replace(state, fault="knows-a-larger-log")
        if told is not None:
            answer = await self._send(line, told, checkpoint, note)
        if answer.status != 200:
            return replace(state, fault=f"answered-{answer.status}")
        return self._take(line, state, checkpoint, note, answer.body)

    async def _send(self, line: WitnessLine, old: int, checkpoint: Checkpoint, note: Note) -> Answer:
        proof = await asyncio.to_thread(self._prove, old, checkpoint.size)
        request = AddCheckpoint(old, tuple(proof), _without_cosignatures(note, checkpoint.origin).format())
        return await self._post(f"{(line.url or '').rstrip('/')}/add-checkpoint", request.format().encode())

    def _prove(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, TileHashes(new, self._read)) if 0 < old < new else []

    def _read(self, tile: Tile) -> bytes:
        content = self._folder.read(tile.path)
        if content is None:
            raise FileMissing(path=tile.path)
        return content

    def _take(
        self, line: WitnessLine, state: WitnessState, checkpoint: Checkpoint, note: Note, body: bytes
    ) -> WitnessState:
        """Keep the cosignature if it is one, of this witness, of this checkpoint."""
        try:
            signatures = parse_signatures(body.decode())
            signed = verify_note(Note(note.text, signatures), [line.key])
        except (NoteMalformed, SignatureWrong, UnicodeDecodeError):
            return replace(state, fault="wrong-signature")
        if not signed or signed[0][1] is None:
            return replace(state, fault="no-signature-of-its-key")
        mine = [one for one in signatures if (one.name, one.key_id) == (line.key.name, line.key.key_id)]
        self._signatures[line.name] = note.text, mine[-1]
        at = datetime.fromtimestamp(signed[0][1], UTC)
        return replace(state, size=checkpoint.size, cosigned_at=at.isoformat(), fault=None)

    def _publish(self, served: bytes, note: Note) -> None:
        """Attach what came, and tell what is known of everybody."""
        signed = {name: one for name, (text, one) in self._signatures.items() if text == note.text}
        cosigned = note.with_signatures(signed.values()).format().encode()
        if cosigned != served:
            self._folder.exchange(CHECKPOINT, served, cosigned)
        needed = self._policy.needed()
        if needed and self._policy.is_met(signed.keys()):
            self._folder.replace(WITNESSED, cosigned, durable=False)
        now = self._clock.now()
        judged = {name: state.judge(now) for name, state in self._states.items()}
        fresh = {name for name, word in judged.items() if word == "fresh"}
        quorum = {"needed": needed, "have": len(fresh), "met": self._policy.is_met(fresh), "policy": self._text}
        witnesses = [asdict(state) | {"state": judged[name]} for name, state in self._states.items()]
        told = json.dumps({"witnesses": witnesses, "quorum": quorum}, indent=1) + "\n"
        self._folder.replace(WITNESSES, told.encode(), durable=False)


def _recall(line: WitnessLine, known: dict[str, object] | None) -> WitnessState:
    """What an earlier run knew of a witness, if it is still the same one."""
    vkey = str(line.key)
    if known is None or known.get("vkey") != vkey:
        return WitnessState(line.name, vkey)
    size, at, fault = known.get("size"), known.get("cosigned_at"), known.get("fault")
    return WitnessState(
        line.name,
        vkey,
        size if isinstance(size, int) else 0,
        at if isinstance(at, str) else None,
        fault if isinstance(fault, str) else None,
    )


def _size_in(answer: Answer) -> int | None:
    """The size a 409 tells, if it does."""
    text = answer.body.decode("ascii", "replace").strip()
    is_size = answer.status == 409 and answer.content_type.startswith(SIZE_TYPE)
    return int(text) if is_size and text.isdigit() and len(text) < 19 else None


def _without_cosignatures(note: Note, origin: str) -> Note:
    """With the log's own signatures only: a witness has no use for the others'."""
    return Note(note.text, tuple(one for one in note.signatures if one.name == origin))
