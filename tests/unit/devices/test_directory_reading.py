"""SCIM as plain data: what a directory says becomes people, groups and devices, and is said back."""

import string
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices.directory import resources
from reelm.devices.directory.members import split_patch
from reelm.devices.directory.reading import (
    apply_patch,
    dump,
    read_device,
    read_group,
    read_person,
    read_resource,
    show,
    with_defaults,
)
from reelm.devices.directory.resources import DEVICE, MANAGEMENT, RESOURCES, User
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership
from reelm.devices.roll.errors import DirectoryRefused
from reelm.devices.roll.model import (
    Entry,
    Group,
    ManagedDevice,
    Person,
)

URL = "https://reelm.test/scim/v2/institution"
AT = datetime(2026, 3, 1, tzinfo=UTC)
ID, OTHER = UUID(int=1), UUID(int=2)
USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ANA = Person("ana@institution.example", "Ana", "ana@institution.example", "fr-CA", "4711")


def person(**told: Any) -> Person:
    whole = {"schemas": [USER], "userName": "ana"} | told
    return read_person(read_resource(User, with_defaults(whole)))


def patched(*operations: dict[str, Any], of: Person = ANA) -> Person:
    body = {"schemas": [PATCH], "Operations": list(operations)}
    resource = show(Entry(ID, of, AT, AT), URL)
    assert isinstance(resource, User)
    return read_person(apply_patch(resource, body))


def refused(scim_type: str) -> Any:
    return pytest.raises(DirectoryRefused, check=lambda one: one.scim_type == scim_type)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Person("ana")),
        ({"userName": " Ana "}, Person("Ana")),
        ({"active": "False"}, Person("ana", active=False)),
        ({"Active": False}, Person("ana", active=False)),
        ({"active": None}, Person("ana")),
        ({"active": "true"}, Person("ana")),
        ({"preferredLanguage": "fr-ca"}, Person("ana", locale="fr-CA")),
        ({"locale": "en_US"}, Person("ana", locale="en-US")),
        ({"locale": "de-CH-1996"}, Person("ana", locale="de-CH-1996")),
        ({"locale": "en_US", "preferredLanguage": "sr-latn-rs"}, Person("ana", locale="sr-Latn-RS")),
        ({"emails": [{"value": "a@b.local"}]}, Person("ana", email="a@b.local")),
        (
            {"emails": [{"value": "h@b.ca", "type": "home", "primary": True}, {"value": "w@b.ca", "type": "work"}]},
            Person("ana", email="w@b.ca"),
        ),
        ({"emails": [{"value": "1@b.ca"}, {"value": "2@b.ca", "primary": True}]}, Person("ana", email="2@b.ca")),
        ({"name": {"givenName": "Ana"}, "title": "Dr", ENTERPRISE: {"department": "X"}}, Person("ana")),
        ({"schemas": [USER, ENTERPRISE], "password": "secret"}, Person("ana")),
    ],
)
def test_what_a_directory_says_of_somebody(told: dict[str, Any], expected: Person) -> None:
    assert person(**told) == expected


@pytest.mark.parametrize(
    ("told", "scim_type"),
    [
        ({"userName": ""}, "invalidValue"),
        ({"userName": "a\x00b"}, "invalidValue"),
        ({"userName": "a" * 301}, "invalidValue"),
        ({"userName": None}, "invalidValue"),
        ({"preferredLanguage": "en-US,en;q=0.8"}, "invalidValue"),
        ({"preferredLanguage": "english please"}, "invalidValue"),
        ({"emails": [{"value": "nobody"}]}, "invalidValue"),
        ({"active": "perhaps"}, "invalidValue"),
        ({"schemas": [GROUP]}, "invalidSyntax"),
    ],
)
def test_what_is_refused_of_somebody(told: dict[str, Any], scim_type: str) -> None:
    with refused(scim_type):
        person(**told)


@pytest.mark.parametrize("body", [None, 3, [], "x", {}, {"schemas": []}])
def test_what_is_no_resource_is_refused(body: object) -> None:
    with pytest.raises(DirectoryRefused):
        read_resource(User, with_defaults(body))


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "Replace", "path": "active", "value": "False"}], {"active": False}),
        ([{"op": "replace", "value": {"active": False, "displayName": "A"}}], {"active": False, "display_name": "A"}),
        ([{"op": "Add", "path": 'emails[type eq "work"].value', "value": "n@b.ca"}], {"email": "n@b.ca"}),
        ([{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "n@b.ca"}], {"email": "n@b.ca"}),
        ([{"op": "Remove", "path": 'emails[type eq "work"].value'}], {"email": None}),
        ([{"op": "remove", "path": "emails"}], {"email": None}),
        ([{"op": "remove", "path": "preferredLanguage"}], {"locale": "und"}),
        ([{"op": "replace", "path": f"{USER}:userName", "value": "eve"}], {"user_name": "eve"}),
        ([{"op": "replace", "path": "externalId", "value": None}], {"external_id": None}),
        ([{"op": "Add", "path": f"{ENTERPRISE}:department", "value": "X"}], {}),
        ([{"op": "Add", "path": "name.givenName", "value": "Anna"}], {}),
    ],
)
def test_a_patch_as_identity_providers_send_it(operations: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    after = patched(*operations)
    assert {name: getattr(after, name) for name in expected} == expected
    assert {name: one for name, one in vars(after).items() if name not in expected} == {
        name: one for name, one in vars(ANA).items() if name not in expected
    }


def test_an_address_that_is_not_there_yet_is_made_by_its_type() -> None:
    operation = {"op": "Add", "path": 'emails[type eq "work"].value', "value": "n@b.ca"}
    assert patched(operation, of=Person("ana")) == Person("ana", email="n@b.ca")


@pytest.mark.parametrize(
    ("operations", "scim_type"),
    [
        ([], "invalidValue"),
        ([{"op": "remove"}], "noTarget"),
        ([{"op": "remove", "path": "userName"}], "mutability"),
        ([{"op": "replace", "path": "id", "value": "x"}], "mutability"),
        ([{"op": "move", "path": "active", "value": True}], "invalidValue"),
        ([{"op": "replace", "path": "emails[type eq", "value": "x"}], "invalidPath"),
        ([{"op": "replace", "path": "userName", "value": ""}], "invalidValue"),
        ([{"op": "replace", "path": "active", "value": True}] * 1001, "tooMany"),
    ],
)
def test_a_patch_that_is_refused(operations: list[dict[str, Any]], scim_type: str) -> None:
    with refused(scim_type):
        patched(*operations)


def test_a_group_has_the_code_that_its_first_name_comes_to() -> None:
    made = read_group(read_resource(resources.Group, {"schemas": [GROUP], "displayName": "Équipe (2)"}))
    assert made == Group("equipe-2", "Équipe (2)")
    renamed = read_group(read_resource(resources.Group, {"schemas": [GROUP], "displayName": "Bureau"}), made)
    assert renamed == Group("equipe-2", "Bureau")


@pytest.mark.parametrize("name", ["Everybody", "EVERYBODY!", "開発部", "—"])
def test_a_name_that_makes_no_code_is_refused(name: str) -> None:
    with refused("invalidValue"):
        read_group(read_resource(resources.Group, {"schemas": [GROUP], "displayName": name}))


def device(**told: Any) -> dict[str, Any]:
    management = {"platform": "ios", "enrolment": "user", "ownership": "enrolled-personal"} | told.pop("managed", {})
    return {"schemas": [DEVICE, MANAGEMENT], "active": True, MANAGEMENT: management, **told}


def read(body: object) -> ManagedDevice:
    found = read_resource(RESOURCES["Devices"], body)
    assert isinstance(found, resources.Device)
    return read_device(ID, found)


def test_what_a_directory_says_of_a_device_and_is_told_back() -> None:
    managed = {"person": {"value": str(OTHER)}, "addresses": ["2001:DB8::0:10", "192.0.2.1"]}
    told = read(device(displayName="Ana’s iPhone", externalId="7", managed=managed))
    assert told == ManagedDevice(
        code="ana-s-iphone",
        platform=Platform.IOS,
        enrolment=Enrolment.USER,
        ownership=Ownership.PERSONAL,
        person_id=OTHER,
        addresses=("2001:db8::10", "192.0.2.1"),
        external_id="7",
    )
    shown = dump(show(Entry(ID, told, AT, AT), URL))
    assert shown == {
        "schemas": [DEVICE, MANAGEMENT],
        "id": str(ID),
        "externalId": "7",
        "displayName": "ana-s-iphone",
        "active": True,
        MANAGEMENT: {
            "platform": "ios",
            "enrolment": "user",
            "ownership": "enrolled-personal",
            "person": {"value": str(OTHER), "$ref": f"{URL}/Users/{OTHER}"},
            "addresses": ["2001:db8::10", "192.0.2.1"],
        },
        "meta": {
            "resourceType": "Device",
            "created": "2026-03-01T00:00:00Z",
            "lastModified": "2026-03-01T00:00:00Z",
            "location": f"{URL}/Devices/{ID}",
            "version": shown["meta"]["version"],
        },
    }


def test_a_device_without_a_name_has_its_id_for_a_code_and_shows_none() -> None:
    told = read(device())
    assert told.code == str(ID)
    assert "displayName" not in dump(show(Entry(ID, told, AT, AT), URL))


def test_keys_of_a_device_are_neither_taken_nor_told() -> None:
    keys = {"publicKey": "AAAA", "thumbprint": "BBBB", "ledgerKey": "CCCC"}
    told = read(device(managed=keys, **keys))
    shown = dump(show(Entry(ID, told, AT, AT), URL))
    assert keys.keys().isdisjoint(shown.keys() | shown[MANAGEMENT].keys())
    named = {one["name"].lower() for schema in resources.list_schemas(URL)[:4] for one in schema["attributes"]}
    assert not any("key" in name or "thumbprint" in name for name in named)


@pytest.mark.parametrize(
    "body",
    [
        device(managed={"platform": "plan9"}),
        device(managed={"enrolment": None}),
        device(managed={"person": {"value": "ana"}}),
        device(managed={"addresses": ["192.0.2.0/24"]}),
        device(managed={"addresses": [f"192.0.2.{n}" for n in range(101)]}),
        device(displayName="—"),
        {"schemas": [DEVICE], "active": True},
    ],
)
def test_a_device_that_is_refused(body: dict[str, Any]) -> None:
    with refused("invalidValue"):
        read(body)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["userName", "emails", "active", "members", "id", "meta", "schemas", "externalId", MANAGEMENT]
)
PATHS = (
    NAMES
    | st.text(string.printable, max_size=20)
    | st.sampled_from(['emails[type eq "work"].value', "members[x pr]"])
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Remove", "replace"]) | ANYTHING},
    optional={"path": PATHS | ANYTHING, "value": ANYTHING | st.dictionaries(NAMES, ANYTHING, max_size=3)},
)


@given(st.lists(OPERATIONS | ANYTHING, max_size=3))
def test_a_patch_of_nonsense_changes_something_or_is_refused(operations: list[Any]) -> None:
    body = {"schemas": [PATCH], "Operations": operations}
    entries = [
        Entry(ID, ANA, AT, AT),
        Entry(ID, Group("a", "A"), AT, AT),
        Entry(ID, ManagedDevice("a", Platform.IOS, Enrolment.USER, Ownership.PERSONAL), AT, AT),
    ]
    for entry in entries:
        with suppress(DirectoryRefused):
            rest, _ = split_patch(body)
            before = show(entry, URL)
            assert isinstance(apply_patch(before, rest), type(before))


@given(st.dictionaries(NAMES | st.text(max_size=8), ANYTHING, max_size=5))
def test_a_resource_of_nonsense_is_read_or_refused(body: dict[str, Any]) -> None:
    for model in RESOURCES.values():
        with suppress(DirectoryRefused):
            assert isinstance(read_resource(model, with_defaults(body)), model)
