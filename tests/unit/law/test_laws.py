"""The laws as they are in the repository, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reelm import law, realms
from reelm.law import Right, Standing

FOLDER = Path("deploy/law")
BEGAN = datetime(2026, 3, 2, 17, tzinfo=UTC)
ATLAS = realms.parse_world(Path("deploy/realms.toml").read_bytes())


def laws() -> law.Laws:
    return law.load_laws(FOLDER)


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("CA", "QC", "law-25"),
        ("CA", "BC", "bc-pipa"),
        ("CA", "AB", "ab-pipa"),
        ("CA", "ON", "pipeda"),
        ("FR", None, "gdpr"),
        ("GB", None, "uk-gdpr"),
        ("CH", None, "fadp"),
        ("US", None, "reelm"),
        ("JP", None, "reelm"),
    ],
)
def test_each_place_has_its_law(country: str, region: str | None, code: str) -> None:
    claims = ATLAS.claims
    realm = claims.get(f"{country}-{region}") or claims[country]
    assert laws().of(country, region, realm.frame).code == code


# Days of 2026: 2 March is a Monday; Good Friday is 3 April, a holiday in British Columbia.
@pytest.mark.parametrize(
    ("code", "right", "last_day"),
    [
        ("law-25", Right.ACCESS, "2026-04-01"),
        ("pipeda", Right.ACCESS, "2026-04-01"),
        ("ab-pipa", Right.ACCESS, "2026-04-16"),
        ("bc-pipa", Right.ACCESS, "2026-04-14"),
        ("gdpr", Right.ACCESS, "2026-04-02"),
        ("uk-gdpr", Right.ERASURE, "2026-04-02"),
        ("reelm", Right.PORTABILITY, "2026-04-02"),
    ],
)
def test_a_right_is_due_at_the_end_of_its_last_day(code: str, right: Right, last_day: str) -> None:
    one = laws().laws[code]
    due = law.due_at(one, one.rights[right], BEGAN)
    local = (due - timedelta(seconds=1)).astimezone(ZoneInfo(one.zone))
    assert local.date().isoformat() == last_day
    assert (local.hour, local.minute) == (23, 59)


def test_an_extension_counts_on_from_the_deadline() -> None:
    quebec, alberta = laws().laws["law-25"], laws().laws["ab-pipa"]
    rule = alberta.rights[Right.ACCESS]
    first, later = law.due_at(alberta, rule, BEGAN), law.due_at(alberta, rule, BEGAN, extended=True)
    assert timedelta(days=29) < later - first < timedelta(days=31)
    never = quebec.rights[Right.ACCESS]
    assert law.due_at(quebec, never, BEGAN, extended=True) == law.due_at(quebec, never, BEGAN)


def test_the_day_before_is_the_alarm_and_the_moment_itself_too_late() -> None:
    for one in laws().laws.values():
        for rule in one.rights.values():
            due = law.due_at(one, rule, BEGAN)
            seen = [law.decide_standing(due, due - timedelta(hours=hours)) for hours in (30, 23, 0)]
            assert seen == [Standing.RUNNING, Standing.DUE, Standing.OVERDUE]


def test_seventy_two_hours_are_counted_to_the_hour() -> None:
    gdpr = laws().laws["gdpr"]
    assert gdpr.breach.within is not None
    assert law.count_to(gdpr.breach.within, BEGAN, gdpr.zone) == BEGAN + timedelta(hours=72)


def files() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in FOLDER.glob("*.toml")}


def test_a_folder_that_is_not_understood_is_refused_whole() -> None:
    with pytest.raises(law.LawMissing):
        law.parse_laws({})
    with pytest.raises(realms.DeclarationNotToml):
        law.parse_laws(files() | {"gdpr": b"names = "})
    with pytest.raises(realms.DeclarationWrong):
        law.parse_laws(files() | {"gdpr": files()["gdpr"].replace(b'unit = "months"', b'unit = "moons"')})
    with pytest.raises(law.LawMissing):
        law.parse_laws(files() | {"gdpr": files()["gdpr"].split(b"[rights.human-review]")[0] + _breach()})
    with pytest.raises(law.LawsClaimTwice):
        law.parse_laws(files() | {"another": files()["gdpr"]})


def _breach() -> bytes:
    return b"[breach]" + files()["gdpr"].split(b"[breach]")[1]
