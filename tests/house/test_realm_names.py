"""The client names every realm there can be, as the declaration of the realms does."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", ["en", "fr-CA"])
def test_every_realm_has_its_name_in_the_clients_messages(language: str) -> None:
    declared: dict[str, Any] = tomllib.loads((ROOT / "deploy" / "realms.toml").read_text("utf-8")).get("realms", {})
    messages: dict[str, Any] = json.loads((ROOT / f"client/src/lib/i18n/{language}.json").read_text("utf-8"))
    for code, realm in declared.items():
        assert messages.get(f"abroadName.{code}") == realm["names"][language]
        assert f"abroadThe.{code}" in messages
        assert f"abroadIn.{code}" in messages
