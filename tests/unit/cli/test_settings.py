"""A setting that is not understood is said in one line, before anything starts, and without its value."""

from pathlib import Path

import pytest

from reelm.cli.__main__ import main


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REELM_STAFF_COUNTRIES", "France"),
        ("REELM_MAX_CLIP_S", "a minute"),
        ("REELM_LEDGER_INTERVAL_MS", "-77"),
        ("REELM_ACCEL", "s3cret"),
        ("REELM_EVENTS_URL", "kafka://s3cret"),
    ],
)
def test_a_setting_that_is_not_understood_is_one_clear_line(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    data = ["--data", str(tmp_path / "var")]
    for command in (["up", *data], ["serve", "web"], ["migrate"], ["ledger", "fsck", *data]):
        assert main(command) == 1
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert said.err.startswith(f"reelm: A setting isn't understood. {name} has a value")
        assert value not in said.err
    assert not (tmp_path / "var").exists()
