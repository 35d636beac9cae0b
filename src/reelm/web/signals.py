"""`/signals`: signals about devices between machines, which have no account here (OpenID Shared Signals).

What others tell us is pushed to `/signals/{organisation}/events` and answered as RFC 8935 has it. What is too long is
refused with 413, as a problem: RFC 8935 has no word for that. The rest is what receivers ask of us, as the Shared
Signals Framework 1.0 and RFC 8936 have it; refusals are problems there, as everywhere.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from reelm import devices, ledger
from reelm.devices import listening, signalling
from reelm.kernel.errors import Problem
from reelm.kernel.words import choose_language, say
from reelm.web.depends import InCell, Now, Read, Write, bearer_token, read_body
from reelm.web.problems import log_refusal, problems, route_of
from reelm.web.refusals import BodyTooLarge

_Answer = Callable[[Request], Coroutine[Any, Any, Response]]


class SetRoute(APIRoute):
    """A route that refuses in the words of RFC 8935, section 2.3: what was done is undone, as with every refusal."""

    def get_route_handler(self) -> _Answer:
        answer = super().get_route_handler()

        async def answer_or_refuse(request: Request) -> Response:
            try:
                return await answer(request)
            except devices.SignalRefused as refused:
                log_refusal(refused, request.method, route_of(request))
                language = choose_language(request.headers.get("accept-language"))
                words = say(refused.slug(), refused.facts(), language)
                headers = {"Content-Language": language, "Cache-Control": "no-store"}
                told = {"err": refused.err, "description": words.detail}
                return Response(orjson.dumps(told), refused.status, headers, "application/json")

        return answer_or_refuse


router = APIRouter(tags=["signals"])
_events = APIRouter(prefix="/signals", tags=["signals"], route_class=SetRoute)
_asked = APIRouter(prefix="/signals", tags=["signals"])
_KNOWN: tuple[type[Problem], ...] = (signalling.ReceiverUnknown, signalling.StreamRequestMalformed)
_OWN = (*_KNOWN, signalling.StreamNotFound)
_SENT = (*_OWN, BodyTooLarge)


async def _receiver(request: Request, cell: InCell) -> signalling.Receiver:
    async with cell.database.read() as unit:
        return await signalling.recognise(unit, bearer_token(request))


async def _issuer(organisation: str, request: Request, cell: InCell) -> listening.Issuer:
    async with cell.database.read() as unit:
        return await listening.recognise(unit, organisation, bearer_token(request))


async def _issuing(cell: InCell) -> signalling.Issuing:
    return signalling.Issuing(cell.settings.public_url)


Issuer = Annotated[listening.Issuer, Depends(_issuer)]
Receiver = Annotated[signalling.Receiver, Depends(_receiver)]
Issuing = Annotated[signalling.Issuing, Depends(_issuing)]


async def _pushed_body(request: Request, issuer: Issuer) -> bytes:
    del issuer
    return await read_body(request, devices.MOST_SIGNAL_BYTES)


async def _body(request: Request, receiver: Receiver) -> bytes:
    del receiver
    return await read_body(request, signalling.MOST_BYTES)


# What was sent, read when it is known by whom and before a connection to the database is taken for it.
Pushed = Annotated[bytes, Depends(_pushed_body)]
Body = Annotated[bytes, Depends(_body)]


@router.get("/.well-known/ssf-configuration")
async def get_configuration(issuing: Issuing) -> dict[str, Any]:
    """What a receiver has to know of us (SSF 1.0, 7)."""
    return issuing.metadata


@_asked.get("/jwks.json")
async def get_keys(cell: InCell) -> dict[str, Any]:
    """The keys by which we sign what we tell."""
    return devices.show_keys([cell.teller.key])


@_events.post(
    "/{organisation}/events",
    status_code=202,
    response_class=Response,
    responses=problems(BodyTooLarge, ledger.LedgerBusy),
)
async def post_event(
    issuer: Issuer, pushed: Pushed, request: Request, unit: Write, cell: InCell, now: Now
) -> Response:
    """Tell how a device of an organisation stands: one Security Event Token, by whom the organisation has named."""
    act, kind = devices.Act(unit, cell.settings.realm, now), request.headers.get("content-type", "")
    await listening.take_pushed(act, issuer, kind, pushed, public_url=cell.settings.public_url)
    return Response(status_code=202)


@_asked.post("/streams", status_code=201, responses=problems(*_KNOWN, signalling.StreamTaken, BodyTooLarge))
async def post_stream(receiver: Receiver, issuing: Issuing, body: Body, unit: Write, now: Now) -> dict[str, Any]:
    """Make a stream."""
    form = signalling.read_form(signalling.StreamForm, body)
    return issuing.show(await signalling.make_stream(unit, receiver, issuing, form, at=now))


@_asked.get("/streams", responses=problems(*_OWN))
async def get_streams(receiver: Receiver, issuing: Issuing, unit: Read, stream_id: str | None = None) -> Any:
    """A stream by its id; without one all of them, which is one at most."""
    if stream_id is None:
        return [issuing.show(one) for one in await signalling.list_own(unit, receiver)]
    return issuing.show(await signalling.fetch_stream(unit, receiver, _id(stream_id)))


@_asked.patch("/streams", responses=problems(*_SENT))
async def patch_stream(receiver: Receiver, issuing: Issuing, body: Body, unit: Write, now: Now) -> dict[str, Any]:
    """Change what is said of a stream, and leave the rest as it is."""
    form = signalling.read_form(signalling.StreamForm, body)
    return issuing.show(await signalling.change_stream(unit, receiver, issuing, form, wholly=False, at=now))


@_asked.put("/streams", responses=problems(*_SENT))
async def put_stream(receiver: Receiver, issuing: Issuing, body: Body, unit: Write, now: Now) -> dict[str, Any]:
    """Say anew all that a receiver says of its stream."""
    form = signalling.read_form(signalling.StreamForm, body)
    return issuing.show(await signalling.change_stream(unit, receiver, issuing, form, wholly=True, at=now))


@_asked.delete("/streams", status_code=204, responses=problems(*_OWN))
async def delete_stream(receiver: Receiver, unit: Write, stream_id: str = "") -> Response:
    """End a stream. What was not taken from it is gone."""
    await signalling.end_stream(unit, receiver, _id(stream_id))
    return Response(status_code=204)


@_asked.get("/status", responses=problems(*_OWN))
async def get_status(receiver: Receiver, unit: Read, stream_id: str = "") -> dict[str, Any]:
    """Whether a stream is told."""
    return dict(signalling.show_status(await signalling.fetch_stream(unit, receiver, _id(stream_id))))


@_asked.post("/status", responses=problems(*_SENT))
async def post_status(receiver: Receiver, body: Body, unit: Write, now: Now) -> dict[str, Any]:
    """Have a stream told, held or stopped."""
    form = signalling.read_form(signalling.StatusForm, body)
    return dict(signalling.show_status(await signalling.set_status(unit, receiver, form, at=now)))


@_asked.post("/verify", status_code=204, responses=problems(*_SENT, signalling.VerificationTooSoon))
async def post_verify(receiver: Receiver, body: Body, unit: Write, now: Now) -> Response:
    """Ask for a sign of life: it comes through the stream."""
    form = signalling.read_form(signalling.VerificationForm, body)
    await signalling.ask_verification(unit, receiver, form, at=now)
    return Response(status_code=204)


@_asked.post("/streams/{stream}/poll", responses=problems(*_SENT))
async def post_poll(
    stream: str, receiver: Receiver, body: Body, unit: Write, cell: InCell, now: Now
) -> dict[str, Any]:
    """Say what was taken, and take more (RFC 8936). What is not said to be taken comes again."""
    form = signalling.read_form(signalling.PollForm, body)
    own = await signalling.fetch_stream(unit, receiver, _id(stream))
    sets, more = await signalling.take(unit, own, form, cell.teller, at=now)
    return {"sets": sets, "moreAvailable": more}


def _id(text: str) -> UUID | None:
    """What is no id is nobody's stream."""
    try:
        return UUID(text)
    except ValueError:
        return None


router.include_router(_events)
router.include_router(_asked)
