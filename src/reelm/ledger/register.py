"""What crossed on one day? The transfer register, made from entries of the log and from nothing else. Pure.

Each entry counts in exactly one row, so that the rows of a day add up to what the log tells of that day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any

import rfc8785

KINDS = ("arrival", "crossing", "crossing-refused", "disclosure")


@dataclass(frozen=True, order=True)
class Line:
    """What the entries that count in one row have in common. Empty is what their kind does not say.

    `direction` is `out`, `in` or `refused`; `receiver` a realm or, for a disclosure, a country; `classes` are names
    with a blank between them.
    """

    day: str
    direction: str
    sender: str
    receiver: str
    message: str
    purpose: str = ""
    legal_basis: str = ""
    classes: str = ""
    assessment: str = ""
    agreement: str = ""
    policy: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Sums:
    """How much. `epsilon_micro` is privacy budget, in millionths."""

    messages: int = 0
    fields: int = 0
    bytes: int = 0
    epsilon_micro: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.messages + other.messages,
            self.fields + other.fields,
            self.bytes + other.bytes,
            self.epsilon_micro + other.epsilon_micro,
        )


Rows = Mapping[Line, Sums]

# What a column of the register is called, where a field of ours can't be called so.
_CALLED = {"sender": "from", "receiver": "to"}
LINE_FIELDS = tuple(field.name for field in fields(Line))
SUM_FIELDS = tuple(field.name for field in fields(Sums))
COLUMNS = tuple(_CALLED.get(name, name) for name in LINE_FIELDS + SUM_FIELDS)


def read_line(entry: Mapping[str, Any]) -> tuple[Line, Sums] | None:
    """The row that an entry, valid and given by its fields, counts in; `None` for kinds that nothing crossed by."""
    kind, fact, realm = entry["kind"], entry["fact"], entry["realm"]
    if kind not in KINDS:
        return None
    same = {name: fact[name] for name in ("purpose", "legal_basis", "assessment", "agreement") if name in fact}
    same |= {"day": entry["at"][:10], "classes": " ".join(sorted(fact["classes"]))}
    same |= {name: fact[name] for name in ("policy", "rule") if name in fact}
    sums = Sums(1, fact.get("fields", 0), fact.get("bytes", 0), fact.get("epsilon_micro", 0))
    if kind == "arrival":
        return Line(direction="in", sender=fact["from"], receiver=realm, message=fact["message"], **same), sums
    if kind == "disclosure":
        told = f"disclosure-{fact['to']}"
        return Line(direction="out", sender=realm, receiver=fact["country"], message=told, **same), sums
    direction = "out" if kind == "crossing" else "refused"
    return Line(direction=direction, sender=realm, receiver=fact["to"], message=fact["message"], **same), sums


def tally(entries: Iterable[Mapping[str, Any]]) -> dict[Line, Sums]:
    """The rows of these entries, of whatever days and kinds they are."""
    rows: dict[Line, Sums] = {}
    for entry in entries:
        found = read_line(entry)
        if found is not None:
            line, sums = found
            rows[line] = rows.get(line, Sums()) + sums
    return rows


@dataclass(frozen=True)
class Register:
    """The register of one day, over the first `size` entries of the log `origin`."""

    origin: str
    day: date
    size: int
    rows: Rows

    def list_rows(self) -> list[dict[str, Any]]:
        """Each row by the names of `COLUMNS`, always in the same order."""
        return [
            dict(zip(COLUMNS, astuple(line) + astuple(sums), strict=True)) for line, sums in sorted(self.rows.items())
        ]

    def to_json(self) -> bytes:
        """RFC 8785, so that whoever makes it from the same entries makes the same bytes."""
        told = {"origin": self.origin, "day": self.day.isoformat(), "size": self.size, "rows": self.list_rows()}
        return rfc8785.dumps(told) + b"\n"

    def to_csv(self) -> bytes:
        """RFC 4180. No value has a comma, a quote or a line break in it: entries have no room for one."""
        lines = [COLUMNS, *(tuple(map(str, row.values())) for row in self.list_rows())]
        return "".join(",".join(line) + "\r\n" for line in lines).encode()
