"""Probes that don't wait long for what is not there."""

import pytest

from reelm.probing import waiting


@pytest.fixture(autouse=True)
def quick_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WITHIN_S", 1.0)
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 0.05)
