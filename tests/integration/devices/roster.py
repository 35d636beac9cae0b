"""Devices and people of the institution, put into its directory as an identity provider does."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tests.integration.devices.directories import Provider
from tests.integration.devices.institution import CODE, Institution

from reelm import devices
from reelm.kernel.ids import OrganisationId

PERSONAL = "enrolled-personal"


@dataclass(frozen=True)
class Listed:
    """A device in the directory."""

    id: UUID
    code: str


async def list_device(
    institution: Institution, code: str, platform: str, enrolment: str, ownership: str = "corporate"
) -> Listed:
    """Put a device into the directory; a personal one is somebody's."""
    provider = await _open(institution)
    told: dict[str, object] = {"platform": platform, "enrolment": enrolment, "ownership": ownership}
    if ownership == PERSONAL:
        person = await provider.person(f"{code}@institution.example", preferredLanguage="fr-CA")
        told["person"] = {"value": person["id"]}
    made = await provider.device(code, **told)
    return Listed(UUID(made["id"]), code)


async def invite(institution: Institution, device: Listed) -> str:
    """A code for it."""
    return (await institution.do("device-admin", "POST", f"/devices/{device.id}/code"))["code"]


async def _open(institution: Institution) -> Provider:
    realm = institution.realm
    (row,) = await realm.rows("SELECT id FROM organisations WHERE code = $1", CODE)
    organisation = OrganisationId(row["id"])
    async with realm.cell.database.write() as unit:
        token = await devices.make_token(
            unit, organisation, devices.TokenPurpose.DIRECTORY, lasts=timedelta(days=90), at=realm.clock.now()
        )
    return Provider(realm, organisation, CODE, token)
