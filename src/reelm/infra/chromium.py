"""What does a Chromium that is installed here show of an address, as it is managed here? Driven over its own pipe.

The browser is somebody else's, with the policies of the machine. It speaks the DevTools protocol over two pipes, file
descriptors 3 and 4, each message ended by a zero byte; `_LAUNCH` puts ours there.
"""

import asyncio
import fcntl
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from reelm.kernel.errors import Problem

_LAUNCH = "import os,sys;a=sys.argv;os.dup2(int(a[1]),3);os.dup2(int(a[2]),4);os.execv(a[3],a[3:])"
_ABOVE = 10
LOADS_S, STOPS_S = 30.0, 10.0
FLAGS = ("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking")
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(eq=False)
class BrowserNotUsable(Problem):
    """A browser that can't be started, or does not speak as Chromium does."""

    status: ClassVar[int] = 422
    path: str


@dataclass(frozen=True)
class Frame:
    """A page or a frame of one: the status with which it came, or the error with which it did not."""

    url: str
    status: int | None = None
    error: str | None = None


class Browser:
    """One running browser."""

    def __init__(self, reader: asyncio.StreamReader, writer: int) -> None:
        self._reader, self._writer, self._number = reader, writer, 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen())

    async def show(self, url: str) -> list[Frame]:
        """Open a page in a new tab, wait until it and its frames have loaded, and say how each came out."""
        async with asyncio.timeout(LOADS_S):
            made = await self._call("Target.createTarget", url="about:blank")
            attached = await self._call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
            loading = _Loading([str(attached["sessionId"])])
            await self._open_session(loading.sessions[0])
            gone = await self._call("Page.navigate", loading.sessions[0], url=url)
            if error := gone.get("errorText"):
                return [Frame(url, error=str(error))]
            await self._wait_loaded(loading)
            trees = [(await self._call("Page.getFrameTree", one))["frameTree"] for one in loading.sessions]
            return [loading.describe(frame) for tree in trees for frame in _list_frames(tree)]

    async def close(self) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(STOPS_S):
                await self._call("Browser.close")
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def _open_session(self, session: str) -> None:
        for method in ("Page.enable", "Network.enable"):
            await self._call(method, session)
        more = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        await self._call("Target.setAutoAttach", session, **more)

    async def _wait_loaded(self, loading: "_Loading") -> None:
        """Until no frame of any session is loading; frames of other sites come as sessions of their own."""
        busy = {loading.sessions[0]}
        while busy:
            event = await self._events.get()
            method, told, of = event["method"], event["params"], event.get("sessionId", "")
            loading.note(method, told)
            if method == "Target.attachedToTarget" and told["targetInfo"]["type"] == "iframe":
                inner = str(told["sessionId"])
                loading.sessions.append(inner)
                await self._open_session(inner)
                tree = (await self._call("Page.getFrameTree", inner))["frameTree"]
                if tree["frame"]["url"] in ("", "about:blank"):
                    busy.add(inner)
            elif method == "Page.loadEventFired":
                busy.discard(of)

    async def _call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        waiting = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        return await waiting

    async def _listen(self) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                told = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                waiting = self._waiting.pop(told.get("id", 0), None)
                if waiting is None:
                    self._events.put_nowait(told)
                elif not waiting.done():
                    waiting.set_result(told.get("result", {}))
        for waiting in self._waiting.values():
            waiting.set_exception(ConnectionResetError())


class _Loading:
    """What was heard while a page loaded: of frames by their ids."""

    def __init__(self, sessions: list[str]) -> None:
        self.sessions = sessions
        self._frames: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._statuses: dict[str, int] = {}

    def note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent" and told.get("type") == "Document":
            self._frames[told["requestId"]] = told["frameId"]
        elif method == "Network.loadingFailed" and told["requestId"] in self._frames:
            self._errors[self._frames[told["requestId"]]] = told["errorText"]
        elif method == "Network.responseReceived" and told.get("type") == "Document":
            self._statuses[told["frameId"]] = told["response"]["status"]

    def describe(self, frame: dict[str, Any]) -> Frame:
        """A frame whose address could not be reached has it in a field of its own; no request may have been sent."""
        if address := frame.get("unreachableUrl"):
            return Frame(address, error=self._errors.get(frame["id"], "not shown"))
        return Frame(frame["url"], status=self._statuses.get(frame["id"]))


def _list_frames(tree: dict[str, Any]) -> list[dict[str, Any]]:
    below = [frame for child in tree.get("childFrames", ()) for frame in _list_frames(child)]
    return [tree["frame"], *below]


@asynccontextmanager
async def browser_running(path: str, flags: Sequence[str] = ()) -> AsyncGenerator[Browser]:
    """A browser with a new profile, until the block ends. Raises `BrowserNotUsable`."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    high = [fcntl.fcntl(one, fcntl.F_DUPFD, _ABOVE) for one in (theirs_in, theirs_out)]
    os.close(theirs_in)
    os.close(theirs_out)
    reader = asyncio.StreamReader(limit=_MOST_BYTES)
    with tempfile.TemporaryDirectory(prefix="reelm-browser-", ignore_cleanup_errors=True) as profile:
        words = [path, *FLAGS, f"--user-data-dir={profile}", *flags, "about:blank"]
        command = [sys.executable, "-c", _LAUNCH, *map(str, high), *words]
        nothing = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, pass_fds=high, stdout=nothing, stderr=nothing)
        for one in high:
            os.close(one)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours_in, "rb")
        )
        browser = Browser(reader, ours_out)
        try:
            yield browser
        except (OSError, TimeoutError):
            raise BrowserNotUsable(path=path) from None
        finally:
            await browser.close()
            transport.close()
            os.close(ours_out)
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(STOPS_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
