"""A web server that serves a log from a folder, and misbehaves where a test says so."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[["Handler"], None]


class Handler(SimpleHTTPRequestHandler):
    """Serves files; `server.answers` says what is done for some paths instead."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked.append(self.path)
        with suppress(ConnectionError):
            self.server.answers.get(self.path, lambda _: SimpleHTTPRequestHandler.do_GET(self))(self)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def give(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """`asked` are the paths that were asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(folder: Path) -> Generator[Server]:
    """A server of this folder until the block ends."""
    server = Server(folder)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say_500(handler: Handler) -> None:
    handler.give(500, b"sorry")


def say_html(handler: Handler) -> None:
    handler.give(200, b"<!doctype html>\n<title>Welcome</title>\n")


def stall(handler: Handler) -> None:
    time.sleep(0.5)
    handler.give(200, b"late")


def never_end(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65_536)


def send_elsewhere(handler: Handler) -> None:
    handler.give(302, b"", Location="http://192.0.2.1/checkpoint")


def send_round(handler: Handler) -> None:
    handler.give(302, b"", Location=handler.path)
