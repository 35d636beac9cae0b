"""A stand-in for the `reelm` command: the same roles and answers, no database, a few milliseconds to start.

Run as `python stand_in.py serve web` and so on. `REELM_TEST_CRASH=ROLE` makes a role end at
once, `REELM_TEST_DEAF=ROLE` makes it ignore every signal it can. Asked to stop, a role says when on its log.
"""

import http.server
import json
import os
import signal
import socketserver
import sys
import time
from pathlib import Path

CLIP = bytes(range(256)) * 16


class Web(http.server.BaseHTTPRequestHandler):
    """Health, an empty page, a feed of one clip, and the clip itself by way of nginx."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/media/"):
            self._send(200, b"", {"X-Accel-Redirect": "/_blobs/clip.mp4", "Content-Type": "video/mp4"})
        elif path == "/api/v1/feed":
            ready = Path(os.environ["REELM_DATA"], "blobs", "clip.mp4").exists()
            clip = {"video": {"renditions": [{"url": "/media/1/480.mp4"}]}}
            self._send(200, json.dumps({"items": [clip] if ready else []}).encode())
        elif path == "/echo":
            self._send(200, json.dumps({k.lower(): v for k, v in self.headers.items()}).encode())
        elif path in {"/", "/api/v1/health"}:
            self._send(200, json.dumps({"status": "ok", "realm": os.environ["REELM_REALM"]}).encode())
        else:
            self._send(404, b"{}")

    def do_PATCH(self) -> None:
        self._send(200, str(len(self.rfile.read(int(self.headers["Content-Length"])))).encode())

    def do_POST(self) -> None:
        self.do_PATCH()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "-"

    def log_message(self, format: str, *args: object) -> None:
        return


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def serve(role: str) -> None:
    if os.environ.get("REELM_TEST_CRASH") == role:
        sys.exit(3)
    if os.environ.get("REELM_TEST_DEAF") == role:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(60)
    if role != "web":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        print(f"{role} waits", file=sys.stderr, flush=True)
    if role == "sequencer":
        Path(os.environ["REELM_DATA"], "ledger", "checkpoint").write_text("a checkpoint")
    if role != "web":
        signal.sigwait({signal.SIGTERM})
        if role == "sequencer":
            time.sleep(0.2)
        print(f"{role} ended at {time.time_ns()}", file=sys.stderr, flush=True)
        return
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    listen = os.environ["REELM_LISTEN"]
    os.umask(0)
    if listen.startswith("unix:"):
        Path(listen[5:]).unlink(missing_ok=True)
        server: socketserver.BaseServer = UnixServer(listen[5:], Web)
    else:
        server = TcpServer(("127.0.0.1", int(listen.rpartition(":")[2])), Web)
    server.serve_forever()


def demo() -> None:
    for n in (1, 2):
        print(f"Demo clip {n} of 2", flush=True)
        time.sleep(0.1)
    Path(os.environ["REELM_DATA"], "blobs", "clip.mp4").write_bytes(CLIP)


def main() -> None:
    match sys.argv[1:]:
        case ["serve", role]:
            serve(role)
        case ["demo", "--data", _]:
            demo()
        case _:
            return


if __name__ == "__main__":
    main()
