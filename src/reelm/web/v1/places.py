"""`/health`, `/limits`, `/countries`, `/realms`: what this realm is and takes."""

from fastapi import APIRouter
from pydantic import BaseModel

import reelm
from reelm import realms, social, videos
from reelm.web.depends import InCell
from reelm.web.views.trust import read_keys

router = APIRouter(tags=["realm"])


class HealthView(BaseModel):
    status: str
    realm: str
    version: str


class UploadLimits(BaseModel):
    max_bytes: int
    max_duration_s: int


class TextLimits(BaseModel):
    max_chars: int


class LimitsView(BaseModel):
    upload: UploadLimits
    caption: TextLimits
    comment: TextLimits


class RegionView(BaseModel):
    code: str
    minimum_age: int


class CountryView(BaseModel):
    code: str
    minimum_age: int
    regions: list[RegionView]


class CountriesView(BaseModel):
    items: list[CountryView]


class RealmView(BaseModel):
    """`vkey` is the key of the realm's log; empty until that has been opened."""

    code: str
    countries: list[str]
    vkey: str


class RealmsView(BaseModel):
    """`realm` is the one that answers."""

    realm: str
    items: list[RealmView]


@router.get("/health")
async def get_health(cell: InCell) -> HealthView:
    """Answers while the realm can be used: the database is asked, too."""
    await cell.pool.fetchval("SELECT 1")
    return HealthView(status="ok", realm=cell.settings.realm, version=reelm.__version__)


@router.get("/limits")
async def get_limits(cell: InCell) -> LimitsView:
    """What this realm takes, so that a client can check before it sends."""
    return LimitsView(
        upload=UploadLimits(max_bytes=cell.settings.max_upload_bytes, max_duration_s=cell.settings.max_clip_s),
        caption=TextLimits(max_chars=videos.CAPTION_MAX),
        comment=TextLimits(max_chars=social.COMMENT_MAX),
    )


@router.get("/countries")
async def get_countries() -> CountriesView:
    """Every ISO 3166-1 country with its minimum age; regions where sign-up asks for one."""
    return CountriesView(
        items=[
            CountryView(
                code=country.code,
                minimum_age=country.minimum_age,
                regions=[RegionView(code=r.code, minimum_age=r.minimum_age) for r in country.regions],
            )
            for country in realms.list_countries()
        ]
    )


@router.get("/realms")
async def get_realms(cell: InCell) -> RealmsView:
    """The realms and the countries each serves."""
    countries = [country.code for country in realms.list_countries()]
    keys = read_keys(cell.log)
    here = RealmView(code=cell.settings.realm, countries=countries, vkey=str(keys[0]) if keys else "")
    return RealmsView(realm=cell.settings.realm, items=[here])
