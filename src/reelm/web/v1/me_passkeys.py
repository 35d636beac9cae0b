"""`/me/passkeys`: what one signs in with instead of a password."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from reelm import accounts
from reelm.accounts import passkeys
from reelm.kernel.ids import PasskeyId
from reelm.web.depends import InCell, Now, Read, SignedIn, Write
from reelm.web.problems import problems

router = APIRouter(prefix="/me/passkeys", tags=["me"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)


class Confirmation(BaseModel):
    """That it is the caller who asks."""

    password: str = Field(repr=False, max_length=1000)


class NewPasskey(BaseModel):
    """`credential` is WebAuthn's `RegistrationResponseJSON`, as `PublicKeyCredential.toJSON` makes it."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    ]
    credential: dict[str, Any] = Field(repr=False)


class PasskeyView(BaseModel):
    """`used_at`: the last time that it opened a session."""

    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, passkey: passkeys.Passkey) -> "PasskeyView":
        return cls(id=passkey.id, name=passkey.name, made_at=passkey.made_at, used_at=passkey.used_at)


@router.get("", responses=problems(*_SIGNED_OUT))
async def get_passkeys(viewer: SignedIn, unit: Read) -> list[PasskeyView]:
    """One's passkeys, oldest first."""
    return [PasskeyView.of(one) for one in await passkeys.list_own(unit, viewer)]


@router.post(
    "/options",
    responses=problems(*_SIGNED_OUT, accounts.PasswordWrong, passkeys.PasskeysNeedName, passkeys.TooManyPasskeys),
)
async def post_options(form: Confirmation, viewer: SignedIn, cell: InCell, now: Now) -> dict[str, Any]:
    """What a browser makes a passkey of: WebAuthn's `PublicKeyCredentialCreationOptionsJSON`, for five minutes."""
    site = passkeys.site_at(cell.settings.public_url)
    return dict(await passkeys.ask_new(cell.database, viewer, form.password, site, at=now))


@router.post(
    "",
    status_code=201,
    responses=problems(
        *_SIGNED_OUT,
        passkeys.PasskeyNotTaken,
        passkeys.PasskeyTooLate,
        passkeys.PasskeysNeedName,
        passkeys.TooManyPasskeys,
    ),
)
async def post_passkey(form: NewPasskey, viewer: SignedIn, cell: InCell, now: Now) -> PasskeyView:
    """Add a passkey: what a browser made of the options."""
    site = passkeys.site_at(cell.settings.public_url)
    return PasskeyView.of(await passkeys.add(cell.database, viewer, form.name, form.credential, site, at=now))


@router.delete("/{passkey}", status_code=204, responses=problems(*_SIGNED_OUT, passkeys.PasskeyNotFound))
async def delete_passkey(passkey: UUID, viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> Response:
    """Remove one; the sessions that it opened end, this one too if it did."""
    await passkeys.remove(unit, viewer, PasskeyId(passkey), realm=cell.settings.realm, at=now)
    return Response(status_code=204)
