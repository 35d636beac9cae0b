"""What does a list of devices say? One line a device, as inventories are exported; all is taken, or nothing. Pure.

Columns are named in the first line, in any order: `code`, `platform`, `enrolment`, `ownership`, and where they are
known `person` (a user name), `groups` (codes, separated by `;`), `addresses` (likewise), `has_app` (yes or no) with
`seen_at` (a day, or a time in UTC). What has no column stays as it is; what is empty is none.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from reelm.devices.fleet import EVERYBODY, Enrolment, Platform
from reelm.devices.model import Code, Ownership
from reelm.devices.roll.errors import InventoryMalformed
from reelm.devices.roll.model import LONGEST_TEXT, MOST_ADDRESSES, is_text, read_addresses

NEEDED = ("code", "platform", "enrolment", "ownership")
COLUMNS = (*NEEDED, "person", "groups", "addresses", "has_app", "seen_at")
MOST_DEVICES = 100_000
_CODE: TypeAdapter[str] = TypeAdapter(Code)

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Listed:
    """A device of the list; `line` is where it stands. `None` where there is no column.

    `seen` says whether it had the app, and when it was looked at.
    """

    line: int
    code: str
    platform: Platform
    enrolment: Enrolment
    ownership: Ownership
    person: str | None = None
    groups: frozenset[str] | None = None
    addresses: tuple[str, ...] | None = None
    seen: tuple[bool, datetime] | None = None


def read_inventory(data: bytes, now: datetime) -> list[Listed]:
    """The devices of a file in UTF-8. Raises `InventoryMalformed` with the first line that can't be taken."""
    rows = _read_rows(data)
    first = next(rows, None)
    if first is None:
        raise InventoryMalformed(line=1, fault="the file is empty")
    columns = _read_columns(*first)
    listed: dict[str, Listed] = {}
    for line, row in rows:
        if len(row) != len(columns):
            raise InventoryMalformed(line=line, fault=f"{len(row)} fields, where the first line has {len(columns)}")
        one = _read_device(line, dict(zip(columns, (field.strip() for field in row), strict=True)), now)
        if one.code in listed:
            raise InventoryMalformed(line=line, fault=f"the device is on line {listed[one.code].line} already")
        if len(listed) == MOST_DEVICES:
            raise InventoryMalformed(line=line, fault=f"more than {MOST_DEVICES} devices")
        listed[one.code] = one
    return list(listed.values())


def _read_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row that isn't empty, with the number of its last line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as refused:
        raise InventoryMalformed(line=data.count(b"\n", 0, refused.start) + 1, fault="it is not UTF-8") from None
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error:
        raise InventoryMalformed(line=reader.line_num, fault="it is no CSV: quotes do not close or open") from None


def _read_columns(line: int, row: list[str]) -> list[str]:
    columns = [field.strip().lower() for field in row]
    if len(set(columns)) < len(columns):
        raise InventoryMalformed(line=line, fault="a column is named twice")
    if not set(columns) <= set(COLUMNS):
        raise InventoryMalformed(line=line, fault=f"columns are {', '.join(COLUMNS)}, separated by commas")
    missing = [one for one in NEEDED if one not in columns]
    if missing:
        raise InventoryMalformed(line=line, fault=f"there is no column {missing[0]}")
    if ("has_app" in columns) != ("seen_at" in columns):
        raise InventoryMalformed(line=line, fault="has_app and seen_at are both there, or neither")
    return columns


def _read_device(line: int, told: Mapping[str, str], now: datetime) -> Listed:
    person = told.get("person")
    if person and not is_text(person):
        raise InventoryMalformed(line=line, fault=f"person is a user name of {LONGEST_TEXT} characters at most")
    return Listed(
        line,
        _read_code(line, "code", told["code"]),
        _read_word(line, "platform", told["platform"], Platform),
        _read_word(line, "enrolment", told["enrolment"], Enrolment),
        _read_word(line, "ownership", told["ownership"], Ownership),
        person,
        _read_groups(line, told["groups"]) if "groups" in told else None,
        _read_addresses(line, told["addresses"]) if "addresses" in told else None,
        _read_sighting(line, told.get("has_app", ""), told.get("seen_at", ""), now),
    )


def _read_code(line: int, column: str, value: str) -> str:
    try:
        return _CODE.validate_python(value)
    except ValidationError:
        fault = f"{column} is made of small Latin letters and digits, with - between them, 60 at most"
        raise InventoryMalformed(line=line, fault=fault) from None


def _read_word(line: int, column: str, value: str, words: type[E]) -> E:
    try:
        return words(value)
    except ValueError:
        raise InventoryMalformed(line=line, fault=f"{column} is one of {', '.join(words)}") from None


def _read_groups(line: int, value: str) -> frozenset[str]:
    groups = frozenset(_read_code(line, "groups", one) for one in _split(value))
    if EVERYBODY in groups:
        raise InventoryMalformed(line=line, fault=f"every device is in {EVERYBODY}, and none is put there")
    return groups


def _read_addresses(line: int, value: str) -> tuple[str, ...]:
    try:
        return read_addresses(_split(value))
    except ValueError:
        fault = f"addresses are IPv4 or IPv6 addresses, {MOST_ADDRESSES} at most"
        raise InventoryMalformed(line=line, fault=fault) from None


def _read_sighting(line: int, has_app: str, seen_at: str, now: datetime) -> tuple[bool, datetime] | None:
    if not has_app and not seen_at:
        return None
    answers = {"yes": True, "no": False}
    if has_app not in answers or not seen_at:
        raise InventoryMalformed(line=line, fault="has_app is yes or no, and seen_at says when it was looked at")
    try:
        at = datetime.fromisoformat(seen_at)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        fault = "seen_at is a day such as 2026-03-15, or a time such as 2026-03-15T08:30:00Z"
        raise InventoryMalformed(line=line, fault=fault) from None
    if at > now:
        raise InventoryMalformed(line=line, fault="seen_at has not come yet")
    return answers[has_app], at


def _split(value: str) -> Iterator[str]:
    return (one for one in (part.strip() for part in value.split(";")) if one)
