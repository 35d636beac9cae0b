"""`/.well-known/reelm.json`: who answers for this realm, and by which key its log is known."""

from fastapi import APIRouter
from pydantic import BaseModel

from reelm.web.depends import InCell
from reelm.web.views.trust import read_keys

router = APIRouter(tags=["trust"])


class LedgerView(BaseModel):
    """`vkey` is empty until the log has been opened."""

    origin: str
    url: str
    vkey: str


class OfficerView(BaseModel):
    title: str
    contact: str


class WellKnownView(BaseModel):
    """`gateway` is the address of the only door to other realms, where there is one."""

    realm: str
    ledger: LedgerView
    gateway: str | None
    privacy_officer: OfficerView


@router.get("/.well-known/reelm.json")
async def get_well_known(cell: InCell) -> WellKnownView:
    """What an outsider needs to start checking this realm."""
    keys, settings = read_keys(cell.log), cell.settings
    origin = keys[0].name if keys else settings.origin
    return WellKnownView(
        realm=settings.realm,
        ledger=LedgerView(origin=origin, url=f"{settings.public_url}/ledger", vkey=str(keys[0]) if keys else ""),
        gateway=settings.gateway_address or settings.gateway_listen or None,
        privacy_officer=OfficerView(title=settings.privacy_officer_title, contact=settings.privacy_officer_contact),
    )
