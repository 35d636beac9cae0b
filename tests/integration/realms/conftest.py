"""A realm beside others: its file of decisions, and the cards of its neighbours."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.world import Realm, Stage, open_realm

from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

ADDRESSES = {"eu": "https://eu.reelm.test", "ca-qc": "https://qc.reelm.test", "us": "https://us.reelm.test"}


@dataclass(frozen=True)
class Papers:
    """The files an operator writes, as a test changes them."""

    realms: Path
    deployment: Path
    peers: Path

    def decide(self, at: datetime, *realms: str) -> None:
        """Append a decision."""
        listed = ", ".join(f'"{realm}"' for realm in realms)
        with self.deployment.open("a") as file:
            file.write(f'[[decision]]\nat = {at.isoformat()}\nrealms = [{listed}]\nby = "olga"\nreason = "a test"\n')

    def leave_card(self, realm: str, **told: str) -> None:
        """Do as that realm's gateway does."""
        card = {"realm": realm, "public_url": ADDRESSES[realm], "key": f"key of {realm}", "vkey": f"{realm}+0+A"}
        (self.peers / f"{realm}.json").write_text(json.dumps(card | told))


@pytest.fixture
def papers(tmp_path: Path, clock: HandClock) -> Papers:
    """Since yesterday eu, ca-qc and us run; eu's and ca-qc's gateways have been up."""
    made = Papers(tmp_path / "realms.toml", tmp_path / "deployment.toml", tmp_path / "peers")
    made.realms.write_bytes(Path("deploy/realms.toml").read_bytes())
    made.peers.mkdir()
    made.decide(clock.now() - timedelta(days=1), "eu", "ca-qc", "us")
    for realm in ("eu", "ca-qc"):
        made.leave_card(realm)
    return made


@pytest.fixture
def beside(settings: Settings, papers: Papers) -> Settings:
    """The settings of the eu among others."""
    files = {"realms_file": papers.realms, "deployment_file": papers.deployment, "peers_dir": papers.peers}
    return settings.model_copy(update=files)


@pytest.fixture
async def europe(beside: Settings, clock: HandClock, stage: Stage) -> AsyncGenerator[Realm]:
    """The eu, beside ca-qc and us."""
    async with open_realm(beside, clock, stage.cast) as opened:
        yield opened
