"""`/countries`, `/realms`: which realm serves whom, and where is it?"""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from reelm.bootstrap import Cell
from reelm.kernel.words import choose_language
from reelm.realms import Realm
from reelm.web.depends import InCell
from reelm.web.views.trust import read_keys

router = APIRouter(tags=["realm"])


class RegionView(BaseModel):
    code: str
    minimum_age: int
    consent_age: int
    realm: str
    address: str


class CountryView(BaseModel):
    """`realm` serves the country, or all of it that is not another realm's; `address` is empty where not known."""

    code: str
    minimum_age: int
    consent_age: int
    realm: str
    address: str
    regions: list[RegionView]


class CountriesView(BaseModel):
    items: list[CountryView]


class RealmView(BaseModel):
    """`frame` is the law that shapes it; `vkey` the key of its log. What is not known here yet is empty."""

    code: str
    name: str
    address: str
    frame: str
    minimum_age: int
    languages: list[str]
    countries: list[str]
    regions: list[str]
    is_this: bool
    vkey: str


class RealmsView(BaseModel):
    """`realm` is the one that answers; `public_key` is that of its gateway, in base64."""

    realm: str
    public_key: str | None
    items: list[RealmView]


@router.get("/countries")
async def get_countries(cell: InCell) -> CountriesView:
    """Every ISO 3166-1 country with its realm and its ages; regions where sign-up asks for one."""
    addresses = _addresses(cell)
    return CountriesView(
        items=[
            CountryView(
                code=country.code,
                minimum_age=country.minimum_age,
                consent_age=country.consent_age,
                realm=country.realm,
                address=addresses[country.realm],
                regions=[RegionView(**vars(region), address=addresses[region.realm]) for region in country.regions],
            )
            for country in cell.atlas.map.countries.values()
        ]
    )


@router.get("/realms")
async def get_realms(cell: InCell, request: Request) -> RealmsView:
    """The realms that run, the countries each serves, and this realm's public key."""
    language = choose_language(request.headers.get("accept-language"))
    card = cell.atlas.find_card(cell.atlas.realm)
    return RealmsView(
        realm=cell.atlas.realm,
        public_key=(card.key if card else "") or None,
        items=[_view(cell, realm, language) for realm in cell.atlas.map.running],
    )


def _addresses(cell: Cell) -> dict[str, str]:
    """Of this realm, the address that people see; of another one, what its card says."""
    return {**cell.atlas.addresses(), cell.atlas.realm: cell.settings.public_url}


def _view(cell: Cell, realm: Realm, language: str) -> RealmView:
    is_this = realm.code == cell.atlas.realm
    card, keys = cell.atlas.find_card(realm.code), read_keys(cell.log) if is_this else []
    return RealmView(
        code=realm.code,
        name=realm.names[language],
        address=cell.settings.public_url if is_this else card.public_url if card else "",
        frame=realm.frame,
        minimum_age=realm.minimum_age,
        languages=list(realm.languages),
        countries=list(cell.atlas.map.countries_of(realm.code)),
        regions=list(cell.atlas.map.regions_of(realm.code)),
        is_this=is_this,
        vkey=str(keys[0]) if keys else card.vkey if card else "",
    )
