"""How does the gateway role speak? To other realms over mutual TLS, to its own over a Unix socket."""

import asyncio
import base64
import logging
import re
import signal
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from reelm import gateway, ledger, realms
from reelm.bootstrap import Door, open_door
from reelm.gateway import Envelope, Kind, Question
from reelm.infra.doorway import Doorway, Server, make_local_server, make_server, open_local_socket
from reelm.infra.line import server_context
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.web.problems import log_refusal, render_problem
from reelm.web.refusals import ServerFailed

# How many requests of one realm are worked on at a time, and how long one may take to come in.
MOST_AT_ONCE, COMING_S = 32, 30.0
# How long what is being said may last when we end; what is cut off comes again.
LAST_S = 1.0
_CHUNK = 256 * 1024
_JSON = "application/json"
_TILE = r"(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[0-9]{1,3})?"
_PUBLIC = re.compile(rf"checkpoint|checkpoint\.witnessed|vkey|hand-overs|tile/(?:[0-9]{{1,2}}|entries)/{_TILE}")
_log = logging.getLogger(__name__)


class Window:
    """What other realms see: `ask`, `deliver`, `media`, and the files of our public log.

    Every answer but a refusal is a sealed envelope or a file.
    """

    def __init__(self, door: Door, doorway: Doorway) -> None:
        self._door, self._doorway = door, doorway
        self._log = ledger.LogFolder(door.settings.ledger_dir)
        self._busy: defaultdict[str, int] = defaultdict(int)

    def app(self) -> Starlette:
        routes = (
            Route("/v1/ask", self._guarded(self._ask), methods=["POST"]),
            Route("/v1/deliver", self._guarded(self._deliver), methods=["POST"]),
            Route("/v1/media", self._guarded(self._media), methods=["POST"]),
            Route("/v1/ledger/{path:path}", self._guarded(self._ledger), methods=["GET"]),
        )
        return Starlette(routes=routes)

    def _guarded(self, act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            realm = self._caller(request)
            if self._busy[realm] >= MOST_AT_ONCE:
                return render_problem(gateway.GatewayBusy(), None)
            self._busy[realm] += 1
            try:
                return await act(request)
            except ClientDisconnect:
                return Response(status_code=400)
            except Problem as problem:
                log_refusal(problem, request.method, request.url.path)
                return render_problem(problem, None)
            except Exception:  # noqa: BLE001 - whoever asks is told that it failed, and our log has why
                _log.exception("a crossing failed", extra={"facts": {"realm": realm}})
                return render_problem(ServerFailed(), None)
            finally:
                self._busy[realm] -= 1
                self._doorway.note_answer(realm)

        return answer

    def _caller(self, request: Request) -> str:
        """The realm whose certificate the connection shows."""
        client = (request.client.host, request.client.port) if request.client else None
        return self._doorway.realm_at(client) or ""

    async def _open(self, request: Request, what: Any) -> Envelope:
        """The envelope in a request, from the realm whose certificate the connection shows."""
        try:
            async with asyncio.timeout(COMING_S):
                content = await _read_body(request)
        except TimeoutError:
            raise gateway.EnvelopeMalformed from None
        door, now = self._door, self._door.clock.now()
        envelope = gateway.open_envelope(
            content,
            request.headers.get(gateway.SIGNATURE, ""),
            what=what,
            me=door.realm,
            cards=door.cards.all(),
            now=now,
        )
        if self._caller(request) != envelope.from_:
            raise gateway.EnvelopeNotSigned
        door.replays.take(envelope, now)
        return envelope

    def _seal(self, envelope: Envelope, what: Any, body: dict[str, Any]) -> Response:
        door = self._door
        sealed = gateway.seal(
            door.identity, RealmCode(envelope.from_), what, body, door.clock.now(), reply_to=envelope.id
        )
        return Response(sealed.content, headers={gateway.SIGNATURE: sealed.signature}, media_type=_JSON)

    async def _ask(self, request: Request) -> Response:
        envelope = await self._open(request, "ask")
        questions = gateway.read_questions(envelope.body)
        if any(question.kind is Kind.MEDIA for question in questions):
            raise gateway.EnvelopeMalformed
        answers = await self._door.desk.answer(RealmCode(envelope.from_), questions)
        self._doorway.note_answer(envelope.from_, len(answers))
        return self._seal(envelope, "answer", {"answers": [answer.body() for answer in answers]})

    async def _deliver(self, request: Request) -> Response:
        envelope = await self._open(request, "deliver")
        deliveries = gateway.read_delivery(envelope.body)
        receipt = await self._door.inbox.take(RealmCode(envelope.from_), deliveries, at=self._door.clock.now())
        self._doorway.note_answer(envelope.from_, len(receipt.refused))
        return self._seal(envelope, "receipt", receipt.body())

    async def _media(self, request: Request) -> Response:
        """A file, after the head of the answer: a line of JSON with its entry, and then its bytes."""
        envelope = await self._open(request, "media")
        (answer,) = await self._door.desk.answer(RealmCode(envelope.from_), [Question(Kind.MEDIA, envelope.body)])
        if answer.file is None:
            sealed = self._seal(envelope, "answer", {"answers": [answer.body()]})
            sealed.status_code = 404
            return sealed
        head = self._seal(envelope, "answer", {"answers": [answer.body()]})
        size = len(head.body) + 1 + answer.file.size_bytes
        return StreamingResponse(
            _read(bytes(head.body) + b"\n", answer.file.path),
            headers={gateway.SIGNATURE: head.headers[gateway.SIGNATURE], "Content-Length": str(size)},
            media_type="application/octet-stream",
        )

    async def _ledger(self, request: Request) -> Response:
        """A file of our log, which anybody may read at our public address as well."""
        path = str(request.path_params["path"])
        content = await asyncio.to_thread(self._log.read, path) if _PUBLIC.fullmatch(path) else None
        if content is None:
            return Response(status_code=404)
        self._doorway.note_excused(self._caller(request), len(content))
        return Response(content, media_type="application/octet-stream")


async def _read_body(request: Request) -> bytes:
    """Raises `EnvelopeMalformed` as soon as it is known to be too long."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > gateway.LIMIT_BYTES:
        raise gateway.EnvelopeMalformed
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > gateway.LIMIT_BYTES:
            raise gateway.EnvelopeMalformed
    return bytes(content)


async def _read(head: bytes, path: Path) -> AsyncGenerator[bytes]:
    yield head
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


class Counter:
    """What our own realm sees, over the socket: `ask`, what their logs tell, how they stand."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ahead: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        return Starlette(
            routes=(
                Route("/ask", self._ask, methods=["POST"]),
                Route("/media", self._media, methods=["POST"]),
                Route("/told", self._told, methods=["POST"]),
                Route("/sign", self._sign, methods=["POST"]),
                Route("/standing", self._standing, methods=["GET"]),
            )
        )

    async def _ask(self, request: Request) -> Response:
        try:
            told: Any = orjson.loads(await request.body())
            realm, (question,) = RealmCode(str(told["realm"])), gateway.read_questions({"questions": [told]})
        except (orjson.JSONDecodeError, KeyError, TypeError, Problem):
            return render_problem(gateway.EnvelopeMalformed(), None)
        return await self._tell(self._ask_ahead(realm, question))

    async def _ask_ahead(self, realm: RealmCode, question: Question) -> gateway.Received:
        """The answer; of a clip that somebody opens, the files they will want next are on their way already."""
        received = await self._door.asker.ask(realm, question)
        if question.kind is Kind.CLIP:
            self._ahead.add(task := asyncio.create_task(self._door.shopper.fetch_files(realm, received)))
            task.add_done_callback(self._ahead.discard)
        return received

    async def _media(self, request: Request) -> Response:
        told: Any = orjson.loads(await request.body())
        return await self._tell(self._door.files.fetch(RealmCode(told["realm"]), told["object"], told["name"]))

    async def _tell(self, asking: Awaitable[gateway.Received]) -> Response:
        """What came, or why nothing did: in the form in which another realm would tell it."""
        try:
            received = await asking
        except Problem as problem:
            return Response(orjson.dumps({"problem": problem.slug()}), media_type=_JSON)
        except Exception:  # noqa: BLE001 - whoever asked is told that nothing came
            _log.exception("asking another realm failed")
            return Response(orjson.dumps({}), media_type=_JSON)
        body = {"kind": received.kind, "entry": received.entry, "salt": received.salt, "fields": received.fields}
        return Response(orjson.dumps(body), media_type=_JSON)

    async def _told(self, request: Request) -> Response:
        """Whether another realm's log tells of what it answered; not known as long as it does not answer."""
        asked: Any = orjson.loads(await request.body())
        one = RealmCode(asked["realm"]), int(asked["entry"]), str(asked["message"]), str(asked["content"])
        try:
            told = await self._door.prover.is_told(*one)
        except Problem as problem:
            return Response(orjson.dumps({"problem": problem.slug()}), media_type=_JSON)
        return Response(orjson.dumps({"told": told}), media_type=_JSON)

    async def _sign(self, request: Request) -> Response:
        """Sign a statement about where somebody belongs, and nothing else."""
        text, door = str(orjson.loads(await request.body())["text"]), self._door
        if not text.startswith(f"{realms.RESIDENCE_HEADER}\nrealm {door.realm}\n"):
            return Response(orjson.dumps({}), 422, media_type=_JSON)
        signed = door.identity.sign_note(text, door.settings.public_url)
        body = {
            "name": signed.name,
            "key_id": base64.b64encode(signed.key_id).decode(),
            "signature": base64.b64encode(signed.signature).decode(),
        }
        return Response(orjson.dumps(body), media_type=_JSON)

    async def _standing(self, request: Request) -> Response:
        del request
        door = self._door
        standing = await gateway.find_all_standing(
            door.office.database, door.cards, door.rulebook, door.meter, door.clock
        )
        return Response(orjson.dumps(standing), media_type=_JSON)


def _recogniser(cards: gateway.Cards) -> Callable[[bytes], str | None]:
    """Whose a certificate is."""

    def recognise(shown: bytes) -> str | None:
        for card in cards.others():
            if x509.load_pem_x509_certificate(card.certificate.encode()).public_bytes(Encoding.DER) == shown:
                return card.realm
        return None

    return recognise


async def serve_gateway(settings: Settings) -> None:
    """Serve both until SIGINT or SIGTERM, and carry what waits."""
    async with open_door(settings) as door:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve_door(door, stop)


def make_window(door: Door) -> Server:
    """The server for other realms."""
    doorway = Doorway(_recogniser(door.cards), door.meter)
    identity = door.identity
    context = server_context(
        lambda: "".join(card.certificate for card in door.cards.others()),
        cert_file=identity.certificate_file,
        key_file=identity.key_file,
    )
    return make_server(Window(door, doorway).app(), door.settings.gateway_listen, context, doorway)


async def serve_door(door: Door, stop: asyncio.Event, *, shops: bool = True) -> None:
    """Serve both until `stop` is set, and carry what waits; with `shops`, ask for what is new in other realms."""
    servers = [make_window(door), make_local_server(Counter(door).app())]
    own = open_local_socket(door.settings.gateway_path)
    serving = [asyncio.create_task(servers[0].serve()), asyncio.create_task(servers[1].serve([own]))]
    working = [asyncio.create_task(act) for act in (door.carry(), door.rounds.run(), _keep_card(door))]
    if shops:
        working.append(asyncio.create_task(door.shopper.run()))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *serving, *working], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_S):
            await asyncio.gather(*serving)
    for task in (stopped, *serving, *working):
        task.cancel()
    for ended in await asyncio.gather(*serving, *working, return_exceptions=True):
        if isinstance(ended, Exception):  # whoever started us starts us again
            raise ended


async def _keep_card(door: Door) -> None:
    """Our card tells our log's key once it has one."""
    while True:
        try:
            door.publish_card()
        except OSError as error:
            _log.warning("our card can't be written", extra={"facts": {"fault": error.strerror}})
        await asyncio.sleep(1.0)
