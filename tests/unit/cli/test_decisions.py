"""The file of decisions: what is written is read again, by the same code that the realms read it with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.cli.cell_plan import find_realms_file
from reelm.cli.decisions import append_decision, count_countries, find_in_force, read_decisions, read_world
from reelm.kernel.ids import RealmCode
from reelm.realms import Decision

EU, CA, QC, US = map(RealmCode, ("eu", "ca", "ca-qc", "us"))
AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
WORLD = read_world(find_realms_file())
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=400)


@given(reason=LINE)
def test_a_decision_is_read_as_it_was_appended(reason: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("decisions") / "deployment.toml"
    first = Decision(AT, (EU,), "operator", "first")
    second = Decision(AT + timedelta(microseconds=1), (EU, QC), "operator", reason, AT + timedelta(days=30))
    append_decision(file, first)
    append_decision(file, second)
    assert read_decisions(file, WORLD) == (first, second)


def test_the_decision_in_force_is_the_last_whose_time_has_come() -> None:
    now, later = Decision(AT, (EU,), "me", "so"), Decision(AT + timedelta(days=1), (EU, US), "me", "more")
    assert find_in_force((now, later), AT - timedelta(seconds=1)) is None
    assert find_in_force((now, later), AT) is now
    assert find_in_force((now, later), later.at) is later


def test_a_file_that_is_not_there_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_decisions(tmp_path / "deployment.toml", WORLD)


def test_every_country_counts_for_one_of_the_realms_that_run() -> None:
    alone, three = count_countries(WORLD, [EU]), count_countries(WORLD, [EU, QC, US])
    assert alone == {EU: 249}
    assert sum(three.values()) == 249
    assert three[QC] == 1  # Canada, for the realm of its other provinces
