"""Whatever is sent to a directory is done, or refused in the words of SCIM: nothing breaks it."""

import asyncio
import string
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.devices.directories import GROUP, MANAGEMENT, PATCH, USER, managed, open_directory
from tests.integration.world import Realm

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["userName", "displayName", "emails", "active", "members", "id", "meta", "schemas"])
RESOURCES = st.sampled_from(
    [{"schemas": [USER], "userName": "eve"}, {"schemas": [GROUP], "displayName": "Board"}, managed("phone"), {}]
)
MORE = st.dictionaries(NAMES, ANYTHING, max_size=2)
PICKED = st.sampled_from(['emails[type eq "work"].value', "members[x pr]", f"{MANAGEMENT}:person", "members.value"])
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Remove", "replace"])},
    optional={"path": NAMES | PICKED | st.text(string.printable, max_size=12), "value": ANYTHING},
)
PATCHES = st.fixed_dictionaries({"schemas": st.just([PATCH]), "Operations": st.lists(OPERATION, max_size=3)})
FILTERS = st.tuples(
    st.sampled_from(["userName", "id", "active", "meta.created", "members", "emails", f"{MANAGEMENT}:platform"]),
    st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and"]),
    st.sampled_from(["null", "true", "7", '"ios"', '"%"', r'"\u0000"', r'"\ud800"', '"2026-01-01T00:00:00Z"', ""]),
).map(" ".join)
PARAMETERS = st.dictionaries(
    st.sampled_from(["filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes"]),
    FILTERS | NAMES | st.integers().map(str) | st.text(max_size=12),
    max_size=3,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RESOURCES, ANYTHING | MORE, PATCHES, PARAMETERS, st.binary(max_size=20))
async def test_nothing_that_is_sent_breaks_a_directory(
    realm: Realm, resource: dict[str, Any], more: Any, patch: dict[str, Any], parameters: dict[str, str], raw: bytes
) -> None:
    provider = await open_directory(realm, f"o{len(await realm.rows('SELECT 1 FROM organisations'))}")
    entries = {
        "Users": await provider.person("ana"),
        "Groups": await provider.group("Staff"),
        "Devices": await provider.device("tablet"),
    }
    body = orjson.dumps({**resource, **more} if isinstance(more, dict) else more)
    client = realm.client(provider.token)
    for endpoint, entry in entries.items():
        whole, one = f"{provider.url}/{endpoint}", f"{provider.url}/{endpoint}/{entry['id']}"
        answers = [
            await client.get(whole, params=parameters),
            await client.get(one, params=parameters),
            await client.post(whole, content=body),
            await client.post(whole, content=raw),
            await client.patch(one, content=orjson.dumps(patch), params=parameters),
            await client.patch(one, content=body),
            await client.put(one, content=body),
            await client.get(one),
        ]
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) <= {200, 201, 204, 400, 409}, [answer.text for answer in answers]
        assert statuses[-1] == 200


async def test_of_two_who_want_the_same_name_one_gets_it(realm: Realm) -> None:
    provider = await open_directory(realm)
    wanted = [("/Users", {"schemas": [USER], "userName": name}) for name in ("ana", "ANA", "Ana", "aNa")] + [
        ("/Groups", {"schemas": [GROUP], "displayName": name}) for name in ("Board", "board", "BOARD", "Board!")
    ]
    answers = await asyncio.gather(*(provider.call("POST", path, body) for path, body in wanted))
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses[:4]) == sorted(statuses[4:]) == [201, 409, 409, 409]


async def test_members_that_are_added_at_once_are_all_there(realm: Realm) -> None:
    provider = await open_directory(realm)
    people = [await provider.person(f"p{n}") for n in range(8)]
    group = await provider.group("Staff")
    path = f"/Groups/{group['id']}"
    adds = [{"op": "add", "path": "members", "value": [{"value": one["id"]}]} for one in people]
    await asyncio.gather(*(provider.patch(path, add) for add in adds))
    assert {one["value"] for one in (await provider.get(path))["members"]} == {one["id"] for one in people}
