"""SCIM as plain data: what a PATCH does to the members of a group, and what a filter asks of the store."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from reelm.devices.directory.members import split_patch, take_members
from reelm.devices.directory.queries import FIELDS, read_query
from reelm.devices.directory.resources import MANAGEMENT, RESOURCES
from reelm.devices.roll import store
from reelm.devices.roll.errors import DirectoryRefused
from reelm.devices.roll.model import (
    Compare,
    Every,
    Group,
    ManagedDevice,
    MembersChange,
    Not,
    Person,
    Present,
    Some,
    Where,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
ID = UUID(int=1)
USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def refused(scim_type: str) -> Any:
    return pytest.raises(DirectoryRefused, check=lambda one: one.scim_type == scim_type)


def ids(*numbers: int) -> frozenset[UUID]:
    return frozenset(UUID(int=number) for number in numbers)


def members(*numbers: int) -> list[dict[str, str]]:
    return [{"value": str(UUID(int=number))} for number in numbers]


def picked(*numbers: int) -> str:
    return "members[" + " or ".join(f'value eq "{UUID(int=number)}"' for number in numbers) + "]"


CHANGES: list[tuple[list[dict[str, Any]], MembersChange]] = [
    ([{"op": "Add", "path": "members", "value": members(1, 2)}], MembersChange(added=ids(1, 2))),
    ([{"op": "add", "value": {"members": members(1)}}], MembersChange(added=ids(1))),
    ([{"op": "add", "path": f"{GROUP}:members", "value": members(1)[0]}], MembersChange(added=ids(1))),
    ([{"op": "Remove", "path": "members", "value": members(1)}], MembersChange(removed=ids(1))),
    ([{"op": "remove", "path": picked(1)}], MembersChange(removed=ids(1))),
    ([{"op": "remove", "path": picked(1, 2)}], MembersChange(removed=ids(1, 2))),
    ([{"op": "remove", "path": "members"}], MembersChange(is_cleared=True)),
    ([{"op": "replace", "path": "members", "value": members(3)}], MembersChange(True, ids(3))),
    ([{"op": "replace", "path": "members", "value": []}], MembersChange(True)),
    ([{"OP": "Add", "Path": "Members", "Value": members(1)}], MembersChange(added=ids(1))),
    (
        [{"op": "add", "path": "members", "value": members(1, 2)}, {"op": "remove", "path": picked(2)}],
        MembersChange(added=ids(1), removed=ids(2)),
    ),
    (
        [{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": members(1)}],
        MembersChange(True, ids(1)),
    ),
]


@pytest.mark.parametrize(("operations", "expected"), CHANGES)
def test_what_a_patch_does_to_members(operations: list[dict[str, Any]], expected: MembersChange) -> None:
    assert split_patch({"schemas": [PATCH], "Operations": operations}) == (None, expected)


def test_a_patch_of_a_group_keeps_what_is_about_something_else() -> None:
    other = {"op": "replace", "path": "displayName", "value": "Bureau"}
    mixed = {"op": "replace", "value": {"externalId": "7", "members": members(1)}}
    rest, change = split_patch({"schemas": [PATCH], "operations": [other, mixed]})
    assert change == MembersChange(True, ids(1))
    assert rest == {"schemas": [PATCH], "Operations": [other, {**mixed, "value": {"externalId": "7"}}]}


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "add", "path": "members", "value": [{"value": "ana"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"display": "Ana"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": 3}, "invalidValue"),
        ({"op": "add", "path": picked(1), "value": members(2)}, "mutability"),
        ({"op": "remove", "path": "members[value eq"}, "invalidPath"),
        ({"op": "remove", "path": "members.value"}, "invalidPath"),
        ({"op": "remove", "path": 'members[type eq "User"]'}, "invalidFilter"),
        ({"op": "remove", "path": 'members[not (value eq "x")]'}, "invalidFilter"),
        ({"op": "move", "path": "members", "value": members(2)}, "invalidValue"),
    ],
)
def test_what_is_refused_of_members(operation: dict[str, Any], scim_type: str) -> None:
    with refused(scim_type):
        split_patch({"schemas": [PATCH], "Operations": [operation]})


@pytest.mark.parametrize("name", ["members", "Members", f"{GROUP}:members"])
def test_a_whole_group_is_parted_from_its_members(name: str) -> None:
    body = {"schemas": [GROUP], "displayName": "Board", name: [*members(1, 2), *members(1)]}
    assert take_members(body) == ({"schemas": [GROUP], "displayName": "Board"}, ids(1, 2))
    assert take_members({"displayName": "Board", name: None}) == ({"displayName": "Board"}, ids())
    with refused("invalidValue"):
        take_members({name: [{"value": 7}]})


def where(kind: str, filter: str) -> Where | None:
    types = {"Users": Person, "Groups": Group, "Devices": ManagedDevice}
    return read_query(types[kind], RESOURCES[kind], {"filter": filter}).sought.where


@pytest.mark.parametrize(
    ("kind", "filter", "expected"),
    [
        ("Users", 'userName eq "Ana"', Compare("user_name", "eq", "Ana")),
        ("Users", f'{USER}:userName sw "a"', Compare("user_name", "sw", "a")),
        ("Users", 'externalId eq "7"', Compare("external_id", "eq", "7", is_exact=True)),
        ("Users", "active eq true", Compare("active", "eq", True)),
        ("Users", "emails pr", Present("emails.value")),
        ("Users", 'emails eq "a@b.ca"', Compare("emails.value", "eq", "a@b.ca")),
        (
            "Users",
            'emails[type eq "work" and value co "a@"]',
            Every(
                (
                    Present("emails.value"),
                    Every((Present("emails.value"), Compare("emails.value", "co", "a@"))),
                )
            ),
        ),
        ("Users", 'emails.type eq "home"', Some(())),
        ("Users", 'not (displayName eq "A")', Not(Compare("display_name", "eq", "A"))),
        (
            "Users",
            'userName eq "a" or meta.created gt "2026-03-01T01:00:00+01:00"',
            Some((Compare("user_name", "eq", "a"), Compare("meta.created", "gt", AT))),
        ),
        ("Groups", f'members eq "{ID}"', Compare("members.value", "eq", str(ID), is_exact=True)),
        (
            "Groups",
            f'displayName eq "A" and members[value eq "{ID}"]',
            Every(
                (
                    Compare("display_name", "eq", "A"),
                    Every((Present("members.value"), Compare("members.value", "eq", str(ID), is_exact=True))),
                )
            ),
        ),
        ("Devices", f'{MANAGEMENT}:platform eq "ios"', Compare("platform", "eq", "ios")),
        ("Devices", f'{MANAGEMENT}:person.value eq "{ID}"', Compare("person.value", "eq", str(ID), is_exact=True)),
    ],
)
def test_a_filter_becomes_a_question(kind: str, filter: str, expected: Where) -> None:
    assert where(kind, filter) == expected


@pytest.mark.parametrize(
    ("kind", "filter"),
    [
        ("Users", "userName"),
        ("Users", 'name.familyName eq "x"'),
        ("Users", 'password eq "x"'),
        ("Users", "userName eq 3"),
        ("Users", "active gt true"),
        ("Users", 'meta.created sw "2026"'),
        ("Users", 'meta.resourceType eq "User"'),
        ("Users", r'userName eq "\u0000"'),
        ("Users", r'userName eq "\ud800"'),
        ("Users", 'meta.created gt "0001-01-01T00:00:00+14:00"'),
        ("Users", "not (" * 200 + "userName pr" + ")" * 200),
        ("Users", 'userName eq "' + "a" * 2000 + '"'),
        ("Groups", 'members.type eq "User"'),
        ("Groups", f'members[not (value eq "{ID}")]'),
        ("Groups", f'members ne "{ID}"'),
        ("Devices", f'{MANAGEMENT}:addresses eq "192.0.2.1"'),
        ("Devices", 'thumbprint eq "x"'),
    ],
)
def test_a_filter_that_is_refused(kind: str, filter: str) -> None:
    with refused("invalidFilter"):
        where(kind, filter)


def test_a_page_is_never_longer_than_is_said_and_never_begins_before_the_first() -> None:
    told = {"startIndex": "-7", "count": "100000", "sortBy": "emails", "sortOrder": "descending", "COUNT": "5000"}
    sought = read_query(Person, RESOURCES["Users"], told).sought
    assert (sought.start, sought.count, sought.sort_by, sought.descending) == (0, 200, "emails.value", True)
    assert read_query(Person, RESOURCES["Users"], {"startIndex": "9" * 30}).sought.start < 2**31


@pytest.mark.parametrize(
    "told", [{"sortBy": "members"}, {"sortBy": "name"}, {"count": "many"}, {"sortBy": "emails["}]
)
def test_a_page_that_is_refused(told: dict[str, str]) -> None:
    with pytest.raises(DirectoryRefused):
        read_query(Group, RESOURCES["Groups"], told)


def test_the_store_finds_by_all_that_a_filter_may_name_and_nothing_else() -> None:
    assert {kind: frozenset(fields) for kind, fields in store.FIELDS.items()} == {
        kind: fields - {"members.value"} for kind, fields in FIELDS.items()
    }
