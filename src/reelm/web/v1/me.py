"""`/me`: one's own account."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from reelm import accounts, gateway, media, realms
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.web.depends import InCell, Now, Read, SignedIn, Write
from reelm.web.problems import problems
from reelm.web.views.due import DueView, find_due
from reelm.web.views.people import MeView

router = APIRouter(tags=["me"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)


class ProfileEdit(BaseModel):
    """What is left out stays as it is."""

    display_name: str | None = None
    bio: str | None = None
    locale: str | None = None


class PasswordChange(BaseModel):
    current: str = Field(repr=False, max_length=1000)
    new: str = Field(repr=False, max_length=1000)


async def _show_me(unit: ReadUnit, viewer: accounts.Viewer, cell: Cell) -> MeView:
    account = await accounts.fetch_own_account(accounts.own_eyes(unit, viewer))
    return MeView.of_account(account, cell.settings.realm)


@router.get("/me", responses=problems(*_SIGNED_OUT))
async def get_me(viewer: SignedIn, unit: Read, cell: InCell) -> MeView:
    """One's own account."""
    return await _show_me(unit, viewer, cell)


class ResidenceView(BaseModel):
    """`note` is a C2SP signed note in which this realm says that the caller is at home here; `vkey` its key.

    `due` says to which realm a decision moves them, and from when on; null for whoever stays.
    """

    note: str
    vkey: str
    due: DueView | None


@router.get("/me/residence", responses=problems(*_SIGNED_OUT, gateway.GatewayNotRunning, realms.RealmIsAnother))
async def get_residence(viewer: SignedIn, unit: Read, cell: InCell) -> ResidenceView:
    """Where one's account is at home, signed by the realm."""
    account = await accounts.fetch_own_account(accounts.own_eyes(unit, viewer))
    residence = cell.atlas.reside(account.country, account.region)
    text = realms.residence_text(viewer.id, residence, account.created_at)
    signature = await cell.abroad.sign_statement(text)
    own = cell.abroad.cards.all()[cell.abroad.realm]
    vkey = gateway.realm_vkey(cell.settings.public_url, own.key)
    note = realms.format_residence(text, signature)
    return ResidenceView(note=note, vkey=str(vkey), due=find_due(cell, account))


@router.patch(
    "/me",
    responses=problems(*_SIGNED_OUT, accounts.DisplayNameNotTaken, accounts.TextTooLong, accounts.LocaleNotOffered),
)
async def patch_me(form: ProfileEdit, viewer: SignedIn, unit: Write, cell: InCell) -> MeView:
    """Change one's profile."""
    await accounts.edit_profile(unit, viewer.id, display_name=form.display_name, bio=form.bio, locale=form.locale)
    return await _show_me(unit, viewer, cell)


@router.put("/me/avatar", responses=problems(*_SIGNED_OUT, media.ImageNotTaken))
async def put_avatar(request: Request, viewer: SignedIn, cell: InCell) -> MeView:
    """Set one's picture: the body is a PNG, JPEG or WebP of at most 5 MB."""
    key = await media.store_avatar(cell.blobs, cell.settings.work_dir, viewer.id, await request.body())
    async with cell.database.write() as unit:
        before = await accounts.set_avatar(unit, viewer.id, key)
        shown = await _show_me(unit, viewer, cell)
    if before:
        cell.blobs.delete(before)
    return shown


@router.delete("/me/avatar", responses=problems(*_SIGNED_OUT))
async def delete_avatar(viewer: SignedIn, cell: InCell) -> MeView:
    """Remove one's picture."""
    async with cell.database.write() as unit:
        before = await accounts.clear_avatar(unit, viewer.id)
        shown = await _show_me(unit, viewer, cell)
    if before:
        cell.blobs.delete(before)
    return shown


@router.post(
    "/me/password",
    status_code=204,
    responses=problems(*_SIGNED_OUT, accounts.PasswordWrong, accounts.PasswordTooWeak),
)
async def post_password(form: PasswordChange, viewer: SignedIn, cell: InCell, now: Now) -> None:
    """Change one's password; every other session ends."""
    await accounts.change_password(
        cell.database, viewer, current=form.current, new=form.new, realm=cell.settings.realm, at=now
    )
