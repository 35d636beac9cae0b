"""Whom decisions move where, and from when on."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.realms.worlds import map_of

from reelm.kernel.ids import RealmCode
from reelm.realms import Decision
from reelm.realms.departures import Change, Departure, find_departure

EU = RealmCode("eu")
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def decide(day: int, realms: str, moving: int | None = None) -> Change:
    """These realms run from that day on; residents move on the day `moving`."""
    move_at = None if moving is None else START + moving * DAY
    decision = Decision(START + day * DAY, tuple(map(RealmCode, realms.split())), "me", "a test", move_at)
    return decision, map_of(*realms.split()).places


ALONE = decide(0, "eu")
GB = decide(10, "eu gb", 20)
CH = decide(30, "eu gb ch", 40)


def depart(changes: list[Change], place: str, day: int, home: str = "eu") -> tuple[str, int] | None:
    found = find_departure(changes, RealmCode(home), place, START + day * DAY)
    return (found.realm, (found.at - START).days) if found else None


@pytest.mark.parametrize("day", [0, 9, 10, 19, 20, 500])
def test_a_decision_moves_the_residents_of_the_places_that_it_gives_away(day: int) -> None:
    assert depart([ALONE, GB], "GB", day) == ("gb", 20)
    for place in ("FR", "CH", "CA-QC", "XX"):
        assert depart([ALONE, GB], place, day) is None
    assert depart([ALONE, GB], "GB", day, home="gb") is None
    assert depart([ALONE, decide(10, "eu gb")], "GB", day) is None


def test_a_later_decision_about_other_places_takes_nothing_back() -> None:
    later = decide(15, "eu gb ch")
    assert depart([ALONE, GB, later], "GB", 16) == ("gb", 20)
    assert depart([ALONE, GB, later], "CH", 16) is None
    assert [depart([ALONE, GB, CH], place, 31) for place in ("GB", "CH")] == [("gb", 20), ("ch", 40)]


def test_what_is_taken_back_before_its_time_moves_nobody() -> None:
    back = decide(15, "eu")
    for day in (5, 12, 17, 25):
        assert depart([ALONE, GB, back], "GB", day) is None
    late = decide(25, "eu")
    assert depart([ALONE, GB, late], "GB", 24) == ("gb", 20)
    assert depart([ALONE, GB, late], "GB", 25) is None


def test_a_decision_can_move_those_whom_an_earlier_one_left_where_they_were() -> None:
    changes = [ALONE, decide(10, "eu gb"), decide(30, "eu gb", 33)]
    assert depart(changes, "GB", 12) == ("gb", 33)
    assert depart(changes, "FR", 12) is None
    again = [ALONE, GB, decide(30, "eu gb", 33)]
    assert [depart(again, "GB", day) for day in (12, 25, 33)] == [("gb", 20), ("gb", 20), ("gb", 33)]


def test_people_of_a_realm_that_is_taken_away_move_to_whoever_stands_in() -> None:
    changes = [decide(0, "eu gb us"), decide(10, "eu us", 12)]
    assert depart(changes, "GB", 11, home="gb") == ("eu", 12)
    assert depart(changes, "US", 11, home="us") is None


def test_where_nothing_was_decided_nobody_moves() -> None:
    assert depart([], "GB", 0) is None


def test_a_departure_names_the_decision_that_brings_it() -> None:
    found = find_departure([ALONE, GB], EU, "GB", START)
    assert found == Departure(RealmCode("gb"), START + 20 * DAY, GB[0].digest())
