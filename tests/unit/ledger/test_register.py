"""The transfer register is a pure function of the entries, whatever their order, and adds up to them."""

import csv
import io
import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.register import COLUMNS, KINDS, Line, Register, Sums, read_line, tally

DIGEST = "0" * 64
CROSSING: dict[str, Any] = {
    "to": "eu",
    "message": "comment",
    "purpose": "public-act",
    "legal_basis": "contract",
    "classes": ["user.name", "user.content.public"],
    "fields": 7,
    "bytes": 300,
    "policy": DIGEST,
    "assessment": "PIA-2026-3",
    "agreement": "1" * 64,
    "content": "2" * 64,
}
FACTS: dict[str, dict[str, Any]] = {
    "crossing": CROSSING,
    "arrival": {"from": "us", "entry": 4, "message": "counts", "classes": ["reelm.aggregate"], "bytes": 90},
    "crossing-refused": {
        "to": "us",
        "message": "comment",
        "purpose": "public-act",
        "classes": ["user.name"],
        "rule": "minors-stay-home",
        "policy": DIGEST,
    },
    "disclosure": {
        "to": "authority",
        "country": "CA",
        "purpose": "legal-obligation",
        "legal_basis": "legal-obligation",
        "classes": ["user.contact.email"],
        "fields": 1,
        "bytes": 30,
        "policy": DIGEST,
    },
}


def entry(kind: str, at: str = "2026-11-25T10:00:00.000Z", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "at": at, "realm": "ca-qc", "fact": FACTS.get(kind, {}) | more}


def test_each_kind_has_its_row() -> None:
    rows = sorted(tally(entry(kind) for kind in KINDS))
    assert [(row.direction, row.sender, row.receiver, row.message) for row in rows] == [
        ("in", "us", "ca-qc", "counts"),
        ("out", "ca-qc", "CA", "disclosure-authority"),
        ("out", "ca-qc", "eu", "comment"),
        ("refused", "ca-qc", "us", "comment"),
    ]
    assert rows[2].classes == "user.content.public user.name"
    assert rows[3].rule == "minors-stay-home"


def test_what_is_no_passing_on_has_no_row() -> None:
    assert read_line(entry("counts")) is None
    assert tally([entry("access-read"), entry("log-opened")]) == {}


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["24", "25"])), max_size=30), st.randoms())
def test_the_register_is_the_same_in_any_order_and_adds_up(given_: list[tuple[str, str]], random: Any) -> None:
    entries = [entry(kind, f"2026-11-{day}T23:59:59.999Z") for kind, day in given_]
    first = Register("o", date(2026, 11, 25), len(entries), tally(entries))
    random.shuffle(entries)
    again = Register("o", date(2026, 11, 25), len(entries), tally(entries))
    assert (first.to_json(), first.to_csv()) == (again.to_json(), again.to_csv())
    assert sum(sums.messages for sums in first.rows.values()) == len(entries)
    assert sum(sums.bytes for sums in first.rows.values()) == sum(one["fact"].get("bytes", 0) for one in entries)


def test_csv_and_json_say_the_same() -> None:
    register = Register("o", date(2026, 11, 25), 9, tally([entry(kind) for kind in KINDS] + [entry("crossing")]))
    rows = json.loads(register.to_json())["rows"]
    read = list(csv.DictReader(io.StringIO(register.to_csv().decode(), newline="")))
    assert read == [{name: str(value) for name, value in row.items()} for row in rows]
    assert list(read[0]) == list(COLUMNS)
    assert [row["messages"] for row in read if row["direction"] == "out"] == ["1", "2"]


def test_the_cost_of_counts_is_added_up() -> None:
    (sums,) = tally(entry("crossing", epsilon_micro=20_000) for _ in range(3)).values()
    assert sums == Sums(messages=3, fields=21, bytes=900, epsilon_micro=60_000)


def test_a_day_without_anything_has_an_empty_register() -> None:
    register = Register("o", date(2026, 11, 25), 3, dict[Line, Sums]())
    assert register.to_json() == b'{"day":"2026-11-25","origin":"o","rows":[],"size":3}\n'
    assert register.to_csv().decode() == ",".join(COLUMNS) + "\r\n"
