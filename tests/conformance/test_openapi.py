"""The OpenAPI 3.1 document says what the API does: its shapes, its refusals, and nothing that isn't there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.web.test_who_may_ask_of_their_data import RIGHTS_TABLE
from tests.integration.web.test_who_may_do_what import ENDED, NOBODY, TABLE
from tests.integration.web.test_who_may_keep_registers import REGISTER_TABLE
from tests.integration.web.test_who_may_suspend import SUSPENSION_TABLE
from tests.integration.world import Realm

from reelm.infra.settings import Settings
from reelm.kernel.words import catalogue
from reelm.web.app import build_app
from reelm.web.hot_schema import EventsStored, FeedPage

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build_app(Settings()).openapi()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():  # pyright: ignore[reportUnknownVariableType]
            if name == "$ref":
                yield str(value)  # pyright: ignore[reportUnknownArgumentType]
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:  # pyright: ignore[reportUnknownVariableType]
            yield from _references(value)


def _slugs(operation: dict[str, Any]) -> dict[str, list[str]]:
    """The refusals an operation lists, by status."""
    return {
        status: answer["description"].split(" · ")
        for status, answer in operation["responses"].items()
        if int(status) >= 400
    }


def test_the_document_is_whole(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"].keys() >= {"title", "version"}
    schemas = document["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in _references(document)} <= schemas.keys()
    operations = dict(_operations(document))
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for name, operation in operations.items():
        assert name.split()[0].lower() in METHODS
        assert operation["description"], name
        named = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", name)), name
        assert any(status.startswith("2") for status in operation["responses"]), name


# Devices and other systems show something of their own.
NO_PERSON = {"device-proof-wrong", "receiver-unknown"}


def answers_to(who: str) -> dict[str, int]:
    """What a kind of caller is answered by each route, as the document names it."""
    told = {route: call.expect(who, "public") for route, call in TABLE.items()}
    told |= {route: call.expect(who) for route, call in SUSPENSION_TABLE.items()}
    told |= dict.fromkeys((*REGISTER_TABLE, *RIGHTS_TABLE), 401)  # whoever is not signed in, or no longer
    return {route.replace("{path:path}", "{path}"): status for route, status in told.items()}


def test_every_call_of_the_api_is_documented(document: dict[str, Any]) -> None:
    parts = ("/api/", "/ledger/", "/.well-known/", "/witness/", "/signals/")
    itself = {"GET /api/openapi.json", "GET /api/docs", "GET /ledger/tile/{name:path}"}
    calls = {route for route in answers_to(NOBODY) if any(part in route for part in parts)} - itself
    assert calls == dict(_operations(document)).keys()


def test_every_call_lists_its_refusals_each_with_its_words(document: dict[str, Any]) -> None:
    words = catalogue("en").keys()
    for name, operation in _operations(document):
        for status, slugs in _slugs(operation).items():
            assert set(slugs) <= words, name
            schema = operation["responses"][status]["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemView"}, name
        if "requestBody" in operation or operation.get("parameters"):
            assert "422" in _slugs(operation), name


def test_a_call_that_needs_an_account_says_so(document: dict[str, Any]) -> None:
    nobody, ended = answers_to(NOBODY), answers_to(ENDED)
    for name, operation in _operations(document):
        listed = _slugs(operation).get("401", [])
        if nobody[name] == 401:
            assert {"not-signed-in", "session-ended"} <= set(listed) or NO_PERSON & set(listed), name
        elif ended[name] == 401:
            assert "session-ended" in listed, name


async def test_the_document_is_served(realm: Realm, document: dict[str, Any]) -> None:
    answer = await realm.get("/api/openapi.json")
    assert answer.json() == document


async def test_the_hot_routes_answer_in_the_shape_they_lend(realm: Realm) -> None:
    for who in (None, realm.people.ben):
        for mode in ("for-you", "plain"):
            body = (await realm.client(who).get(f"/feed?mode={mode}")).content
            assert FeedPage.model_validate_json(body).items
            assert FeedPage.model_validate_json(body, extra="forbid").items
    answer = await realm.client().post("/events", json={"events": []})
    assert EventsStored.model_validate_json(answer.content, extra="forbid").stored == 0
