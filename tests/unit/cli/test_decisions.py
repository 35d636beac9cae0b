"""The file of decisions: what is written is read again, and what is wrong in it is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.cli.decisions import (
    Decision,
    DeploymentNotUnderstood,
    RealmClaim,
    append_decision,
    count_countries,
    find_in_force,
    read_decisions,
    read_realms,
)
from reelm.kernel.ids import RealmCode

EU, CA, QC, US = map(RealmCode, ("eu", "ca", "ca-qc", "us"))
AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
GOOD = 'at = 2026-01-02T03:04:05Z\nrealms = ["eu"]\nby = "me"\nreason = "so"\n'


@given(reason=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_a_decision_is_read_as_it_was_appended(reason: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("decisions") / "deployment.toml"
    first = Decision(AT, (EU,), "operator", "first")
    second = Decision(AT + timedelta(microseconds=1), (EU, QC), "operator", reason)
    append_decision(file, first)
    append_decision(file, second)
    assert read_decisions(file) == (first, second)


def test_the_decision_in_force_is_the_last_whose_time_has_come() -> None:
    now, later = Decision(AT, (EU,), "me", "so"), Decision(AT + timedelta(days=1), (EU, US), "me", "more")
    assert find_in_force((now, later), AT - timedelta(seconds=1)) is None
    assert find_in_force((now, later), AT) is now
    assert find_in_force((now, later), later.at) is later


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "decision"),
        ("decision = 3", "decision"),
        ("[[decision]]\nat =\n", "2"),
        (f"[[decision]]\n{GOOD.replace('05Z', '05')}", "decision[1]"),
        ("[[decision]]\n" + GOOD.replace('["eu"]', '["eu", "eu"]'), "decision[1]"),
        ("[[decision]]\n" + GOOD.replace('["eu"]', "[]"), "decision[1]"),
        ("[[decision]]\n" + GOOD.replace('["eu"]', '["eu", 3]'), "decision[1]"),
        (f"[[decision]]\n{GOOD}[[decision]]\n{GOOD}", "decision[2].at"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "deployment.toml"
    file.write_text(text)
    with pytest.raises(DeploymentNotUnderstood) as refused:
        read_decisions(file)
    assert refused.value.facts() == {"file": str(file), "where": where}


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "deployment.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DeploymentNotUnderstood):
        read_decisions(file)
    with pytest.raises(DeploymentNotUnderstood):
        read_realms(file)


def test_countries_of_a_realm_that_is_not_run_count_for_the_nearest_that_stands_in() -> None:
    world = {
        EU: RealmClaim(30, (US,)),
        QC: RealmClaim(0, (CA, US)),
        CA: RealmClaim(1, (QC, US)),
        US: RealmClaim(7, (EU,)),
    }
    assert count_countries(world, [EU, QC, US]) == {EU: 30, QC: 1, US: 7}
    assert count_countries(world, [EU]) == {EU: 38}
