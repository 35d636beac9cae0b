"""Witnesses that vouch for our log, and those that stall, lie or talk nonsense; and we as a witness for others."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.integration.ledger.running import ORIGIN, RunningSigner, signer_running
from tests.integration.world import SITE, Realm

from reelm.cli.__main__ import main
from reelm.cli.ledger_health import look_at_signer
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock
from reelm.ledger import Contradiction, Cosigning, LogFolder, Policy, Signer, cosigning
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.note import COSIGNATURE, Note, SigningKey, VerifierKey, verify_note
from reelm.ledger.witness import AddCheckpoint
from reelm.ledger.writer import LogWriter

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
Handler = Callable[[bytes], Awaitable[tuple[int, str, bytes]]]
TEXT = "text/plain"
SIZE = "text/x.tlog.size"
OTHER = SigningKey.generate("stranger.test/w", COSIGNATURE)
WITNESS = SigningKey.generate("witness.test/w", COSIGNATURE)


@asynccontextmanager
async def answering(handler: Handler) -> AsyncGenerator[str]:
    """An HTTP server that answers each request as `handler` says; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            status, content_type, body = await handler(await reader.readexactly(length))
            if status:
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Log:
    """A log that grows, its folder, and a clock for its witnesses."""

    def __init__(self, root: Path, signer: RunningSigner, writer: LogWriter) -> None:
        self.root, self.signer, self.writer = root, signer, writer
        self.folder = LogFolder(root / "ledger")
        self.clock = HandClock(NOW)

    async def grow(self, count: int) -> None:
        await self.writer.publish([b'{"entry":%d}' % n for n in range(self.writer.size, self.writer.size + count)])

    def cosigning(self, *lines: str, quorum: str = "none") -> Cosigning:
        text = "\n".join((*lines, f"quorum {quorum}", ""))
        return Cosigning(self.folder, Policy.parse(text), text, clock=self.clock)

    def read(self, name: str) -> tuple[Checkpoint, Note]:
        key = VerifierKey.parse((self.root / "ledger" / "vkey").read_text().strip())
        return open_checkpoint((self.root / "ledger" / name).read_bytes(), [key])

    def witnesses(self) -> dict[str, dict[str, Any]]:
        told = json.loads((self.root / "ledger" / "witnesses.json").read_text())
        return {one["name"]: one for one in told["witnesses"]}

    def quorum(self) -> dict[str, Any]:
        return json.loads((self.root / "ledger" / "witnesses.json").read_text())["quorum"]


@pytest.fixture
async def log(tmp_path: Path) -> AsyncGenerator[Log]:
    async with signer_running(tmp_path / "signer") as signer:
        opened = Log(tmp_path, signer, await LogWriter.open(LogFolder(tmp_path / "ledger"), signer.client))
        await opened.grow(300)
        yield opened


def honest(folder: Path, log: Log) -> Handler:
    """A witness as it should be: our own, for this log."""
    keys = [VerifierKey.parse((log.root / "ledger" / "vkey").read_text().strip())]
    signer = Signer(folder, origin="w", witness_name=folder.name + ".test/w", clock=log.clock, trusted=lambda: keys)

    async def handler(body: bytes) -> tuple[int, str, bytes]:
        answer = signer.cosign(body)
        return answer.status, answer.content_type, answer.body.encode()

    handler.vkey = signer.describe()["witness_vkey"]  # type: ignore[attr-defined]
    return handler


def line(name: str, handler: Handler, url: str) -> str:
    return f"witness {name} {handler.vkey} {url}"  # type: ignore[attr-defined]


async def test_cosignatures_go_onto_the_checkpoint_and_the_quorum_is_kept(log: Log, tmp_path: Path) -> None:
    one, two = honest(tmp_path / "one", log), honest(tmp_path / "two", log)
    async with answering(one) as first, answering(two) as second:
        asking = log.cosigning(
            line("one", one, first), line("two", two, second), "group both all one two", quorum="both"
        )
        await asking.ask()
        checkpoint, note = log.read("checkpoint")
        assert len(note.signatures) == 3
        assert log.read("checkpoint.witnessed") == (checkpoint, note)
        for _ in range(3):
            await log.grow(100)
            await asking.ask()
        assert log.read("checkpoint.witnessed")[0].size == 600
    assert {one["state"] for one in log.witnesses().values()} == {"fresh"}
    assert log.quorum()["met"] is True
    assert log.quorum()["needed"] == log.quorum()["have"] == 2


async def test_a_witness_that_knows_another_size_than_we_thought_is_asked_again(log: Log, tmp_path: Path) -> None:
    handler = honest(tmp_path / "one", log)
    async with answering(handler) as url:
        await log.cosigning(line("one", handler, url)).ask()
        (tmp_path / "ledger" / "witnesses.json").unlink()  # we forget, it does not
        await log.grow(50)
        await log.cosigning(line("one", handler, url)).ask()
    assert log.witnesses()["one"]["size"] == 350
    assert log.witnesses()["one"]["state"] == "fresh"


async def test_a_witness_is_asked_again_after_a_minute_so_that_freshness_shows(log: Log, tmp_path: Path) -> None:
    handler = honest(tmp_path / "one", log)
    async with answering(handler) as url:
        asking = log.cosigning(line("one", handler, url))
        await asking.ask()
        before = log.witnesses()["one"]["cosigned_at"]
        await asking.ask()
        assert log.witnesses()["one"]["cosigned_at"] == before
        log.clock.advance(timedelta(seconds=61))
        await asking.ask()
        assert log.witnesses()["one"]["cosigned_at"] > before
        assert len(log.read("checkpoint")[1].signatures) == 2


async def test_one_that_falls_silent_grows_stale_and_the_quorum_is_told_to_be_missed(
    log: Log, tmp_path: Path
) -> None:
    handler = honest(tmp_path / "one", log)
    async with answering(handler) as url:
        asking = log.cosigning(line("one", handler, url), quorum="one")
        await asking.ask()
        assert log.quorum()["met"] is True
    log.clock.advance(timedelta(minutes=6))
    await asking.ask()
    assert log.witnesses()["one"] | {"vkey": ""} == {
        "name": "one",
        "vkey": "",
        "size": 300,
        "cosigned_at": NOW.isoformat(),
        "fault": "unreachable",
        "state": "silent",
    }
    assert log.quorum()["met"] is False


def _cosignature(request: bytes, key: SigningKey, *, body: str | None = None) -> bytes:
    text = Note.parse(AddCheckpoint.parse(request).note).text
    return key.cosign(body or text, int(NOW.timestamp())).line().encode()


async def stalls(body: bytes) -> tuple[int, str, bytes]:
    await asyncio.sleep(3)
    return 200, TEXT, b""


async def hangs_up(body: bytes) -> tuple[int, str, bytes]:
    return 0, "", b""


async def fails(body: bytes) -> tuple[int, str, bytes]:
    return 500, TEXT, b"Traceback"


async def says_nothing(body: bytes) -> tuple[int, str, bytes]:
    return 200, TEXT, b""


async def talks_nonsense(body: bytes) -> tuple[int, str, bytes]:
    return 200, TEXT, b"<html>\xff\xfe"


async def never_ends(body: bytes) -> tuple[int, str, bytes]:
    return 200, TEXT, b"x" * 1_000_000


async def signs_with_another_key(body: bytes) -> tuple[int, str, bytes]:
    return 200, TEXT, _cosignature(body, OTHER)


async def signs_something_else(body: bytes) -> tuple[int, str, bytes]:
    return 200, TEXT, _cosignature(body, WITNESS, body=Checkpoint(ORIGIN, 7, bytes(32)).format())


async def signs_rightly_and_wrongly(body: bytes) -> tuple[int, str, bytes]:
    wrong = _cosignature(body, WITNESS, body=Checkpoint(ORIGIN, 7, bytes(32)).format())
    return 200, TEXT, _cosignature(body, WITNESS) + wrong


async def knows_a_larger_log(body: bytes) -> tuple[int, str, bytes]:
    return 409, SIZE, b"999999999\n"


async def knows_nonsense(body: bytes) -> tuple[int, str, bytes]:
    return 409, SIZE, b"-1 or so\n"


async def conflicts_for_ever(body: bytes) -> tuple[int, str, bytes]:
    return 409, SIZE, b"5\n"


async def sends_elsewhere(body: bytes) -> tuple[int, str, bytes]:
    return 302, TEXT, b""


BAD: dict[Handler, tuple[str, str]] = {
    stalls: ("silent", "timeout"),
    hangs_up: ("silent", "unreachable"),
    fails: ("faulty", "answered-500"),
    says_nothing: ("faulty", "wrong-signature"),
    talks_nonsense: ("faulty", "wrong-signature"),
    never_ends: ("faulty", "too-large"),
    signs_with_another_key: ("faulty", "no-signature-of-its-key"),
    signs_something_else: ("faulty", "wrong-signature"),
    signs_rightly_and_wrongly: ("faulty", "wrong-signature"),
    knows_a_larger_log: ("faulty", "knows-a-larger-log"),
    knows_nonsense: ("faulty", "answered-409"),
    conflicts_for_ever: ("faulty", "answered-409"),
    sends_elsewhere: ("faulty", "redirect"),
}


@pytest.mark.parametrize("handler", BAD, ids=lambda handler: handler.__name__)
async def test_a_bad_witness_is_named_with_its_fault_and_changes_nothing(
    handler: Handler, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosigning, "WAIT_S", 0.5)
    good = honest(tmp_path / "good", log)
    async with answering(handler) as bad_url, answering(good) as good_url:
        bad = f"witness bad {WITNESS.verifier} {bad_url}"
        asking = log.cosigning(bad, line("good", good, good_url), quorum="good")
        before = asyncio.get_running_loop().time()
        await asking.ask()
        await log.grow(10)
        await asking.ask()
        assert asyncio.get_running_loop().time() - before < 4
    told = log.witnesses()
    assert (told["bad"]["state"], told["bad"]["fault"]) == BAD[handler]
    assert told["good"]["state"] == "fresh"
    checkpoint, note = log.read("checkpoint.witnessed")
    assert checkpoint.size == 310
    assert verify_note(note, [WITNESS.verifier]) == []


async def test_the_same_signature_twice_counts_once(log: Log) -> None:
    async def twice(body: bytes) -> tuple[int, str, bytes]:
        return 200, TEXT, _cosignature(body, WITNESS) * 2

    async with answering(twice) as url:
        asking = log.cosigning(
            f"witness one {WITNESS.verifier} {url}", f"witness two {OTHER.verifier}", "group g 2 one two", quorum="g"
        )
        await asking.ask()
    assert len(log.read("checkpoint")[1].signatures) == 2
    assert log.quorum()["met"] is False
    assert not (log.root / "ledger" / "checkpoint.witnessed").exists()


async def test_a_checkpoint_published_meanwhile_is_not_replaced_by_the_older_one(log: Log, tmp_path: Path) -> None:
    handler = honest(tmp_path / "one", log)

    async def slow(body: bytes) -> tuple[int, str, bytes]:
        await log.grow(100)
        return await handler(body)

    async with answering(slow) as url:
        await log.cosigning(line("one", handler, url), quorum="one").ask()
    assert log.read("checkpoint")[0].size == 400
    assert len(log.read("checkpoint")[1].signatures) == 1
    assert log.read("checkpoint.witnessed")[0].size == 300


async def test_two_realms_witness_one_another_over_http(realm: Realm, log: Log, tmp_path: Path) -> None:
    """`realm`'s web role is the witness; the file of logs it trusts is read anew at each call."""
    trusted = tmp_path / "logs.txt"
    vkey = (log.root / "ledger" / "vkey").read_text().strip()

    def read_trusted() -> list[VerifierKey]:
        return [one.key for one in Policy.parse(trusted.read_bytes()).logs] if trusted.exists() else []

    async with signer_running(realm.settings.signer_dir, realm.clock, trusted=read_trusted) as signer:
        realm.cell.signer.path = signer.socket
        client = realm.client()
        note = (log.root / "ledger" / "checkpoint").read_text()
        request = AddCheckpoint(0, (), note).format().encode()
        refused = await client.post(f"{SITE}/witness/add-checkpoint", content=request)
        assert refused.status_code == 404
        trusted.write_text(f"log {vkey}\nquorum none\n")
        taken = await client.post(f"{SITE}/witness/add-checkpoint", content=request)
        assert taken.status_code == 200
        key = VerifierKey.parse(signer.signer.describe()["witness_vkey"])
        ((signed_by, _),) = verify_note(Note.parse(note + taken.text), [key])
        assert signed_by == key
        conflict = await client.post(f"{SITE}/witness/add-checkpoint", content=request)
        assert (conflict.status_code, conflict.text, conflict.headers["content-type"]) == (409, "300\n", SIZE)
        name = sha256(ORIGIN.encode()).hexdigest()
        assert (await client.get(f"{SITE}/witness/{name}/checkpoint")).text == note + taken.text
        assert (await client.get(f"{SITE}/witness/{'0' * 64}/checkpoint")).status_code == 404
        assert (await client.post(f"{SITE}/witness/add-checkpoint", content=b"hello")).status_code == 400
        assert (await client.post(f"{SITE}/witness/add-checkpoint", content=b"x" * 70_000)).status_code == 413
        await realm.cell.signer.close()


async def test_what_a_log_signed_and_should_not_have_can_be_shown_to_anybody(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its two notes come out of the signer, one by one, and by the command line into a folder."""
    name = "other.test/log"
    other = SigningKey.generate(name)
    roots = [bytes([number]) * 32 for number in range(3)]
    notes = [Checkpoint(name, 300, root).format() for root in roots]
    requests = [AddCheckpoint(0, (), Note(text, (other.sign(text),)).format()) for text in notes]
    async with signer_running(tmp_path / "witness", log.clock, trusted=lambda: [other.verifier]) as witness:
        assert (await witness.client.cosign(requests[0].format().encode())).status == 200
        for request in requests[1:]:
            assert (await witness.client.cosign(request.format().encode())).status == 409
        kept = await witness.client.list_evidence()
        assert kept == witness.signer.list_evidence()
        found = await look_at_signer(Settings(data=tmp_path, signer_socket=str(witness.socket)))
        monkeypatch.setenv("REELM_DATABASE_URL", "postgresql://nowhere")
        monkeypatch.setenv("REELM_SIGNER_SOCKET", str(witness.socket))
        assert await asyncio.to_thread(main, ["ledger", "evidence", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"certain    {name}: 300 entries, after 300 were cosigned\n" * 2
    assert [(finding.name, finding.ok) for finding in found] == [("signer", True), ("witnessed logs", False)]
    assert name in found[1].what
    shown = [Contradiction.of(one) for one in kept]
    assert {(one.kind, one.origin, one.known_size, one.seen_size) for one in shown} == {("certain", name, 300, 300)}
    folders = sorted((tmp_path / "out").iterdir())
    assert len(folders) == 2
    for folder in folders:
        pair = [open_checkpoint((folder / file).read_bytes(), [other.verifier])[0] for file in ("known", "seen")]
        assert pair[0].size == pair[1].size
        assert pair[0].root != pair[1].root
