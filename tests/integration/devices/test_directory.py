"""An organisation's identity provider keeps its people, groups and devices here, and reaches nobody else's."""

from datetime import timedelta

import pytest
from tests.integration.devices.directories import (
    DEVICE,
    GROUP,
    MANAGEMENT,
    PATCH,
    USER,
    Provider,
    managed,
    open_directory,
)
from tests.integration.world import Realm

NOBODY_KNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def provider(realm: Realm) -> Provider:
    return await open_directory(realm)


async def names(provider: Provider, path: str, filter: str, **more: str) -> list[str]:
    told = {"filter": filter, **more}
    answer = await provider.realm.client(provider.token).get(provider.url + path, params=told)
    assert answer.status_code == 200, answer.text
    return [one.get("userName") or one["displayName"] for one in answer.json()["Resources"]]


async def test_somebody_is_made_found_changed_and_gone(provider: Provider, realm: Realm) -> None:
    emails = [{"primary": True, "value": "ana@institution.example", "type": "work"}]
    made = await provider.person("Ana@institution.example", displayName="Ana", externalId="7", emails=emails)
    path = f"/Users/{made['id']}"
    assert made["meta"]["location"] == f"{realm.settings.public_url}/scim/v2/institution{path}"
    assert await provider.get(path) == made
    realm.clock.advance(timedelta(minutes=1))
    changed = await provider.patch(path, {"op": "Replace", "path": "active", "value": "False"})
    assert changed.status_code == 200
    assert changed.json()["active"] is False
    assert changed.json()["meta"]["created"] == made["meta"]["created"] != changed.json()["meta"]["lastModified"]
    assert (await provider.call("DELETE", path)).status_code == 204
    assert (await provider.call("GET", path)).status_code == 404
    assert await realm.rows("SELECT * FROM directory_people") == []


async def test_a_user_name_is_unique_however_it_is_written(provider: Provider, realm: Realm) -> None:
    await provider.person("ANA@institution.example")
    eve = await provider.person("eve")
    again = await provider.call("POST", "/Users", {"schemas": [USER], "userName": "ana@INSTITUTION.example"})
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    renamed = await provider.patch(
        f"/Users/{eve['id']}", {"op": "replace", "path": "userName", "value": "aNa@institution.example"}
    )
    assert renamed.status_code == 409
    other = await open_directory(realm, "elsewhere")
    await other.person("ana@institution.example")


async def test_people_are_found_as_a_filter_says(provider: Provider) -> None:
    mail = [{"value": "Ana@b.ca", "type": "work"}]
    await provider.person("Ana", displayName="Ana B", emails=mail, externalId="X1", preferredLanguage="fr-CA")
    await provider.person("ben", displayName="Ben", externalId="x1", active=False)
    found = {
        'userName eq "ANA"': ["Ana"],
        'externalId eq "x1"': ["ben"],
        'externalId eq "X1"': ["Ana"],
        "active eq false": ["ben"],
        "emails pr": ["Ana"],
        'emails[type eq "work" and value eq "ana@B.ca"]': ["Ana"],
        'not (emails.value co "ana")': ["ben"],
        'displayName sw "a" and not (active eq false)': ["Ana"],
        'displayName ew "n"': ["ben"],
        'preferredLanguage eq "FR-ca"': ["Ana"],
        'preferredLanguage ne "fr-CA"': ["ben"],
        "preferredLanguage eq null": ["ben"],
        'userName gt "b"': ["ben"],
        'userName co "%"': [],
        'userName eq "\' OR 1=1 --"': [],
        'id eq "no id"': [],
        'emails.type eq "home"': [],
        'meta.created gt "2001-01-01T00:00:00Z"': ["Ana", "ben"],
        'meta.lastModified lt "2001-01-01T00:00:00"': [],
        'userName eq "ana" or userName eq "ben"': ["Ana", "ben"],
    }
    assert {filter: await names(provider, "/Users", filter) for filter in found} == found


async def test_a_list_is_sorted_and_paged(provider: Provider) -> None:
    for name in ("b", "C", "a"):
        await provider.person(name, displayName="x" if name == "a" else None)
    up = {"sortBy": "userName"}
    assert await names(provider, "/Users", "id pr", **up) == ["a", "b", "C"]
    assert await names(provider, "/Users", "id pr", **up, sortOrder="descending") == ["C", "b", "a"]
    assert await names(provider, "/Users", "id pr", sortBy="displayName", count="1") == ["a"]
    page = await provider.get("/Users?sortBy=userName&startIndex=2&count=1")
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert [one["userName"] for one in page["Resources"]] == ["b"]
    assert (await provider.get("/Users?count=0"))["Resources"] == []


async def test_only_the_attributes_that_are_asked_for_are_told(provider: Provider) -> None:
    ana = await provider.person("ana", displayName="Ana")
    group = await provider.group("Board", ana["id"])
    assert set(await provider.get(f"/Users/{ana['id']}?attributes=userName")) == {"schemas", "id", "userName"}
    assert "displayName" not in await provider.get(f"/Users/{ana['id']}?excludedAttributes=displayName")
    assert "members" not in await provider.get(f"/Groups/{group['id']}?excludedAttributes=members")
    found = await provider.get("/Groups?attributes=members.value")
    assert found["Resources"][0]["members"] == [{"value": ana["id"]}]


async def test_members_come_and_go_one_by_one(provider: Provider, realm: Realm) -> None:
    ana, ben = await provider.person("ana"), await provider.person("ben")
    phone = await provider.device("phone")
    group = await provider.group("Board", ana["id"])
    path = f"/Groups/{group['id']}"
    added = [{"value": ben["id"]}, {"value": phone["id"]}]
    answer = await provider.patch(path, {"op": "Add", "path": "members", "value": added})
    assert (answer.status_code, answer.content) == (204, b"")
    after = await provider.get(path)
    assert {one["value"]: one["type"] for one in after["members"]} == {
        ana["id"]: "User",
        ben["id"]: "User",
        phone["id"]: "Device",
    }
    assert after["meta"]["version"] != group["meta"]["version"]
    await provider.patch(path, {"op": "Remove", "path": "members", "value": [{"value": ana["id"]}]})
    await provider.patch(path, {"op": "remove", "path": f'members[value eq "{ben["id"]}"]'})
    assert [one["value"] for one in (await provider.get(path))["members"]] == [phone["id"]]
    assert await names(provider, "/Groups", f'members[value eq "{phone["id"]}"]') == ["Board"]
    assert await names(provider, "/Groups", f'members eq "{ana["id"]}"') == []
    put = {"schemas": [GROUP], "displayName": "Board", "members": [{"value": ana["id"]}]}
    assert (await provider.call("PUT", path, put)).json()["members"][0]["value"] == ana["id"]
    cleared = await provider.patch(path, {"op": "replace", "path": "members", "value": []})
    assert cleared.status_code == 204
    assert "members" not in await provider.get(path)
    asked = await provider.patch(f"{path}?attributes=displayName", {"op": "add", "path": "members", "value": added})
    assert asked.json()["displayName"] == "Board"


async def test_a_patch_is_done_whole_or_not_at_all(provider: Provider) -> None:
    ana = await provider.person("ana")
    group = await provider.group("Board")
    path = f"/Groups/{group['id']}"
    rename = {"op": "replace", "path": "displayName", "value": "Bureau"}
    for bad in (
        {"op": "add", "path": "members", "value": [{"value": NOBODY_KNOWN}]},
        {"op": "replace", "path": "displayName", "value": ""},
    ):
        add = {"op": "add", "path": "members", "value": [{"value": ana["id"]}]}
        assert (await provider.patch(path, rename, add, bad)).status_code == 400
    assert await provider.get(path) == group


async def test_a_group_keeps_its_code_and_no_two_have_the_same(provider: Provider, realm: Realm) -> None:
    made = await provider.group("Conseil d’administration")
    again = {"schemas": [GROUP], "displayName": "CONSEIL D'Administration"}
    assert (await provider.call("POST", "/Groups", again)).json()["scimType"] == "uniqueness"
    await provider.patch(f"/Groups/{made['id']}", {"op": "replace", "path": "displayName", "value": "Board"})
    rows = await realm.rows("SELECT code, display_name FROM directory_groups")
    assert [(row["code"], row["display_name"]) for row in rows] == [("conseil-d-administration", "Board")]


async def test_a_device_is_somebodys_and_goes_with_them(provider: Provider, realm: Realm) -> None:
    ana = await provider.person("ana")
    made = await provider.device("Phone 1", person={"value": ana["id"]}, addresses=["192.0.2.1"])
    assert made[MANAGEMENT]["person"] == {"value": ana["id"], "$ref": ana["meta"]["location"]}
    assert made["displayName"] == "phone-1"
    assert await names(provider, "/Devices", f'{MANAGEMENT}:person.value eq "{ana["id"]}"') == ["phone-1"]
    row = (await realm.rows("SELECT assurance, ledger_key, public_key FROM managed_devices"))[0]
    assert (row["assurance"], len(row["ledger_key"]), row["public_key"]) == ("self-declared", 32, None)
    path = f"/Devices/{made['id']}"
    managed_now = {"op": "replace", "path": f"{MANAGEMENT}:enrolment", "value": "user"}
    assert (await provider.patch(path, managed_now)).json()[MANAGEMENT]["enrolment"] == "user"
    assert (await provider.patch(path, {"op": "replace", "path": "active", "value": False})).json()["active"] is False
    put = await provider.call("PUT", path, {**managed("phone-1"), "active": None})
    assert put.status_code == 200, put.text
    again = await provider.call("POST", "/Devices", managed("PHONE 1"))
    assert again.status_code == 409
    await provider.device("tablet", person={"value": ana["id"]})
    await provider.call("DELETE", f"/Users/{ana['id']}")
    assert await names(provider, "/Devices", "id pr") == ["phone-1"]


async def test_a_device_is_nobodys_of_another_organisation(provider: Provider, realm: Realm) -> None:
    other = await open_directory(realm, "elsewhere")
    ana = await other.person("ana")
    stranger = await provider.call("POST", "/Devices", managed("phone", person={"value": ana["id"]}))
    assert (stranger.status_code, stranger.json()["scimType"]) == (400, "invalidValue")
    group = {"schemas": [GROUP], "displayName": "Board", "members": [{"value": ana["id"]}]}
    assert (await provider.call("POST", "/Groups", group)).status_code == 400
    assert await names(provider, "/Groups", "id pr") == []


async def test_nothing_of_another_organisation_is_seen_or_changed(provider: Provider, realm: Realm) -> None:
    other = await open_directory(realm, "elsewhere")
    theirs = {
        "/Users": await other.person("ana"),
        "/Groups": await other.group("Board"),
        "/Devices": await other.device("phone"),
    }
    whole = {
        "/Users": {"schemas": [USER], "userName": "eve"},
        "/Groups": {"schemas": [GROUP], "displayName": "x"},
        "/Devices": managed("x"),
    }
    for path, one in theirs.items():
        assert await names(provider, path, "id pr") == []
        mine = f"{path}/{one['id']}"
        for method, body in (
            ("GET", None),
            ("DELETE", None),
            ("PUT", whole[path]),
            ("PATCH", {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "externalId", "value": "x"}]}),
        ):
            assert (await provider.call(method, mine, body)).status_code == 404
        stolen = Provider(realm, other.organisation, other.code, provider.token)
        assert (await stolen.call("GET", path)).status_code == 404
        assert await other.get(mine) == one


async def test_a_version_that_is_known_is_not_sent_and_one_that_has_passed_is_not_changed(provider: Provider) -> None:
    ana = await provider.person("ana")
    path, version = f"/Users/{ana['id']}", ana["meta"]["version"]
    assert (await provider.call("GET", path, **{"If-None-Match": version})).status_code == 304
    rename = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "Ana"}]}
    changed = await provider.call("PATCH", path, rename, **{"If-Match": version})
    assert changed.status_code == 200
    assert changed.headers["etag"] == changed.json()["meta"]["version"] != version
    same = await provider.call("PATCH", path, rename, **{"If-Match": "*"})
    assert same.headers["etag"] == changed.headers["etag"], "nothing has changed"
    for method, body in (("PATCH", rename), ("PUT", {"schemas": [USER], "userName": "x"}), ("DELETE", None)):
        assert (await provider.call(method, path, body, **{"If-Match": version})).status_code == 412


async def test_putting_somebody_without_saying_so_does_not_wake_them(provider: Provider) -> None:
    ana = await provider.person("ana", active=False, displayName="Ana")
    put = await provider.call("PUT", f"/Users/{ana['id']}", {"schemas": [USER], "userName": "ana"})
    assert put.json()["active"] is False
    assert "displayName" not in put.json()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Cars", 404),
        ("GET", "/Users/none", 404),
        ("GET", f"/Users/{NOBODY_KNOWN}", 404),
        ("GET", "/Groups/a/b", 404),
        ("GET", "/Schemas/urn:x", 404),
        ("GET", "/ResourceTypes/Car", 404),
        ("GET", "/Users?filter=a", 400),
        ("GET", "/Users?attributes=userName&excludedAttributes=active", 400),
        ("POST", "/Cars", 400),
        ("POST", "/Schemas", 405),
        ("PUT", "/Users", 405),
        ("POST", "/Bulk", 501),
        ("POST", "/.search", 501),
        ("GET", "/Me", 501),
    ],
)
async def test_what_is_not_there_is_refused_in_the_words_of_scim(
    provider: Provider, method: str, path: str, status: int
) -> None:
    answer = await provider.call(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/scim+json"


async def test_what_is_too_large_is_refused_in_the_words_of_scim(provider: Provider) -> None:
    client = provider.realm.client(provider.token)
    answer = await client.post(f"{provider.url}/Users", content=b"[" * (2 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["status"]) == (413, "413")


async def test_what_is_nested_too_deep_is_refused(provider: Provider) -> None:
    client = provider.realm.client(provider.token)
    for depth in (500, 1000, 100_000):
        nested = "[" * depth + "]" * depth
        for body in (
            nested,
            f'{{"schemas":["{USER}"],"userName":"x","emails":{nested}}}',
            f'{{"schemas":["{USER}"],"userName":"{depth}","other":{nested}}}',
            f'{{"schemas":["{DEVICE}"],"{MANAGEMENT}":{nested}}}',
        ):
            answer = await client.post(f"{provider.url}/Users", content=body.encode())
            assert answer.status_code in (201, 400), answer.text


async def test_somebody_is_told_in_their_language_why_they_are_refused(provider: Provider) -> None:
    answer = await provider.call("GET", "/Users/none", **{"Accept-Language": "fr"})
    assert "annuaire" in answer.json()["detail"]
