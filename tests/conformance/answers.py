"""What must hold of every answer Reelm gives? Checked on each answer to each request of each test.

RFC 9457 for refusals, the strict headers of the guard, and the OpenAPI document: no refusal it doesn't list.
"""

import re
from typing import Any

import httpx

from reelm.kernel.words import catalogue
from reelm.web.guard import HEADERS

# Refusals of the server itself, which any call may answer with.
ANYWHERE = {
    "request-not-understood", "page-not-found", "method-not-allowed", "body-too-large", "body-cut-off",
    "cross-site-refused", "server-failed",
}  # fmt: skip


class Answers:
    """Checks answers against the OpenAPI document of the app they come from."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), operations)
            for path, operations in document["paths"].items()
        ]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The documented operation behind a request."""
        found = [operations for pattern, operations in self._paths if pattern.fullmatch(path)]
        return found[0].get(method.lower()) if found else None

    async def check(self, answer: httpx.Response) -> None:
        """An httpx hook; raises `AssertionError`."""
        await answer.aread()
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (answer.request.url, name)
        if answer.status_code >= 400:
            self._check_refusal(answer)

    def _check_refusal(self, answer: httpx.Response) -> None:
        where = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
        kind = answer.headers.get("content-type", "")
        if answer.request.method == "HEAD":
            return
        if not answer.request.url.path.startswith(("/api/", "/media/")) and kind.startswith("text/html"):
            return  # a page for people, which says it in its own words
        if answer.request.url.path.startswith("/witness/") and kind.startswith("text/"):
            return  # a machine's answer to a machine, in the words of C2SP tlog-witness
        if re.fullmatch("/signals/[^/]+/events", answer.request.url.path) and answer.status_code == 400:
            assert kind == "application/json", (where, kind)
            assert set(answer.json()) == {"err", "description"}, where
            return  # a machine's answer to a machine, as RFC 8935 has it
        if answer.request.url.path.startswith("/scim/v2/"):
            _check_scim(answer, where)
            return
        assert kind == "application/problem+json", (where, kind, answer.text[:200])
        problem = answer.json()
        slug = problem["type"].removeprefix("/problems/")
        assert problem["status"] == answer.status_code, where
        assert problem["title"], where
        assert problem["detail"], where
        assert "{" not in problem["detail"], where
        language = answer.headers["content-language"]
        assert problem["title"] == catalogue("fr-CA" if language == "fr-CA" else "en")[slug].title, where
        assert answer.headers["cache-control"] == "no-store", where
        operation = self.operation(answer.request.method, answer.request.url.path)
        if operation and slug not in ANYWHERE:
            listed = operation["responses"].get(str(answer.status_code), {}).get("description", "")
            assert slug in listed.split(" · "), f"{where}: {slug} is not in the OpenAPI document"


def _check_scim(answer: httpx.Response, where: str) -> None:
    """A refusal by RFC 7644, section 3.12, to a machine."""
    assert answer.headers["content-type"] == "application/scim+json", where
    error = answer.json()
    assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], where
    assert error["status"] == str(answer.status_code), where
    assert error["detail"], where
    assert "{" not in error["detail"], where
    assert answer.headers["cache-control"] == "no-store", where
