"""Ids, times, refusals and the language they speak."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.kernel.data_classes import DataClass
from reelm.kernel.errors import Problem
from reelm.kernel.ids import new_uuid
from reelm.kernel.time import HandClock, SystemClock
from reelm.kernel.words import choose_language, say


def test_ids_are_uuid_7_of_their_time_and_differ() -> None:
    made = [new_uuid() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {(id.version, id.variant) for id in made} == {(7, "specified in RFC 4122")}
    first_ms = made[0].int >> 80
    assert abs(first_ms / 1000 - datetime.now(UTC).timestamp()) < 60
    assert (made[-1].int >> 80) >= first_ms


def test_clocks_are_aware_and_one_is_moved_by_hand() -> None:
    assert SystemClock().now().tzinfo is UTC
    clock = HandClock(datetime(2026, 5, 4, tzinfo=UTC))
    clock.advance(timedelta(days=1))
    assert clock.now() == clock.now() == datetime(2026, 5, 5, tzinfo=UTC)


@dataclass(eq=False)
class HTTPVideoNotOKThen(Problem):
    limit_s: int
    found: str = "x"


def test_a_refusal_has_a_slug_and_facts() -> None:
    problem = HTTPVideoNotOKThen(limit_s=3)
    assert (problem.slug(), problem.status) == ("http-video-not-ok-then", 400)
    assert problem.facts() == {"limit_s": 3, "found": "x"}
    assert str(problem) == problem.slug()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"), ("", "en"), ("fr", "fr-CA"), ("fr-FR", "fr-CA"), ("FR-ca", "fr-CA"), ("en, fr", "en"),
        ("de, fr;q=0.5, en;q=0.4", "fr-CA"), ("fr;q=0", "en"), ("fr;q=x, en;q=0.1", "en"), ("*", "en"),
        (";;,,", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_liked_best(header: str | None, language: str) -> None:
    assert choose_language(header) == language


@given(st.text(max_size=100))
def test_any_header_gives_a_language(header: str) -> None:
    assert choose_language(header) in ("en", "fr-CA")


def test_words_carry_their_facts() -> None:
    words = say("upload-too-long", {"limit_s": 180, "was_s": 204}, "en")
    assert "204 s" in words.detail
    assert "180 s" in words.detail


def test_only_system_data_and_sums_are_nobodys() -> None:
    assert {data for data in DataClass if not data.is_personal} == {DataClass.SYSTEM, DataClass.AGGREGATE}
