"""`reelm realm add` and `list`: what is written, what is said of residents, and what is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reelm.cli.__main__ import build_parser
from reelm.cli.cell_plan import find_realms_file
from reelm.cli.decisions import append_decision, read_decisions, read_world
from reelm.cli.realm import ResidentsMoveTooEarly, TimeNotUnderstood, run_realm
from reelm.kernel.ids import RealmCode
from reelm.realms import Decision

FIRST = Decision(datetime(2026, 1, 1, tzinfo=UTC), (RealmCode("eu"), RealmCode("us")), "operator", "the first")
AT = "2099-12-01T08:00:00Z"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    append_decision(tmp_path / "deployment.toml", FIRST)
    return tmp_path


def add(data: Path, realm: str, *words: str) -> int:
    line = ["realm", "add", realm, "--data", str(data), "--reason", "people asked", "--at", AT, *words]
    return run_realm(build_parser().parse_args(line))


def decided(data: Path) -> tuple[Decision, ...]:
    return read_decisions(data / "deployment.toml", read_world(find_realms_file()))


def listed(data: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run_realm(build_parser().parse_args(["realm", "list", "--data", str(data), "--json"])) == 0
    return json.loads(capsys.readouterr().out)


def test_residents_stay_unless_a_time_is_given_and_that_is_said(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(data, "gb") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "16 countries change hands."
    assert "Nobody moves by themselves" in said[2]
    assert decided(data)[-1].residents_move_at is None
    assert listed(data, capsys)["planned"][0]["residents_move_at"] is None


def test_the_time_at_which_residents_move_is_written_and_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(data, "ch", "--move-residents-at", "2099-12-24T09:00:00+01:00") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "1 country changes hands."
    assert said[2] == "Who lives there is told now, and moves from 2099-12-24T08:00:00+00:00 on."
    assert decided(data)[-1].residents_move_at == datetime(2099, 12, 24, 8, tzinfo=UTC)
    told = listed(data, capsys)
    assert told["planned"][0]["residents_move_at"] == "2099-12-24T08:00:00+00:00"
    assert [row["residents"] for row in told["realms"]] == [None, None]
    assert run_realm(build_parser().parse_args(["realm", "list", "--data", str(data)])) == 0
    assert "; residents move from 2099-12-24T08:00:00+00:00 on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("time", "refusal"),
    [
        ("2099-12-01T07:59:59Z", ResidentsMoveTooEarly),
        ("2099-12-01T08:59:59+01:00", ResidentsMoveTooEarly),
        ("2099-12-24", TimeNotUnderstood),
        ("2099-12-24T08:00:00", TimeNotUnderstood),
        ("soon", TimeNotUnderstood),
    ],
)
def test_a_time_that_can_not_be_is_refused_and_nothing_is_decided(
    data: Path, time: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        add(data, "gb", "--move-residents-at", time)
    assert decided(data) == (FIRST,)


def test_residents_may_move_as_soon_as_the_decision_is_in_force(data: Path) -> None:
    assert add(data, "gb", "--move-residents-at", AT) == 0
    assert decided(data)[-1].residents_move_at == decided(data)[-1].at
