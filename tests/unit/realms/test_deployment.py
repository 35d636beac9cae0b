"""Dated decisions, and the world narrowed by one of them."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.realms.worlds import delivered, map_of

from reelm.kernel.errors import Problem
from reelm.realms.deployment import count_moved, list_due, parse_deployment
from reelm.realms.iso import list_codes

REALMS = sorted(delivered().realms)
FIRST = """
[[decision]]
at = 2026-01-01T00:00:00Z
realms = ["eu"]
by = "operator"
reason = "One cell to begin with."
"""
SECOND = """
[[decision]]
at = 2026-06-01T02:00:00+02:00
realms = ["us", "eu", "ca-qc"]
by = "operator"
reason = "Québec’s data to Québec."
"""


@given(st.sets(st.sampled_from(REALMS), min_size=1))
def test_whatever_runs_every_place_has_exactly_one_realm_that_runs(running: set[str]) -> None:
    found = map_of(*running)
    assert {realm.code for realm in found.running} == running
    served = [code for realm in found.running for code in found.countries_of(realm.code)]
    assert sorted(served) == list(list_codes())
    regions = [code for realm in found.running for code in found.regions_of(realm.code)]
    assert regions == ["CA-QC"]
    assert set(found.countries) == set(list_codes())


@given(st.sets(st.sampled_from(REALMS), min_size=1))
def test_who_is_claimed_by_a_realm_that_runs_stays_with_it(running: set[str]) -> None:
    found = map_of(*running)
    for place, realm in delivered().claims.items():
        assert realm.code not in running or found.places[place] == realm.code


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        ("eu", {"FR": "eu", "GB": "eu", "US": "eu", "CA": "eu", "CA-QC": "eu", "JP": "eu"}),
        ("us", {"FR": "us", "CA-QC": "us", "US": "us", "BR": "us"}),
        (
            "eu ca-qc us",
            {"FR": "eu", "CH": "eu", "CA": "ca-qc", "CA-QC": "ca-qc", "US": "us", "PR": "us", "JP": "eu"},
        ),
        ("ca us", {"CA": "ca", "CA-QC": "ca", "FR": "ca", "GB": "ca", "US": "us"}),
        ("gb us", {"FR": "gb", "CA-QC": "us", "GB": "gb", "AU": "gb"}),
        (" ".join(REALMS), {"FR": "eu", "CA": "ca", "CA-QC": "ca-qc", "LI": "eu", "CH": "ch", "ZA": "me-af"}),
    ],
)
def test_who_serves_whom(running: str, expected: dict[str, str]) -> None:
    found = map_of(*running.split())
    assert {place: found.places[place] for place in expected} == expected


def test_the_last_decision_whose_time_has_come_is_in_force() -> None:
    first, second = parse_deployment(FIRST + SECOND, delivered())
    assert second.at == datetime(2026, 6, 1, tzinfo=UTC)
    moments = (first.at - timedelta(seconds=1), first.at, second.at - timedelta(seconds=1), second.at)
    assert [list_due((first, second), at) for at in moments] == [(), (first,), (first,), (first, second)]


def test_a_decision_is_known_by_the_digest_of_what_it_says() -> None:
    _, second = parse_deployment(FIRST + SECOND, delivered())
    said = {
        "at": "2026-06-01T00:00:00Z",
        "by": "operator",
        "realms": ["ca-qc", "eu", "us"],
        "reason": "Québec’s data to Québec.",
    }
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    assert second.digest() == hashlib.sha256(text).hexdigest()


def test_when_residents_move_is_part_of_what_a_decision_says() -> None:
    first, second = parse_deployment(FIRST + SECOND + "residents_move_at = 2026-07-01T02:00:00+02:00\n", delivered())
    assert first.residents_move_at is None
    assert second.residents_move_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert json.loads(second.text())["residents_move_at"] == "2026-07-01T00:00:00Z"
    assert second.digest() != parse_deployment(FIRST + SECOND, delivered())[1].digest()
    at_once = SECOND + "residents_move_at = 2026-06-01T00:00:00Z\n"
    assert parse_deployment(FIRST + at_once, delivered())[1].residents_move_at == second.at


def test_the_digest_of_a_map_can_be_taken_by_anybody() -> None:
    found = map_of("eu", "us")
    text = json.dumps(dict(sorted(found.places.items())), separators=(",", ":")).encode()
    assert found.digest() == hashlib.sha256(text).hexdigest()


def test_countries_that_move_are_counted_once() -> None:
    alone, three = map_of("eu").places, map_of("eu", "ca-qc", "us").places
    assert count_moved(alone, alone) == 0
    assert count_moved(alone, three) == len(delivered().realms[map_of("us").running[0].code].countries) + 1
    assert count_moved(map_of("ca", "eu").places, map_of("ca", "ca-qc", "eu").places) == 1


@pytest.mark.parametrize(
    ("text", "slug", "facts"),
    [
        ("", "no-decision-in-force", {}),
        ("[[decision]", "declaration-not-toml", {"line": 1}),
        (FIRST.replace("00Z", "00"), "declaration-wrong", {"where": "decision.0.at"}),
        (FIRST.replace("2026-01-01T00:00:00Z", '"2026-01-01T00:00:00Z"'), "declaration-wrong", {}),
        (FIRST.replace("2026-01-01T00:00:00Z", "2026-01-01"), "declaration-wrong", {"where": "decision.0.at"}),
        (FIRST.replace('["eu"]', "[]"), "declaration-wrong", {"where": "decision.0.realms"}),
        (FIRST.replace('["eu"]', '["eu", "eu"]'), "declaration-wrong", {"where": "decision.0.realms"}),
        (FIRST.replace('by = "operator"\n', ""), "declaration-wrong", {"where": "decision.0.by"}),
        (FIRST.replace('"operator"', '""'), "declaration-wrong", {"where": "decision.0.by"}),
        (FIRST + "until = 2027-01-01T00:00:00Z\n", "declaration-wrong", {"where": "decision.0.until"}),
        (FIRST + SECOND.replace('"us"', '"mars"'), "realms-unknown", {"realms": "mars"}),
        (SECOND + FIRST, "decisions-not-in-order", {"at": "2026-01-01T00:00:00+00:00"}),
        (FIRST + FIRST, "decisions-not-in-order", {}),
        (FIRST + "residents_move_at = 2026-12-01\n", "declaration-wrong", {"where": "decision.0.residents_move_at"}),
        (
            FIRST + SECOND + "residents_move_at = 2026-05-31T23:59:59Z\n",
            "residents-move-before-decision",
            {"at": "2026-06-01T00:00:00+00:00"},
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_what_is_wrong(text: str, slug: str, facts: dict[str, object]) -> None:
    with pytest.raises(Problem) as refusal:
        parse_deployment(text, delivered(), "decisions.toml")
    assert refusal.value.slug() == slug
    assert refusal.value.facts().items() >= (facts | {"file": "decisions.toml"}).items()
