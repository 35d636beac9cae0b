"""A role that can't know whom it serves says so in one line, and does not start."""

from pathlib import Path

import pytest

from reelm.cli.__main__ import main


def test_a_broken_file_of_decisions_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deployment.toml").write_text("[[decision]\n")
    monkeypatch.setenv("REELM_DEPLOYMENT_FILE", str(tmp_path / "deployment.toml"))
    monkeypatch.setenv("REELM_DATABASE_URL", "postgresql:///never-asked")
    monkeypatch.setattr("reelm.cli.serve.configure_logging", lambda: None)  # that of the tests stays
    assert main(["serve", "web"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("deployment.toml is no TOML from line 1 on. Mend that line.")
