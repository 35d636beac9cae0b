"""What does a file that the operator wrote declare, and at which line or name is it wrong?"""

import re
import tomllib
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from reelm.realms.errors import DeclarationNotToml, DeclarationWrong

_LINE = re.compile(r"at line (\d+)")


class Declaration(BaseModel):
    """A table of such a file: nothing in it is guessed, and nothing it does not know is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_D = TypeVar("_D", bound=Declaration)


def read_declaration(kind: type[_D], text: str | bytes, file: str) -> _D:
    """Read TOML of this form. `file` is its name, for the refusal: `DeclarationNotToml`, `DeclarationWrong`."""
    try:
        return kind.model_validate(_parse(text, file))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise DeclarationWrong(file=file, where=where) from None


def _parse(text: str | bytes, file: str) -> dict[str, Any]:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DeclarationNotToml(file=file, line=error.object[: error.start].count(b"\n") + 1) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        raise DeclarationNotToml(file=file, line=int(found[1]) if found else text.count("\n") + 1) from None
