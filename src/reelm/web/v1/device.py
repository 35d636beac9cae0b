"""`/device`: what a managed device says and asks for itself, by its code first and by its key from then on."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from reelm import accounts, devices, ledger
from reelm.bootstrap import Cell
from reelm.devices import enrolling, register, reporting
from reelm.kernel.errors import Problem
from reelm.web.depends import InCell, Now, Write, token_of
from reelm.web.guard import DEVICE_COOKIE
from reelm.web.problems import problems
from reelm.web.suspended import read_device
from reelm.web.views.devices import DeviceView, ToldView
from reelm.web.views.register import ReplyView

router = APIRouter(prefix="/device", tags=["device"])
_CODE: tuple[type[Problem], ...] = (devices.EnrolmentCodeMalformed, devices.EnrolmentCodeNotGood)
REPLIES = accounts.Limit("replies of a device to a decision", 5, timedelta(days=1))
_WRITTEN = (devices.DeviceProofWrong, ledger.LedgerBusy)


class Code(BaseModel):
    """The code as it was typed."""

    code: str = Field(max_length=64, repr=False)


class Enrolling(BaseModel):
    """The code, a request for a certificate (PKCS #10 in PEM), and whether the person agrees to what is seen."""

    code: str = Field(max_length=64, repr=False)
    request: str = Field(max_length=16_000)
    consents: bool = False


class EnrolledView(BaseModel):
    """The device's certificate and that of the authority, in PEM."""

    device: DeviceView
    certificate: str
    authority: str


class Shown(BaseModel):
    """A JWT by the device's key (`docs/howto/enrol-a-device.md`)."""

    proof: str = Field(max_length=4096)


class PassView(BaseModel):
    """What the device sends as `Reelm-Device`; a browser has it as a cookie."""

    token: str
    until: datetime


class Here(BaseModel):
    """The device, and every decision that binds it."""

    device: DeviceView
    decisions: list[ToldView]


class PoliciesView(BaseModel):
    """Texts of files by target and name, and the identities of apps that a decision suspends."""

    files: dict[str, dict[str, str]]
    asked: list[str]


class Reported(BaseModel):
    """Which suspended apps are there, by their identities, of those that were `asked` about; of all if null."""

    apps: frozenset[str] = Field(max_length=2000)
    asked: frozenset[str] | None = Field(default=None, max_length=2000)
    at: AwareDatetime


class ChangedView(BaseModel):
    """How many decisions the device stands to otherwise now."""

    changed: int


class NewReply(BaseModel):
    """What somebody has to say whom a decision binds. No name goes with it."""

    words: str = Field(min_length=1, max_length=4000)


async def _device(request: Request, unit: Write, cell: InCell, now: Now) -> enrolling.Enrolled:
    return await enrolling.fetch_device(unit, read_device(request.headers, cell, now))


# The device that has shown a pass of ours.
OnDevice = Annotated[enrolling.Enrolled, Depends(_device, scope="function")]


@router.post("/code", responses=problems(*_CODE))
async def post_code(form: Code, unit: Write, now: Now) -> DeviceView:
    """What device a code is for, and what can be seen of it once it is enrolled. The code stays good."""
    return DeviceView.of(await enrolling.look_at_code(unit, form.code, now))


@router.post("/consent", responses=problems(*_CODE))
async def post_consent(form: Code, unit: Write, now: Now) -> DeviceView:
    """Agree, before the device enrols by SCEP. The code stays good."""
    return DeviceView.of(await enrolling.consent(unit, form.code, now))


@router.post(
    "/enrol",
    status_code=201,
    responses=problems(
        *_CODE,
        devices.ConsentMissing,
        devices.CertificateRequestMalformed,
        devices.DeviceKeyRefused,
        devices.DeviceKeyTaken,
    ),
)
async def post_enrol(form: Enrolling, unit: Write, cell: InCell, now: Now) -> EnrolledView:
    """Enrol by a code, once."""
    authority = await cell.issuer.authority()
    device, certificate = await enrolling.enrol(
        unit, authority, form.code, form.request.encode(), consents=form.consents, now=now
    )
    pem = (one.public_bytes(Encoding.PEM).decode() for one in (certificate, authority.certificate))
    return EnrolledView(device=DeviceView.of(device), certificate=next(pem), authority=next(pem))


@router.post("/pass", responses=problems(devices.DeviceProofWrong))
async def post_pass(
    form: Shown, request: Request, response: Response, unit: Write, cell: InCell, now: Now
) -> PassView:
    """Show the device's key, and get a pass for twelve hours. A session shown with it is on this device then."""
    _, token, until = await enrolling.give_pass(
        unit,
        form.proof,
        secret=cell.secret,
        audience=cell.settings.public_url,
        session=token_of(request),
        now=now,
    )
    _set_cookie(response, cell, token, until, now)
    return PassView(token=token, until=until)


@router.get("", responses=problems(devices.DeviceProofWrong))
async def get_device(device: OnDevice, unit: Write, now: Now, response: Response) -> Here:
    """This device and what binds it, in its person's language. That they were shown it is written down."""
    response.headers["Cache-Control"] = "no-store"
    told = await register.tell(unit, device.id, now)
    return Here(device=DeviceView.of(device), decisions=[ToldView.of(one, now) for one in told])


@router.post(
    "/decisions/{decision}/acknowledge",
    status_code=204,
    responses=problems(devices.DeviceProofWrong, devices.NotTold),
)
async def post_acknowledge(decision: UUID, device: OnDevice, unit: Write, now: Now) -> Response:
    """Say that one has read it."""
    await register.acknowledge(unit, device.id, decision, now)
    return Response(status_code=204)


@router.post(
    "/decisions/{decision}/replies",
    status_code=201,
    responses=problems(
        *_WRITTEN, devices.DecisionNotFound, devices.NotTold, devices.ReplyNotTaken, accounts.TooManyTries
    ),
)
async def post_reply(
    decision: UUID, form: NewReply, device: OnDevice, unit: Write, cell: InCell, now: Now
) -> ReplyView:
    """Answer a decision that binds this device. No name is kept with it."""
    if not await register.is_told(unit, device.id, decision, now):
        raise devices.NotTold
    await accounts.count_try(unit, REPLIES, REPLIES.key(cell.secret, str(device.id), str(decision)), now)
    act = devices.Act(unit, cell.settings.realm, now)
    return ReplyView.of(await register.reply_as_bound(act, decision, form.words))


@router.get("/policies", responses=problems(devices.DeviceProofWrong))
async def get_policies(device: OnDevice, unit: Write, now: Now, response: Response) -> PoliciesView:
    """What a desktop puts in place for itself, and which apps it is to look for; nothing if it is excepted."""
    response.headers["Cache-Control"] = "no-store"
    pulled = await devices.pull(unit, device, now)
    files = {target: {name: made.decode() for name, made in one.items()} for target, one in pulled.files.items()}
    return PoliciesView(files=files, asked=sorted(pulled.asked))


@router.post("/reports", responses=problems(*_WRITTEN))
async def post_report(form: Reported, request: Request, cell: InCell, now: Now) -> ChangedView:
    """Say which of the suspended apps are there. It is answered once that is committed."""
    device = read_device(request.headers, cell, now)
    if device is None:
        raise devices.DeviceProofWrong
    reported = reporting.Reported(device, form.apps, form.asked, form.at, "agent")
    return ChangedView(changed=await cell.reports.take(reported))


@router.delete("", status_code=204, responses=problems(devices.DeviceProofWrong, devices.DeviceNotPersonal))
async def delete_device(device: OnDevice, unit: Write) -> Response:
    """Take one's own device out. Nothing that is known of it is kept."""
    await enrolling.leave(unit, device)
    gone = Response(status_code=204)
    gone.delete_cookie(DEVICE_COOKIE, path="/")
    return gone


def _set_cookie(response: Response, cell: Cell, token: str, until: datetime, now: datetime) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=int((until - now).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=cell.settings.public_url.startswith("https://"),
    )
