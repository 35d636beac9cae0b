"""What a try of a way around a decision comes to: never closed where nothing could be told."""

from typing import Any

import pytest
from tests.unit.devices.examples import decision

from reelm.devices.probing.judging import (
    judge_address,
    judge_alternate,
    judge_other,
    judge_page,
    judge_resolver,
    list_names,
    list_unlisted,
)
from reelm.devices.probing.model import Outcome, Said, Way

GONE, THERE, EMPTY = Said("NXDOMAIN"), Said("NOERROR", ("192.0.2.80",)), Said("NOERROR")
NAME, SERVER = "shortvideo.example", "10.0.0.53:53"


@pytest.mark.parametrize(
    ("said", "elsewhere", "outcome"),
    [
        (GONE, {"192.0.2.80"}, Outcome.CLOSED),
        (EMPTY, {"192.0.2.80"}, Outcome.CLOSED),
        (GONE, set[str](), Outcome.NOT_MEASURED),
        (None, {"192.0.2.80"}, Outcome.NOT_MEASURED),
        (THERE, set[str](), Outcome.OPEN),
    ],
)
def test_a_resolver_has_blocked_a_name_only_if_it_works_and_others_have_it(
    said: Said | None, elsewhere: Any, outcome: Outcome
) -> None:
    assert judge_resolver(NAME, SERVER, said, elsewhere).outcome is outcome


@pytest.mark.parametrize(
    ("said", "other", "alternate"),
    [
        (THERE, Outcome.OPEN, Outcome.OPEN),
        (GONE, Outcome.CLOSED, Outcome.CLOSED),
        (None, Outcome.CLOSED, Outcome.NOT_MEASURED),
    ],
)
def test_what_answers_is_open(said: Said | None, other: Outcome, alternate: Outcome) -> None:
    assert judge_other(Way.DNS_OVER_HTTPS, NAME, "https://dns.example/dns-query", said).outcome is other
    assert judge_alternate("other.example", SERVER, said).outcome is alternate


def test_what_takes_a_connection_or_is_shown_is_open() -> None:
    assert judge_address("192.0.2.80:443", NAME, "HTTP/1.1 403 Forbidden").outcome is Outcome.OPEN
    assert judge_address("192.0.2.80:443", NAME, None).outcome is Outcome.CLOSED
    assert judge_page(Way.EMBED, "https://shortvideo.example/", status=200, error=None).outcome is Outcome.OPEN
    blocked = judge_page(Way.BROWSER, "https://shortvideo.example/", status=None, error="net::ERR_BLOCKED")
    assert (blocked.outcome, blocked.how) == (Outcome.CLOSED, "ERR_BLOCKED")


def test_names_that_the_decision_covers_are_no_other_names() -> None:
    told = decision()
    names = [NAME, f"a.b.{NAME}", "notshortvideo.example", "*.other.example", "other.example", "other.example"]
    assert list_unlisted(told, names) == ["notshortvideo.example", "other.example"]
    assert list_names(told)[:2] == [NAME, f"www.{NAME}"]


def test_what_is_long_is_cut_and_not_refused() -> None:
    many = Said("NOERROR", tuple(f"2001:db8::{number:x}" for number in range(200)))
    assert 290 < len(judge_resolver("a" * 250, "b" * 250, many, set()).how) <= 300
