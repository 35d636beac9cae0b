"""`reelm devices`: a key is made, a decision signed and checked, and files come of it or one clear line."""

import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.house.catalogue import ROOT
from tests.unit.devices.examples import VECTORS, draft

from reelm.cli.__main__ import main
from reelm.cli.devices_options import TARGETS
from reelm.devices import TARGETS as COMPILED

EXAMPLE = VECTORS / "decision-example.json"


def test_the_command_line_offers_what_can_be_compiled() -> None:
    assert set(TARGETS) == set(COMPILED)


def test_an_organisation_signs_a_decision_with_a_key_it_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, unsigned, decision = tmp_path / "key", tmp_path / "draft.json", tmp_path / "decision.json"
    unsigned.write_text(json.dumps(draft()))
    assert main(["devices", "make-key", "--out", str(key)]) == 0
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "private" not in key.with_name("key.pub").read_text()
    assert '"d"' not in key.with_name("key.pub").read_text()
    assert main(["devices", "sign", str(unsigned), "--key", str(key), "--out", str(decision)]) == 0
    assert main(["devices", "verify", str(decision), "--keys", f"{key}.pub"]) == 0
    assert "Corporate Management Board" in capsys.readouterr().out
    assert main(["devices", "make-key", "--out", str(key)]) == 1  # a key is never written over
    assert main(["devices", "sign", str(unsigned), "--key", f"{key}.pub", "--out", str(decision)]) == 1


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_comes_of_the_example(target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["devices", "compile", str(EXAMPLE), "--target", target, "--out", str(tmp_path), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"].keys() == {one.name for one in tmp_path.iterdir()} != set()
    content = "".join(one.read_text("utf-8") for one in tmp_path.iterdir())
    assert any(name in content for name in ("shortvideo.example", "example.shortvideo", "suspensions"))


def test_a_decision_that_was_changed_makes_no_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(EXAMPLE.read_bytes())
    told["app"]["domains"] = ["somebody-else.example"]
    changed = tmp_path / "decision-example.json"
    changed.write_text(json.dumps(told))
    words = ["devices", "compile", str(changed), "--target", "rpz", "--out", str(tmp_path / "out")]
    assert main([*words, "--keys", str(VECTORS / "decision-example.keys.json")]) == 1
    assert capsys.readouterr().err.startswith("reelm: The signature does not hold.")
    assert main(words) == 1
    assert "decision-example.keys.json can't be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_published_schema_takes_the_example_and_no_draft() -> None:
    schema = json.loads((ROOT / "contracts" / "devices" / "decision-1.json").read_bytes())
    validator: Any = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(EXAMPLE.read_bytes()))
    assert not validator.is_valid(draft())
    assert not validator.is_valid(json.loads(EXAMPLE.read_bytes()) | {"reason": {}})


def test_coverage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "coverage", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (user,) = (one for one in told if (one["platform"], one["enrolment"]) == ("ios", "user"))
    assert user["controls"]["app-seen"]["reach"] == "not-possible"
