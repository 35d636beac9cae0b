"""A list of devices is put into the directory at once: it makes and changes, and takes nothing away."""

from typing import Any

import pytest
from tests.integration.devices.directories import MANAGEMENT, Provider, open_directory
from tests.integration.world import Realm

from reelm import devices

HEAD = "code,platform,enrolment,ownership,person,groups,addresses,has_app,seen_at"


async def import_(provider: Provider, *lines: str, head: str = HEAD) -> devices.Imported:
    realm, at = provider.realm, provider.realm.clock.now()
    listed = devices.read_inventory("\n".join((head, *lines)).encode(), at)
    async with realm.cell.database.write() as unit:
        return await devices.import_inventory(unit, provider.organisation, listed, at=at)


def counts(of: devices.Imported) -> tuple[int, int, int]:
    return of.made, of.changed, of.unchanged


async def listed(provider: Provider) -> dict[str, Any]:
    return {one["displayName"]: one for one in (await provider.get("/Devices"))["Resources"]}


async def members(provider: Provider, group: dict[str, Any]) -> set[str]:
    found = await provider.get(f"/Groups/{group['id']}")
    return {one["value"] for one in found.get("members", [])}


async def test_a_list_makes_devices_changes_those_that_differ_and_leaves_the_others(realm: Realm) -> None:
    provider = await open_directory(realm)
    ana = await provider.person("Ana")
    board, staff = await provider.group("Board"), await provider.group("IT")
    lines = [
        "phone,ios,user,enrolled-personal,ANA,board;it,192.0.2.1,yes,2026-01-02",
        "mac,macos,device,corporate,,board,,no,2026-01-03",
        "pc,windows,agent,corporate,,,,,",
    ]
    first = await import_(provider, *lines)
    assert counts(first) == (3, 0, 0)
    made = await listed(provider)
    assert made["phone"][MANAGEMENT]["person"]["value"] == ana["id"]
    assert made["phone"][MANAGEMENT]["addresses"] == ["192.0.2.1"]
    assert await members(provider, board) == {made["phone"]["id"], made["mac"]["id"]}
    assert [(str(one.device), one.has_app) for one in first.sightings] == [
        (made["phone"]["id"], True),
        (made["mac"]["id"], False),
    ]
    assert counts(await import_(provider, *lines)) == (0, 0, 3)
    before = await provider.get(f"/Groups/{staff['id']}")
    again = [lines[0].replace("board;it", "board"), lines[1].replace("device", "supervised")]
    assert counts(await import_(provider, *again)) == (0, 2, 0)
    after = await listed(provider)
    assert after.keys() == made.keys()
    assert after["mac"][MANAGEMENT]["enrolment"] == "supervised"
    assert after["pc"] == made["pc"]
    assert await members(provider, staff) == set()
    assert (await provider.get(f"/Groups/{staff['id']}"))["meta"]["version"] != before["meta"]["version"]


async def test_what_has_no_column_stays_and_so_does_what_only_the_directory_says(realm: Realm) -> None:
    provider = await open_directory(realm)
    ana = await provider.person("ana")
    phone = await provider.device("phone", person={"value": ana["id"]}, addresses=["192.0.2.1"])
    board = await provider.group("Board", phone["id"])
    off = {"op": "replace", "value": {"active": False, "externalId": "7"}}
    phone = (await provider.patch(f"/Devices/{phone['id']}", off)).json()
    head = "code,platform,enrolment,ownership"
    assert counts(await import_(provider, "phone,ios,supervised,corporate", head=head)) == (0, 0, 1)
    assert (await listed(provider))["phone"] == phone
    assert await members(provider, board) == {phone["id"]}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("mac,macos,device,corporate,nobody,,,,", "person is nobody"),
        ("mac,macos,device,corporate,eve,,,,", "person is nobody"),
        ("mac,macos,device,corporate,,board;theirs,,,", "no group theirs"),
    ],
)
async def test_who_is_not_in_the_directory_refuses_the_whole_list(realm: Realm, line: str, fault: str) -> None:
    provider, other = await open_directory(realm), await open_directory(realm, "elsewhere")
    await provider.group("Board")
    await other.person("eve")
    await other.group("Theirs")
    with pytest.raises(devices.InventoryMalformed) as refused:
        await import_(provider, "pc,windows,agent,corporate,,board,,,", line)
    assert (refused.value.line, fault in refused.value.fault) == (3, True)
    assert await listed(provider) == {}


async def test_a_device_of_another_organisation_with_the_same_code_is_another_device(realm: Realm) -> None:
    provider, other = await open_directory(realm), await open_directory(realm, "elsewhere")
    theirs = await other.device("pc")
    assert counts(await import_(provider, "pc,windows,agent,corporate,,,,,")) == (1, 0, 0)
    assert await other.get(f"/Devices/{theirs['id']}") == theirs
