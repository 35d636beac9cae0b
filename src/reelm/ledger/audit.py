"""Do the entries of a log, read in order, say what entries may say, and is none of them left out?"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from reelm.ledger.errors import CountsDiffer, EntryInvalid, LogOfAnotherOrigin, SealBroken, SequenceGap
from reelm.ledger.facts import FACTS
from reelm.ledger.model import Commitment, Fact, Instant, Party, PublicId, RealmName, Writer
from reelm.ledger.sealed import commit_to, list_content


class _Line(BaseModel):
    """What every entry has."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1]
    id: PublicId
    at: Instant
    realm: RealmName
    writer: Writer
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)]


_PARTIES: dict[Party, Any] = {Party.REQUIRED: (Commitment, ...), Party.OPTIONAL: (Commitment, None)}


@cache
def _lines() -> dict[object, type[BaseModel]]:
    """The whole form of an entry, by its kind."""
    return {kind: _line_of(kind, fact) for kind, fact in FACTS.items()}


def _line_of(kind: str, fact: type[Fact]) -> type[BaseModel]:
    fields: dict[str, Any] = {"kind": (Literal[kind], ...), "fact": (fact, ...)}
    fields |= {
        name: _PARTIES[one] for name, one in (("actor", fact.actor), ("subject", fact.subject)) if one in _PARTIES
    }
    return create_model(f"{fact.__name__}Line", __base__=_Line, **fields)


def read_entry(data: bytes) -> dict[str, Any] | None:
    """The entry, if it is of the schema and in its canonical form; several times faster than `decode`.

    Every string the schema takes is ASCII and every number a whole one: sorted and without blanks is then RFC 8785.
    """
    try:
        entry: Any = orjson.loads(data)
        if orjson.dumps(entry, option=orjson.OPT_SORT_KEYS) != data or not data.isascii() or b":null" in data:
            return None
        _lines()[entry["kind"]].model_validate_json(data, strict=True)
        return entry if type(entry["v"]) is int else None  # 1.0 equals 1, and is not the same text
    except (ValueError, ValidationError, KeyError, TypeError):
        return None


class Auditor:
    """Takes the entries of one log from its first to its last. `origin` is the log's name."""

    def __init__(self, origin: str) -> None:
        self._origin = sha256(origin.encode()).hexdigest()
        self.kinds: Counter[str] = Counter()
        self.counted: dict[str, int] = {}
        self.sealed: dict[str, tuple[str, str]] = {}
        self.size = 0

    def take(self, entries: Sequence[bytes], path: str) -> None:
        """The next entries, which lie in the file `path`.

        Raises `EntryInvalid`, `SequenceGap`, `CountsDiffer`, `SealBroken` and `LogOfAnotherOrigin`.
        """
        for data in entries:
            entry = read_entry(data)
            if entry is None:
                raise EntryInvalid(path=path, index=self.size)
            self._count(entry)
            self._look(entry["kind"], entry["id"], entry["fact"])
            self.size += 1

    def list_overdue(self, today: str) -> list[str]:
        """The sealed requests that should have been opened before this day."""
        return [id for id, (_, opens_by) in self.sealed.items() if opens_by < today]

    def _count(self, entry: dict[str, Any]) -> None:
        writer, seq = entry["writer"], entry["seq"]
        due = self.counted.get(writer, 0) + 1
        if seq != due:
            raise SequenceGap(writer=writer, due=due, found=seq, index=self.size)
        self.counted[writer] = due
        self.kinds[entry["kind"]] += 1

    def _look(self, kind: str, id: str, fact: dict[str, Any]) -> None:
        """What an entry says of the log itself has to be so."""
        if kind == "counts":
            self._compare(fact)
        elif kind == "log-opened" and fact["origin"] != self._origin:
            raise LogOfAnotherOrigin
        elif kind == "government-request-sealed":
            self.sealed[id] = fact["commitment"], fact["opens_by"]
        elif kind == "government-request-opened":
            commitment, _ = self.sealed.pop(fact["sealed"], ("", ""))
            if commitment != commit_to(fact["nonce"], list_content(fact)):
                raise SealBroken(index=self.size)

    def _compare(self, fact: dict[str, Any]) -> None:
        for one in fact["writers"]:
            found = self.counted.get(one["writer"], 0)
            if one["through"] > found:
                raise CountsDiffer(writer=one["writer"], told=one["through"], found=found, index=self.size)
        told = sum(one["through"] for one in fact["writers"])
        if told != fact["entries"]:
            raise CountsDiffer(writer="all", told=fact["entries"], found=told, index=self.size)
