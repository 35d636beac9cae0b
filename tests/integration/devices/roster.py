"""Devices and people of the institution, as its directory has them."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from tests.integration.devices.institution import CODE, Institution


@dataclass(frozen=True)
class Listed:
    """A device in the directory."""

    id: UUID
    code: str


async def list_device(
    institution: Institution, code: str, platform: str, enrolment: str, ownership: str = "corporate"
) -> Listed:
    """Put a device into the directory; a personal one is somebody's."""
    realm, now = institution.realm, institution.realm.clock.now()
    (organisation,) = await realm.rows("SELECT id FROM organisations WHERE code = $1", CODE)
    person = None
    if ownership == "enrolled-personal":
        person = uuid4()
        await realm.rows(
            "INSERT INTO directory_people (id, organisation_id, user_name, locale, created_at, changed_at)"
            " VALUES ($1, $2, $3, 'fr-CA', $4, $4)",
            *(person, organisation["id"], f"{code}@institution.example", now),
        )
    id = uuid4()
    await realm.rows(
        "INSERT INTO managed_devices (id, organisation_id, code, platform, enrolment, ownership, person_id,"
        " assurance, ledger_key, created_at, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 'self-declared', $8, $9, $9)",
        *(id, organisation["id"], code, platform, enrolment, ownership, person, id.bytes * 2, now),
    )
    return Listed(id, code)


async def invite(institution: Institution, device: Listed) -> str:
    """A code for it."""
    return (await institution.do("device-admin", "POST", f"/devices/{device.id}/code"))["code"]
