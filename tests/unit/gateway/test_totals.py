"""What crossed is added up without counting anything twice, and every day is there."""

from datetime import date

from reelm.gateway.totals import add_up, purpose_of
from reelm.ledger import Line, Sums

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 25)


def line(day: str, direction: str, sender: str, receiver: str, message: str, **more: str) -> Line:
    return Line(day, direction, sender, receiver, message, **more)


ROWS = {
    line("2026-11-24", "out", "eu", "us", "counts", purpose="statistics", classes="reelm.aggregate"): Sums(
        2, 6, 100, 30
    ),
    line("2026-11-25", "out", "eu", "us", "counts", purpose="statistics", classes="reelm.aggregate"): Sums(
        5, 6, 100, 50
    ),
    line("2026-11-25", "in", "us", "eu", "comment", classes="user.name user.content.public"): Sums(3, 0, 60, 0),
    line("2026-11-25", "refused", "eu", "us", "comment", purpose="public-act", rule="default-deny"): Sums(4),
}


def test_every_day_is_there_also_an_empty_one() -> None:
    days = add_up(ROWS, FIRST, LAST).days
    assert [(day, one.out, one.in_, one.refused) for day, one in days.items()] == [
        ("2026-11-23", 0, 0, 0),
        ("2026-11-24", 2, 0, 0),
        ("2026-11-25", 5, 3, 4),
    ]


def test_routes_purposes_and_classes_add_up_to_what_crossed() -> None:
    totals = add_up(ROWS, FIRST, LAST)
    assert {route: (one.out, one.in_, one.refused) for route, one in totals.routes.items()} == {
        ("eu", "us"): (7, 0, 4),
        ("us", "eu"): (0, 3, 0),
    }
    assert totals.purposes["public-act"].in_ == 3
    assert totals.classes["user.name"].in_ == totals.classes["user.content.public"].in_ == 3
    assert totals.rules == {("default-deny", "us"): 4}


def test_the_budget_is_told_by_destination_and_by_its_worst_day() -> None:
    (spent,) = add_up(ROWS, FIRST, LAST).spent.values()
    assert (spent.in_all, spent.most_in_a_day) == (80, 50)


def test_a_message_of_a_kind_that_is_not_known_has_no_purpose() -> None:
    assert purpose_of(line("2026-11-25", "in", "us", "eu", "telepathy")) == ""
