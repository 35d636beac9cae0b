"""What the process with the keys signs, and what it never does."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from tests.integration.ledger.running import ORIGIN, WITNESS, signer_running

from reelm import ledger
from reelm.kernel.time import SystemClock
from reelm.ledger import SignerNotIntact, SigningRefused
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.errors import KeyHandoverNotPossible
from reelm.ledger.merkle import consistency_proof, leaf_hash, tree_root
from reelm.ledger.note import Note, SigningKey, VerifierKey, verify_note
from reelm.ledger.signer import Signer

LEAVES = [leaf_hash(bytes([n])) for n in range(20)]
OTHERS = [leaf_hash(bytes([n, n])) for n in range(20)]


def root(size: int, leaves: list[bytes] = LEAVES) -> bytes:
    return tree_root(leaves[:size])


def proof(old: int, new: int, leaves: list[bytes] = LEAVES) -> list[bytes]:
    def read(level: int, index: int) -> bytes:
        return tree_root(leaves[index << level : (index + 1) << level])

    return consistency_proof(old, new, read)


def open_signer(folder: Path, **options: object) -> Signer:
    keys = {"origin": ORIGIN, "witness_name": WITNESS, "clock": SystemClock()} | options
    return Signer(folder, **keys)  # pyright: ignore[reportArgumentType]


def keys_of(signer: Signer) -> list[VerifierKey]:
    return [VerifierKey.parse(key) for key in signer.describe()["vkeys"]]


def test_each_tree_that_extends_the_last_is_signed(tmp_path: Path) -> None:
    signer = open_signer(tmp_path)
    signed = 0
    for size in (1, 2, 2, 7, 8, 20):
        note = signer.sign(size, root(size), proof(signed, size))
        checkpoint, _ = open_checkpoint(note, keys_of(signer))
        assert checkpoint == Checkpoint(ORIGIN, size, root(size))
        signed = size


@pytest.mark.parametrize(
    ("size", "leaves", "with_proof", "reason"),
    [
        (5, LEAVES, [], "rolled-back"),
        (8, OTHERS, [], "forked"),
        (12, OTHERS, proof(8, 12, OTHERS), "forked"),
        (12, LEAVES, [], "forked"),
        (12, LEAVES, proof(7, 12), "forked"),
        (0, LEAVES, [], "rolled-back"),
    ],
)
def test_a_tree_that_does_not_is_refused_also_after_a_restart(
    size: int, leaves: list[bytes], with_proof: list[bytes], reason: str, tmp_path: Path
) -> None:
    open_signer(tmp_path).sign(8, root(8), [])
    again = open_signer(tmp_path)
    with pytest.raises(SigningRefused) as refusal:
        again.sign(size, root(size, leaves), with_proof)
    assert refusal.value.reason == reason
    assert again.describe()["size"] == 8


@pytest.mark.parametrize("lost", ["keys.json", "signed.json", "hand-overs.json"])
def test_a_signer_that_has_lost_part_of_itself_signs_nothing(lost: str, tmp_path: Path) -> None:
    open_signer(tmp_path).sign(8, root(8), [])
    (tmp_path / lost).unlink()
    with pytest.raises(SignerNotIntact):
        open_signer(tmp_path).describe()


@pytest.mark.parametrize("content", [b"", b"{", b"[]"])
def test_a_memory_that_cant_be_read_is_not_taken_for_an_empty_one(content: bytes, tmp_path: Path) -> None:
    open_signer(tmp_path).sign(8, root(8), [])
    (tmp_path / "signed.json").write_bytes(content)
    with pytest.raises(SignerNotIntact):
        open_signer(tmp_path)


def test_what_the_disk_did_not_take_is_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = open_signer(tmp_path)
    signer.sign(3, root(3), [])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _no_space)
        with pytest.raises(OSError, match="No space"):
            signer.sign(8, root(8), proof(3, 8))
    assert signer.describe()["size"] == 3
    assert open_signer(tmp_path).describe()["size"] == 3


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_the_origin_is_that_of_the_first_start(tmp_path: Path) -> None:
    open_signer(tmp_path)
    assert open_signer(tmp_path, origin="elsewhere.test/ledger").origin == ORIGIN


def test_a_key_is_handed_over_by_both_and_the_older_one_forgotten(tmp_path: Path) -> None:
    signer = open_signer(tmp_path)
    (old,) = keys_of(signer)
    signer.sign(3, root(3), [])
    statement = Note.parse(signer.rotate().encode())
    new, still = keys_of(signer)
    assert still == old
    assert {key for key, _ in verify_note(statement, [old, new])} == {old, new}
    assert f"old {old}\nnew {new}\nsize 3\n" in statement.text
    with pytest.raises(KeyHandoverNotPossible):
        signer.rotate()
    both = signer.sign(5, root(5), proof(3, 5))
    for key in (old, new):
        assert open_checkpoint(both, [key])[0].size == 5
    signer.retire()
    with pytest.raises(KeyHandoverNotPossible):
        signer.retire()
    again = open_signer(tmp_path)
    assert keys_of(again) == [new]
    assert again.describe()["hand_overs"] == [statement.format()]
    assert len(Note.parse(again.sign(8, root(8), proof(5, 8)).encode()).signatures) == 1


def test_private_files_are_for_their_owner_only(tmp_path: Path) -> None:
    open_signer(tmp_path / "signer").sign(1, root(1), [])
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "signer").iterdir() if path.is_file())


class TestAsWitness:
    """C2SP tlog-witness, with its memory."""

    key = SigningKey.generate("log.test/other", 1)

    def checkpoint(self, size: int, leaves: list[bytes] = LEAVES) -> str:
        body = Checkpoint("log.test/other", size, root(size, leaves)).format()
        return Note(body, (self.key.sign(body),)).format()

    def request(self, old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof(old, size, leaves))
        return f"old {old}\n{lines}\n{self.checkpoint(size, leaves)}".encode()

    def open(self, folder: Path) -> Signer:
        return open_signer(folder, trusted=lambda: [self.key.verifier])

    def test_a_log_that_grows_is_cosigned_and_remembered(self, tmp_path: Path) -> None:
        for old, size in ((0, 3), (3, 3), (3, 9)):
            witness = self.open(tmp_path)  # a restart each time
            answer = witness.cosign(self.request(old, size))
            assert answer.status == 200
            note = Note.parse((self.checkpoint(size) + answer.body).encode())
            key = VerifierKey.parse(witness.describe()["witness_vkey"])
            ((signed_by, at_s),) = verify_note(note, [key])
            assert signed_by == key
            assert at_s is not None
        kept = witness.find_witnessed(sha256(b"log.test/other").hexdigest())
        assert kept is not None
        assert kept.startswith(self.checkpoint(9))

    def test_a_fork_is_refused_and_kept_as_evidence(self, tmp_path: Path) -> None:
        witness = self.open(tmp_path)
        assert witness.cosign(self.request(0, 9)).status == 200
        assert witness.cosign(self.request(9, 12, OTHERS)).status == 422
        assert witness.cosign(self.request(9, 9, OTHERS)).status in (409, 422)
        kept = {(one["kind"], one["request"]) for one in witness.list_evidence()}
        assert ("uncertain", self.request(9, 12, OTHERS).decode()) in kept
        assert ("certain", self.request(9, 9, OTHERS).decode()) in kept
        assert all(one["known"].startswith(self.checkpoint(9)) for one in witness.list_evidence())
        assert self.open(tmp_path).cosign(self.request(9, 12)).status == 200  # the real one goes on

    def test_a_rollback_is_told_what_is_known(self, tmp_path: Path) -> None:
        witness = self.open(tmp_path)
        witness.cosign(self.request(0, 9))
        answer = witness.cosign(self.request(3, 5))
        assert (answer.status, answer.content_type, answer.body) == (409, "text/x.tlog.size", "9\n")

    def test_logs_nobody_trusts_and_lines_nobody_understands_are_refused(self, tmp_path: Path) -> None:
        assert open_signer(tmp_path).cosign(self.request(0, 3)).status == 404
        assert self.open(tmp_path).cosign(b"old many\n\n").status == 400
        assert self.open(tmp_path).find_witnessed("../../keys") is None


async def test_the_socket_answers_what_it_understands_and_survives_the_rest(tmp_path: Path) -> None:
    async with signer_running(tmp_path) as running:
        for line in (b"\n", b"{}\n", b"[1]\n", b'{"do": "sign"}\n', b'{"do": "sign me this"}\n', b"\xff\n"):
            reader, writer = await asyncio.open_unix_connection(running.socket)
            writer.write(line)
            assert json.loads(await reader.readline())["refused"] == "signer-not-answering"
            writer.close()
        reader, writer = await asyncio.open_unix_connection(running.socket)
        writer.write(b"x" * 2_000_000)
        assert await _hangs_up(reader, writer)
        assert (await running.client.state()).size == 0


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether the other end closes without a word."""
    try:
        await writer.drain()
        return await reader.readline() == b""
    except ConnectionError:
        return True
    finally:
        writer.close()


async def test_a_signer_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    async with signer_running(tmp_path) as running:
        client = ledger.SignerClient(running.socket, wait_s=0.5)
    with pytest.raises(ledger.SignerNotAnswering):
        await client.state()


async def test_refusals_come_through_the_socket_with_their_facts(tmp_path: Path) -> None:
    async with signer_running(tmp_path) as running:
        await running.client.sign(8, root(8), [])
        with pytest.raises(SigningRefused) as refusal:
            await running.client.sign(5, root(5), [])
        assert refusal.value.facts() == {"reason": "rolled-back", "signed": 8, "asked": 5}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_of_the_machine_is_not_heard(tmp_path: Path) -> None:
    told = (
        "import os, socket, sys\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        's.sendall(b\'{"do": "describe"}\\n\'); print(len(s.recv(100)))\n'
    )
    async with signer_running(tmp_path) as running:
        running.socket.parent.chmod(0o755)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", told, str(running.socket), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = await process.communicate()
    assert out.strip() == b"0" or b"ConnectionResetError" in err or b"BrokenPipeError" in err


def test_evidence_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelm.ledger.signer.KEEP_EVIDENCE", 2)
    witness = TestAsWitness()
    signer = witness.open(tmp_path)
    signer.cosign(witness.request(0, 9))
    for size in range(10, 16):
        signer.cosign(witness.request(9, size, OTHERS))
    assert len(signer.list_evidence()) == 2
