"""`/accounts`: sign-up and profiles."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from reelm import accounts, gateway, moving, social, videos
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.cursors import CursorNotOurs
from reelm.kernel.ids import AccountId, RealmCode
from reelm.kernel.words import choose_language
from reelm.realms import CountryUnknown, RealmIsAnother, RegionNotOfCountry, RegionRequired, TooYoung
from reelm.web.depends import InCell, Limit, MaybeSignedIn, Now, Read, caller_of
from reelm.web.moved import person_may_have_moved
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import TOO_YOUNG_COOKIE, problems
from reelm.web.views.clips import VideoPage, VideoView
from reelm.web.views.people import PersonView, ProfileCounts, ProfileRegard, ProfileView

router = APIRouter(tags=["accounts"])


class SignUp(BaseModel):
    """`region` is the ISO 3166-2 part after the dash, needed for Canada."""

    handle: str
    password: str = Field(repr=False)
    birth_date: date
    country: str
    region: str | None = None
    locale: str = "en"
    email: str | None = None


class SignedUp(BaseModel):
    id: UUID
    handle: str
    realm: str


@router.post(
    "/accounts",
    status_code=201,
    responses=problems(
        accounts.HandleNotAllowed,
        accounts.HandleTaken,
        accounts.PasswordTooWeak,
        accounts.LocaleNotOffered,
        accounts.EmailNotTaken,
        accounts.TooManyTries,
        accounts.AgeAlreadySaid,
        CountryUnknown,
        RegionRequired,
        RegionNotOfCountry,
        RealmIsAnother,
        TooYoung,
    ),
)
async def post_account(form: SignUp, request: Request, cell: InCell, now: Now) -> SignedUp:
    """Create an account. It is not signed in yet.

    Whoever is too young is marked, and for a while no other date is believed from the same browser.
    """
    if TOO_YOUNG_COOKIE in request.cookies:
        raise accounts.AgeAlreadySaid
    new = accounts.NewAccount(**form.model_dump())
    caller = caller_of(request, cell, cell.settings.sign_ups)
    person = await accounts.sign_up(cell.database, new, atlas=cell.atlas, at=now, caller=caller)
    return SignedUp(id=person.id, handle=person.handle, realm=cell.settings.realm)


@router.get(
    "/accounts/{handle}",
    responses=problems(
        accounts.SessionEnded,
        accounts.AccountNotFound,
        moving.MovedToRealm,
        gateway.CrossingRefused,
        gateway.RealmNotAnswering,
        gateway.RealmUnknown,
        gateway.GatewayNotRunning,
    ),
)
async def get_account(handle: str, viewer: MaybeSignedIn, cell: InCell, now: Now) -> ProfileView:
    """A profile; of somebody of another realm (`ana@eu`) as that realm shows it."""
    name, realm = accounts.split_handle(handle)
    if realm is not None and realm != cell.settings.realm:
        return await _show_abroad(cell, name, realm, viewer, now.date())
    async with person_may_have_moved(cell, name), cell.database.read() as unit:
        return await _show(unit, cell, name, viewer, now.date())


async def _find_age(unit: ReadUnit, viewer: AccountId | None, today: date) -> int | None:
    return await accounts.find_age(unit, viewer, today) if viewer is not None else None


async def _find_regard(unit: ReadUnit, viewer: AccountId | None, person: AccountId) -> ProfileRegard:
    if viewer is None:
        return ProfileRegard(follows=False, is_you=False, muted=False)
    return ProfileRegard(
        follows=await social.is_following(unit, viewer, person),
        is_you=viewer == person,
        muted=await social.is_muted(unit, viewer=viewer, person=person),
    )


async def _show_abroad(
    cell: Cell, handle: str, realm: RealmCode, viewer: AccountId | None, today: date
) -> ProfileView:
    account = await social.visit_profile(cell.database, cell.abroad, handle, realm)
    async with cell.database.read() as unit:
        await social.check_meets(unit, viewer, account.person.id)
        you = await _find_regard(unit, viewer, account.person.id)
        followers, _ = await social.count_follows(unit, account.person.id)
        age = await _find_age(unit, viewer, today)
        clips = await videos.list_by_foreign_author(unit, account.person.id, age=age, before=None, limit=200)
    followers += account.followers_abroad
    return ProfileView(
        **PersonView.of(account.person, realm).model_dump(),
        bio=account.bio,
        counts=ProfileCounts(followers=followers, following=0, videos=len(clips), likes=0),
        you=you,
    )


async def _show(unit: ReadUnit, cell: Cell, handle: str, viewer: AccountId | None, today: date) -> ProfileView:
    account = await accounts.fetch_by_handle(unit, handle)
    person = account.person
    await social.check_meets(unit, viewer, person.id)
    followers, following = await social.count_follows(unit, person.id)
    published, likes = await videos.count_published(unit, person.id, age=await _find_age(unit, viewer, today))
    you = await _find_regard(unit, viewer, person.id)
    return ProfileView(
        **PersonView.of(person, cell.settings.realm).model_dump(),
        bio=account.bio,
        counts=ProfileCounts(followers=followers, following=following, videos=published, likes=likes),
        you=you,
    )


@router.get(
    "/accounts/{handle}/videos", responses=problems(accounts.SessionEnded, accounts.AccountNotFound, CursorNotOurs)
)
async def get_account_videos(
    handle: str,
    request: Request,
    viewer: MaybeSignedIn,
    unit: Read,
    cell: InCell,
    now: Now,
    cursor: str | None = None,
    limit: Annotated[Limit, Query()] = 24,
) -> VideoPage:
    """Somebody's clips, newest first; one's own also while they are made, failed or private."""
    name, realm = accounts.split_handle(handle)
    account = await social.fetch_known(unit, name, realm if realm != cell.settings.realm else None)
    author = account.person.id
    await social.check_meets(unit, viewer, author)
    before, age = open_cursor(cell.cursors, f"videos:{author}", cursor), await _find_age(unit, viewer, now.date())
    if account.person.realm is None:
        ids = await videos.list_by_author(unit, author, own=viewer == author, age=age, before=before, limit=limit)
    else:
        ids = await videos.list_by_foreign_author(unit, author, age=age, before=before, limit=limit)
    clips = await videos.fetch_clips(unit, ids)
    language = choose_language(request.headers.get("accept-language"))
    return VideoPage(
        items=[VideoView.of(clip, cell.settings.realm, language) for clip in clips.values()],
        next_cursor=next_cursor(cell.cursors, f"videos:{author}", ids, limit),
    )
