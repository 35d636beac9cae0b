"""How does a fact become an entry? With who, when, about whom and the writer's number, as canonical JSON (RFC 8785).

`entry_schema` is the published JSON Schema, version 1. People are keyed commitments (`commitments.py`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
import rfc8785
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from reelm.ledger.errors import EntryRefused
from reelm.ledger.facts import FACTS
from reelm.ledger.model import Commitment, Fact, Instant, Party, PublicId, RealmName, Writer

SCHEMA_PATH = "schema/entry-1.json"


class Entry(BaseModel):
    """One entry. `seq` counts the entries of `writer` from 1 without a gap; `id` is random and never reused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = 1
    kind: str
    id: PublicId
    at: Instant
    realm: RealmName
    writer: Writer
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)]
    actor: Commitment | None = None
    subject: Commitment | None = None
    fact: dict[str, Any]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Entry":
        fact = FACTS.get(self.kind)
        if fact is None:
            raise ValueError("unknown kind")
        for wanted, given in ((fact.actor, self.actor), (fact.subject, self.subject)):
            if (wanted is Party.REQUIRED and given is None) or (wanted is Party.ABSENT and given is not None):
                raise ValueError("a person named or missing against the rule of the kind")
        fact.model_validate_json(orjson.dumps(self.fact), strict=True)
        return self


_ENTRY = TypeAdapter(Entry)


def encode(entry: Entry) -> bytes:
    """The entry as it stands in the log: RFC 8785, places of nobody left out."""
    return rfc8785.dumps(entry.model_dump(exclude_none=True))


def decode(data: bytes) -> Entry:
    """Read one entry. Raises `EntryRefused` unless it is valid and in its one canonical form."""
    try:
        entry = _ENTRY.validate_json(data, strict=True)
    except (ValidationError, UnicodeDecodeError):
        raise EntryRefused from None
    if encode(entry) != data:
        raise EntryRefused
    return entry


def make_entry(kind: type[Fact] | str, **fields: Any) -> Entry:
    """An entry from its fields. Raises `EntryRefused` where the schema does not take one of them."""
    try:
        return Entry(kind=kind if isinstance(kind, str) else kind.kind, **fields)
    except ValidationError:
        raise EntryRefused from None


def entry_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an entry, for people who check entries without this program."""
    definitions: dict[str, Any] = {}
    kinds: list[dict[str, Any]] = []
    for kind, fact in FACTS.items():
        schema = fact.model_json_schema(ref_template="#/$defs/{model}", by_alias=True)
        definitions |= schema.pop("$defs", {})
        definitions[fact.__name__] = schema
        one: dict[str, Any] = {"kind": {"const": kind}, "fact": {"$ref": f"#/$defs/{fact.__name__}"}}
        parties = (("actor", fact.actor), ("subject", fact.subject))
        one |= {name: False for name, party in parties if party is Party.ABSENT}
        required = [name for name, party in parties if party is Party.REQUIRED]
        kinds.append({"properties": one} | ({"required": required} if required else {}))
    base = Entry.model_json_schema(ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entry of a Reelm ledger",
        "type": "object",
        "additionalProperties": False,
        "properties": _without_null(base["properties"]) | {"fact": {"type": "object"}},
        "required": ["v", "kind", "id", "at", "realm", "writer", "seq", "fact"],
        "oneOf": kinds,
        "$defs": definitions,
    }


def _without_null(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What is absent is left out of an entry, never null."""
    return {
        name: next(one for one in schema["anyOf"] if one.get("type") != "null") if "anyOf" in schema else schema
        for name, schema in properties.items()
    }
