"""A list of devices is read whole, or refused whole with the line that is wrong."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership
from reelm.devices.roll.csv_import import COLUMNS, Listed, read_inventory
from reelm.devices.roll.errors import InventoryMalformed

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HEAD = "code,platform,enrolment,ownership"
ALL = ",".join(COLUMNS)
NONE = frozenset[str]()


def read(text: str) -> list[Listed]:
    return read_inventory(text.encode(), NOW)


def test_every_column_is_read_in_any_order() -> None:
    lines = [
        "\ufeffCode,Platform,ENROLMENT,ownership,seen_at,has_app,addresses,groups,person",
        'ipad-7,ios,supervised,corporate,2026-03-14,yes,192.0.2.7;2001:DB8::7,"board; it",Ana@institution.example',
        "",
        "mac-1,macos,device,enrolled-personal,2026-03-15T13:30:00+02:00,no,,,",
        "pc-1,windows,agent,corporate,,,,,",
    ]
    assert read("\r\n".join(lines)) == [
        Listed(
            2,
            "ipad-7",
            *(Platform.IOS, Enrolment.SUPERVISED, Ownership.CORPORATE),
            person="Ana@institution.example",
            groups=frozenset({"board", "it"}),
            addresses=("192.0.2.7", "2001:db8::7"),
            seen=(True, datetime(2026, 3, 14, tzinfo=UTC)),
        ),
        Listed(
            4,
            "mac-1",
            *(Platform.MACOS, Enrolment.DEVICE, Ownership.PERSONAL, "", NONE, ()),
            seen=(False, datetime(2026, 3, 15, 11, 30, tzinfo=UTC)),
        ),
        Listed(5, "pc-1", *(Platform.WINDOWS, Enrolment.AGENT, Ownership.CORPORATE, "", NONE, ())),
    ]


def test_what_has_no_column_is_not_said() -> None:
    assert read(f"{HEAD}\nmac-1,macos,device,corporate\n") == [
        Listed(2, "mac-1", Platform.MACOS, Enrolment.DEVICE, Ownership.CORPORATE)
    ]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", 1, "empty"),
        ("code,platform,enrolment\n", 1, "ownership"),
        (f"{HEAD},serial\n", 1, "columns are"),
        (f"{HEAD},code\n", 1, "twice"),
        (HEAD.replace(",", ";"), 1, "commas"),
        (f"{HEAD},has_app\n", 1, "seen_at"),
        (f"{HEAD}\na,ios,user,corporate\nb,ios,user\n", 3, "3 fields"),
        (f"{HEAD}\na,ios,user,corporate,\n", 2, "5 fields"),
        (f"{HEAD}\nA b,ios,user,corporate\n", 2, "code"),
        (f"{HEAD}\na,symbian,user,corporate\n", 2, "platform is one of ios"),
        (f"{HEAD}\na,ios,jailbroken,corporate\n", 2, "enrolment"),
        (f"{HEAD}\na,ios,user,stolen\n", 2, "ownership"),
        (f"{HEAD}\na,ios,user,corporate\n\nb,ios,user,corporate\na,ios,user,corporate\n", 5, "line 2"),
        (f'{HEAD}\na,ios,user,"corporate\n', 2, "CSV"),
        (f'{HEAD}\na,ios,user,"corp"orate\n', 2, "CSV"),
        (f"{HEAD},groups\na,ios,user,corporate,everybody\n", 2, "everybody"),
        (f"{HEAD},groups\na,ios,user,corporate,The Board\n", 2, "groups"),
        (f"{HEAD},addresses\na,ios,user,corporate,192.0.2.0/24\n", 2, "addresses"),
        (f"{HEAD},person\na,ios,user,corporate,{'x' * 301}\n", 2, "person"),
        (f"{HEAD},has_app,seen_at\na,ios,user,corporate,yes,\n", 2, "seen_at"),
        (f"{HEAD},has_app,seen_at\na,ios,user,corporate,,2026-01-01\n", 2, "has_app"),
        (f"{HEAD},has_app,seen_at\na,ios,user,corporate,maybe,2026-01-01\n", 2, "has_app"),
        (f"{HEAD},has_app,seen_at\na,ios,user,corporate,no,yesterday\n", 2, "seen_at is a day"),
        (f"{HEAD},has_app,seen_at\na,ios,user,corporate,no,2026-03-16\n", 2, "not come"),
    ],
)
def test_the_first_bad_line_is_told_and_why(text: str, line: int, fault: str) -> None:
    with pytest.raises(InventoryMalformed) as told:
        read(text)
    assert told.value.line == line
    assert fault in told.value.fault


def test_a_file_in_another_alphabet_of_bytes_is_refused_at_its_line() -> None:
    with pytest.raises(InventoryMalformed, check=lambda one: one.line == 2):
        read_inventory(f"{HEAD}\né,ios,user,corporate\n".encode("latin-1"), NOW)


CELLS = st.sampled_from(["a", "b-1", "ios", "user", "corporate", "board;it", "192.0.2.1", "yes", "2026-01-01"])


@given(st.lists(st.lists(CELLS | st.text(max_size=6), min_size=9, max_size=9), max_size=4), st.binary(max_size=30))
def test_nonsense_is_read_or_refused(rows: list[list[str]], bytes_: bytes) -> None:
    table = "\n".join([ALL, *(",".join(row) for row in rows)])
    for data in (table.encode(errors="replace"), bytes_, ALL.encode() + b"\n" + bytes_):
        try:
            codes = [one.code for one in read_inventory(data, NOW)]
        except InventoryMalformed as refused:
            codes = [refused.fault]
        assert len(set(codes)) == len(codes)
