"""How is the signer reached? By a Unix socket, one JSON object a line, one answer to each."""

import asyncio
import base64
import ctypes
import json
import os
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelm.kernel.errors import Problem
from reelm.ledger.errors import KeyHandoverNotPossible, SignerNotAnswering, SigningRefused
from reelm.ledger.signer import Signer, WitnessAnswer

LINE_LIMIT = 512 * 1024
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_REFUSALS: Mapping[str, type[Problem]] = {
    one.slug(): one for one in (SigningRefused, KeyHandoverNotPossible, SignerNotAnswering)
}


@dataclass(frozen=True)
class SignerState:
    """What the signer says of itself. `vkeys` are those that sign now, newest first."""

    origin: str
    vkeys: tuple[str, ...]
    witness_vkey: str
    size: int
    root: bytes
    note: str | None
    hand_overs: tuple[str, ...]


class SignerClient:
    """One caller's connection; calls are made one after the other. Each raises `SignerNotAnswering` after 5 s."""

    def __init__(self, path: Path, *, wait_s: float = 5.0) -> None:
        self.path, self._wait_s = path, wait_s
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def state(self) -> SignerState:
        told = await self._ask({"do": "describe"})
        return SignerState(
            told["origin"],
            tuple(told["vkeys"]),
            told["witness_vkey"],
            told["size"],
            base64.b64decode(told["root"]),
            told["note"],
            tuple(told["hand_overs"]),
        )

    async def sign(self, size: int, root: bytes, proof: Sequence[bytes]) -> str:
        """See `Signer.sign`."""
        lines = [base64.b64encode(one).decode() for one in proof]
        told = await self._ask({"do": "sign", "size": size, "root": base64.b64encode(root).decode(), "proof": lines})
        return told["note"]

    async def cosign(self, body: bytes) -> WitnessAnswer:
        """See `Signer.cosign`."""
        told = await self._ask({"do": "cosign", "body": base64.b64encode(body).decode()})
        return WitnessAnswer(told["status"], told["content_type"], told["body"])

    async def find_witnessed(self, origin_hash: str) -> str | None:
        """See `Signer.find_witnessed`."""
        return (await self._ask({"do": "witnessed", "origin_hash": origin_hash}))["note"]

    async def list_evidence(self) -> list[dict[str, str]]:
        """See `Signer.list_evidence`."""
        found: list[dict[str, str]] = []
        told = await self._ask({"do": "evidence", "after": ""})
        while told["name"] is not None:
            found.append(told["evidence"])
            told = await self._ask({"do": "evidence", "after": told["name"]})
        return found

    async def rotate(self) -> str:
        """See `Signer.rotate`."""
        return (await self._ask({"do": "rotate"}))["note"]

    async def retire(self) -> None:
        """See `Signer.retire`."""
        await self._ask({"do": "retire"})

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: Mapping[str, Any]) -> Any:
        async with self._turn:
            try:
                async with asyncio.timeout(self._wait_s):
                    answer = await self._exchange(json.dumps(request).encode() + b"\n")
            except (OSError, EOFError, TimeoutError, ValueError):
                await self.close()
                raise SignerNotAnswering from None
            except BaseException:
                await self.close()  # an answer left unread would be taken for the next one's
                raise
        if "refused" in answer:
            raise _REFUSALS[answer["refused"]](**answer["facts"])
        return answer

    async def _exchange(self, line: bytes) -> Any:
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(self.path, limit=LINE_LIMIT)
        reader, writer = self._streams
        writer.write(line)
        await writer.drain()
        return json.loads(await reader.readuntil(b"\n"))


async def serve_signer(signer: Signer, path: Path, started: Callable[[], None] = lambda: None) -> None:
    """Answer on the socket at `path` until cancelled. Only root, our own user and the folder's owner are heard."""
    heard = {0, os.getuid(), (await asyncio.to_thread(path.parent.stat)).st_uid}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if _caller_of(writer) in heard:
                while line := await reader.readline():
                    writer.write(json.dumps(_answer(signer, line)).encode() + b"\n")
                    await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the caller has gone, or sent a line without end
        finally:
            writer.close()

    await asyncio.to_thread(path.unlink, missing_ok=True)
    server = await asyncio.start_unix_server(serve, path, limit=LINE_LIMIT)
    await asyncio.to_thread(path.chmod, 0o666)  # connecting is open; who is heard is decided above
    started()
    async with server:
        await server.serve_forever()


def hide_memory() -> None:
    """Keep other processes of the same user from reading this one's memory, and this one from gaining rights."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _caller_of(writer: asyncio.StreamWriter) -> int:
    """The user at the other end (SO_PEERCRED, unix(7))."""
    told: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", told.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return uid


def _answer(signer: Signer, line: bytes) -> Mapping[str, Any]:
    try:
        return _do(signer, json.loads(line))
    except Problem as problem:
        return {"refused": problem.slug(), "facts": problem.facts()}
    except (ValueError, KeyError, TypeError, OSError):
        return {"refused": SignerNotAnswering.slug(), "facts": {}}


def _do(signer: Signer, request: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: PLR0911 - one a call
    match request["do"]:
        case "describe":
            return signer.describe()
        case "sign":
            proof = [base64.b64decode(one) for one in request["proof"]]
            return {"note": signer.sign(int(request["size"]), base64.b64decode(request["root"]), proof)}
        case "cosign":
            answer = signer.cosign(base64.b64decode(request["body"]))
            return {"status": answer.status, "content_type": answer.content_type, "body": answer.body}
        case "witnessed":
            return {"note": signer.find_witnessed(str(request["origin_hash"]))}
        case "evidence":
            name, evidence = signer.find_evidence(str(request["after"])) or (None, None)
            return {"name": name, "evidence": evidence}
        case "rotate":
            return {"note": signer.rotate()}
        case "retire":
            signer.retire()
            return {}
        case _:
            raise ValueError
