"""What does tus 1.0.0 ask of every request and every answer below `/uploads`, refusals among them?"""

from starlette.datastructures import Headers
from starlette.types import Scope

VERSION = "1.0.0"
UPLOADS = "/api/v1/uploads"
_METHODS = frozenset({"PATCH", "DELETE", "HEAD"})


def name_method(scope: Scope, headers: Headers) -> Scope:
    """The request under the method that its `X-HTTP-Method-Override` names, where it has one."""
    named = headers.get("x-http-method-override", "").upper()
    if scope["method"] == "POST" and named in _METHODS and scope["path"].startswith(UPLOADS):
        return {**scope, "method": named}
    return scope


def answer_headers(path: str, status: int) -> dict[str, str]:
    """The version spoken, on each answer; on a 412, those it could be."""
    if not path.startswith(UPLOADS):
        return {}
    return {"Tus-Resumable": VERSION} | ({"Tus-Version": VERSION} if status == 412 else {})
