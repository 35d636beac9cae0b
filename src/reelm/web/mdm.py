"""`/mdm`: how Apple's devices enrol, get their certificates by SCEP, check in and take commands, by Apple's protocol.

A device is known by its signature over each message, or by the certificate that a proxy in front has asked it for.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from reelm import devices
from reelm.bootstrap import Cell
from reelm.devices import enrolling, mdm
from reelm.kernel.words import choose_language
from reelm.web.depends import InCell, Now, Read, Write, read_body
from reelm.web.problems import log_refusal, problem_body, route_of

router = APIRouter(prefix="/mdm", include_in_schema=False)
_CHECK_IN_TYPE, _COMMAND_TYPE = "application/x-apple-aspen-mdm-checkin", "application/x-apple-aspen-mdm"
_PROFILE_TYPE, _PLIST_TYPE, _JSON_TYPE = "application/x-apple-aspen-config", "application/xml", "application/json"
_SIGNATURE, _CLIENT_CERTIFICATE = "mdm-signature", "client-cert"
# By this word a device is told to leave the management (Apple's schema, mdm/errors/unrecognized.device.yaml).
_UNRECOGNISED = "com.apple.unrecognized.device"
_MOST_IN_ADDRESS = 8 * 1024


async def _signed(request: Request, cell: InCell, now: Now) -> tuple[bytes, enrolling.Certified]:
    """The message, and whose it is by what was shown with it."""
    body = await read_body(request, mdm.MOST_BYTES)
    issuer = (await cell.issuer.authority()).certificate
    passed = request.headers.get(_CLIENT_CERTIFICATE)
    if passed is not None and _is_behind_proxy(cell):
        return body, mdm.read_client_certificate(passed, issuer, now)
    return body, mdm.read_signature(request.headers.get(_SIGNATURE, ""), body, issuer, now)


Signed = Annotated[tuple[bytes, enrolling.Certified], Depends(_signed)]


@router.put("/checkin")
async def put_check_in(request: Request, signed: Signed, unit: Write, cell: InCell, now: Now) -> Response:
    """A device begins to enrol, is enrolled, asks what is declared to it or says how that is, or leaves."""
    body, shown = signed
    _expect(request, _CHECK_IN_TYPE)
    told = mdm.read_check_in(body)
    device = await enrolling.recognise(unit, shown)
    if device is None:
        return _tell_to_leave(request)
    answer = await mdm.check_in(_act(unit, cell, now), device, told, url=cell.settings.public_url)
    return Response(answer, media_type=_JSON_TYPE) if answer else Response()


@router.put("/connect")
async def put_connect(request: Request, signed: Signed, unit: Write, cell: InCell, now: Now) -> Response:
    """A device says what came of its last command, and gets the next one, or nothing."""
    body, shown = signed
    _expect(request, _COMMAND_TYPE)
    answer = mdm.read_answer(body)
    device = await enrolling.recognise(unit, shown)
    if device is None:
        return _tell_to_leave(request)
    command = await mdm.connect(_act(unit, cell, now), device, answer, url=cell.settings.public_url)
    if command is None:
        return Response()
    return Response(mdm.sign_command(command, await cell.issuer.authority()), media_type=_PLIST_TYPE)


@router.get("/enrol")
async def get_entry(code: Annotated[str, Query(max_length=64)], unit: Write, cell: InCell, now: Now) -> Response:
    """The profile by which the device of a code enrols."""
    settings = cell.settings
    profile = await mdm.make_entry(unit, code, url=settings.public_url, realm=settings.realm, now=now)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="reelm.mobileconfig"'}
    return Response(profile, headers=headers, media_type=_PROFILE_TYPE)


@router.get("/profiles/{device}/{name}")
async def get_profile(
    request: Request, device: UUID, name: Annotated[str, Path(max_length=64)], unit: Read, cell: InCell, now: Now
) -> Response:
    """The profile that is declared to a device, by the address that the device was told."""
    authority, shown = await cell.issuer.authority(), None
    passed = request.headers.get(_CLIENT_CERTIFICATE)
    if passed is not None and _is_behind_proxy(cell):
        certified = mdm.read_client_certificate(passed, authority.certificate, now)
        shown = await enrolling.recognise(unit, certified)
        if shown is None:
            return _tell_to_leave(request)
    url = cell.settings.public_url
    profile = await mdm.fetch_profile(unit, authority, device, name, url=url, now=now, shown=shown)
    return Response(profile, headers={"Cache-Control": "no-store"}, media_type=_PROFILE_TYPE)


@router.get("/scep")
async def get_scep(
    operation: Annotated[str, Query(max_length=64)],
    unit: Write,
    cell: InCell,
    now: Now,
    message: Annotated[str, Query(max_length=_MOST_IN_ADDRESS)] = "",
) -> Response:
    """What we can do, whom to encrypt to, or a request for a certificate in the address (RFC 8894)."""
    match operation:
        case "GetCACaps":
            return Response(enrolling.SCEP_CAPABILITIES, media_type=enrolling.SCEP_CAPABILITIES_TYPE)
        case "GetCACert":
            certificates = enrolling.list_scep_certificates(await cell.issuer.authority())
            return Response(certificates, media_type=enrolling.SCEP_CERTIFICATES_TYPE)
        case "PKIOperation":
            return await _answer_scep(unit, cell, _decode(message), now)
        case _:
            raise devices.ScepMessageMalformed


async def _scep_body(request: Request) -> bytes:
    return await read_body(request, enrolling.MOST_SCEP_BYTES)


# Read before a connection to the database is taken for it.
ScepBody = Annotated[bytes, Depends(_scep_body)]


@router.post("/scep")
async def post_scep(
    message: ScepBody, operation: Annotated[str, Query(max_length=64)], unit: Write, cell: InCell, now: Now
) -> Response:
    """A request for a certificate."""
    if operation != "PKIOperation":
        raise devices.ScepMessageMalformed
    return await _answer_scep(unit, cell, message, now)


async def _answer_scep(unit: Write, cell: Cell, message: bytes, now: datetime) -> Response:
    over_tls = cell.settings.public_url.startswith("https://")
    answer = await enrolling.answer_scep(unit, await cell.issuer.authority(), message, over_tls=over_tls, now=now)
    return Response(answer, media_type=enrolling.SCEP_MESSAGE_TYPE)


def _decode(message: str) -> bytes:
    try:
        return base64.b64decode(message.replace(" ", "+"), validate=True)  # some clients do not encode the plus
    except (binascii.Error, ValueError):
        raise devices.ScepMessageMalformed from None


def _is_behind_proxy(cell: Cell) -> bool:
    return cell.settings.client_certs and cell.settings.listen.startswith("unix:")


def _act(unit: Write, cell: Cell, now: datetime) -> devices.Act:
    return devices.Act(unit, cell.settings.realm, now)


def _expect(request: Request, type_: str) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != type_:
        raise devices.MdmMessageMalformed(where="Content-Type")


def _tell_to_leave(request: Request) -> Response:
    """A device that was taken out leaves by itself. Apple's devices read JSON by its plain name only."""
    problem = devices.DeviceUnrecognised(code=_UNRECOGNISED)
    log_refusal(problem, request.method, route_of(request))
    language = choose_language(request.headers.get("accept-language"))
    told = problem_body(problem.slug(), problem.status, problem.facts(), language)
    return Response(orjson.dumps(told), problem.status, media_type=_JSON_TYPE)
