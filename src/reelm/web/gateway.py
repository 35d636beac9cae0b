"""How does the gateway role speak? To other realms over mutual TLS, to its own over a Unix socket."""

import asyncio
import base64
import logging
import signal
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

from reelm import gateway, realms
from reelm.bootstrap import Door, open_door
from reelm.gateway import Envelope, Kind, Question
from reelm.infra.doorway import Doorway, make_local_server, make_server
from reelm.infra.line import server_context
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.web.problems import log_refusal, render_problem

MOST_AT_ONCE = 32
_CHUNK = 256 * 1024
_JSON = "application/json"
_log = logging.getLogger(__name__)


class Window:
    """What other realms see: `ask`, `deliver`, `media`. Every answer but a refusal is a sealed envelope or a file."""

    def __init__(self, door: Door, doorway: Doorway) -> None:
        self._door, self._doorway = door, doorway
        self._busy = 0

    def app(self) -> Starlette:
        routes = (
            Route("/v1/ask", self._guarded(self._ask), methods=["POST"]),
            Route("/v1/deliver", self._guarded(self._deliver), methods=["POST"]),
            Route("/v1/media", self._guarded(self._media), methods=["POST"]),
        )
        return Starlette(routes=routes)

    def _guarded(self, act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                if self._busy >= MOST_AT_ONCE:
                    raise gateway.GatewayBusy
                self._busy += 1
                try:
                    return await act(request)
                finally:
                    self._busy -= 1
            except ClientDisconnect:
                return Response(status_code=400)
            except Problem as problem:
                log_refusal(problem, request.method, request.url.path)
                return render_problem(problem, None)

        return answer

    async def _open(self, request: Request, what: Any) -> Envelope:
        """The envelope in a request, from the realm whose certificate the connection shows."""
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > gateway.LIMIT_BYTES:
                raise gateway.EnvelopeMalformed
        door, now = self._door, self._door.clock.now()
        envelope = gateway.open_envelope(
            bytes(content),
            request.headers.get(gateway.SIGNATURE, ""),
            what=what,
            me=door.realm,
            cards=door.cards.all(),
            now=now,
        )
        client = (request.client.host, request.client.port) if request.client else None
        if self._doorway.realm_at(client) != envelope.from_:
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
        return self._seal(envelope, "answer", {"answers": [answer.body() for answer in answers]})

    async def _deliver(self, request: Request) -> Response:
        envelope = await self._open(request, "deliver")
        deliveries = gateway.read_delivery(envelope.body)
        receipt = await self._door.inbox.take(RealmCode(envelope.from_), deliveries, at=self._door.clock.now())
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


async def _read(head: bytes, path: Path) -> AsyncGenerator[bytes]:
    yield head
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


class Counter:
    """What our own realm sees, over the socket: `ask` and how the other realms stand."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ahead: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        return Starlette(
            routes=(
                Route("/ask", self._ask, methods=["POST"]),
                Route("/media", self._media, methods=["POST"]),
                Route("/sign", self._sign, methods=["POST"]),
                Route("/standing", self._standing, methods=["GET"]),
            )
        )

    async def _ask(self, request: Request) -> Response:
        told: Any = orjson.loads(await request.body())
        realm, question = RealmCode(told["realm"]), Question(Kind(told["kind"]), told["about"])
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
        door, others = self._door, list[dict[str, Any]]()
        async with door.office.database.read() as unit:
            for card in door.cards.others():
                standing = await gateway.find_standing(unit, card.realm)
                others.append(
                    {
                        "realm": card.realm,
                        "waiting": await gateway.count_waiting(unit, card.realm),
                        "contact_at": standing.contact_at,
                        "metered": door.meter.read(card.realm),
                    }
                )
        return Response(orjson.dumps({"realm": door.realm, "realms": others}), media_type=_JSON)


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


async def serve_door(door: Door, stop: asyncio.Event, *, shops: bool = True) -> None:
    """Serve both until `stop` is set, and carry what waits; with `shops`, ask for what is new in other realms."""
    doorway = Doorway(_recogniser(door.cards), door.meter)
    identity = door.identity
    context = server_context(
        lambda: "".join(card.certificate for card in door.cards.others()),
        cert_file=identity.certificate_file,
        key_file=identity.key_file,
    )
    path = door.settings.gateway_path
    path.unlink(missing_ok=True)
    servers = [
        make_server(Window(door, doorway).app(), door.settings.gateway_listen, context, doorway),
        make_local_server(Counter(door).app(), str(path)),
    ]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    tasks += [asyncio.create_task(door.carry()), asyncio.create_task(_keep_card(door))]
    if shops:
        tasks.append(asyncio.create_task(door.shopper.run()))
    await stop.wait()
    for server in servers:
        server.should_exit = True
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks[:2])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_card(door: Door) -> None:
    """Our card tells our log's key once it has one."""
    while True:
        door.publish_card()
        await asyncio.sleep(1.0)
