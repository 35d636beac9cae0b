"""A Linux desktop with our agent: it enrols, has policies while a decision is in force, and is then as it was before.

The agent is `reelm devices agent`, as a program of its own, over TLS.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.devices.fleet import Fleet, open_fleet
from tests.integration.devices.institution import as_text, stages
from tests.integration.devices.roster import PERSONAL, Listed, invite, list_device
from tests.integration.devices.zones import Zones
from tests.integration.world import Stage

from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

SOON = timedelta(seconds=30)


@pytest.fixture
async def fleet(settings: Settings, stage: Stage, zones: Zones, tmp_path: Path) -> AsyncGenerator[Fleet]:
    """By this machine's clock, as the agent has no other, and by the address that leads here."""
    clock = HandClock(datetime.now(UTC).replace(microsecond=0))
    async with open_fleet(settings, clock, stage, zones, tmp_path, host="127.0.0.1") as opened:
        yield opened


@dataclass
class Desktop:
    """A machine: its folders, and the agent on it."""

    fleet: Fleet
    folder: Path
    listed: Listed

    @property
    def policies(self) -> Path:
        return self.folder / "etc"

    async def run(self, *more: str, server: str | None = None) -> tuple[int, str]:
        """One round; what it ends with, and all that it says."""
        command = [sys.executable, "-m", "reelm.cli", "devices", "agent", "--once", "--policies", str(self.policies)]
        command += ["--server", server or self.fleet.site.base, "--state", str(self.folder / "state"), *more]
        shares = {"XDG_DATA_DIRS": str(self.folder / "share"), "XDG_DATA_HOME": str(self.folder / "home")}
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | shares | {"SSL_CERT_FILE": str(self.fleet.site.certificate)},
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    def look(self) -> dict[str, bytes]:
        """Every file and folder of the policies."""
        found = sorted(self.policies.rglob("*"))
        return {str(one.relative_to(self.policies)): one.read_bytes() if one.is_file() else b"" for one in found}

    def install(self, name: str) -> None:
        entry = self.folder / "share" / "applications" / f"{name}.desktop"
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_text("[Desktop Entry]\nType=Application\n")


async def _desktop(fleet: Fleet, tmp_path: Path, ownership: str = "corporate") -> Desktop:
    listed = await list_device(fleet.institution, "linux-1", "linux", "agent", ownership)
    desktop = Desktop(fleet, tmp_path / "linux-1", listed)
    (desktop.policies / "firefox").mkdir(parents=True)
    (desktop.policies / "hosts.allow").write_text("sshd: ALL\n")
    return desktop


async def _publish(fleet: Fleet) -> str:
    now = fleet.clock.now()
    until = as_text(now + SOON)
    return await fleet.institution.publish(stages=stages(now, deadline=SOON), reply__until=until)


async def test_a_desktop_has_policies_while_a_decision_is_in_force_and_is_then_as_before(
    fleet: Fleet, tmp_path: Path
) -> None:
    desktop = await _desktop(fleet, tmp_path)
    before = desktop.look()
    ended, said = await desktop.run("--code", await invite(fleet.institution, desktop.listed))
    assert ended == 0, said
    assert "enrolled: linux-1 of Example Institution" in said
    key = tmp_path / "linux-1" / "state" / "key.pem"
    assert key.stat().st_mode & 0o077 == 0
    id = await _publish(fleet)
    ended, said = await desktop.run("--acknowledge")
    assert (ended, desktop.look()) == (0, before), said
    assert "Example Institution suspends Reelm (published)" in said
    assert "not acknowledged: the device is nobody's in particular" in said
    fleet.clock.advance(SOON)
    desktop.install("example.reelm.app")
    ended, said = await desktop.run()
    assert ended == 0, said
    assert "found: example.reelm.app" in said
    in_force = desktop.look()
    assert b"reelm.example" in in_force["chromium/policies/managed/reelm-suspensions.json"]
    assert b"reelm.example" in in_force["firefox/policies/policies.json"]
    assert b"0.0.0.0 reelm.example" in in_force["reelm-suspensions.hosts"]
    assert await fleet.state(id, desktop.listed) == "not-compliant"
    (tmp_path / "linux-1" / "share" / "applications" / "example.reelm.app.desktop").unlink()
    assert (await desktop.run())[0] == 0
    assert desktop.look() == in_force
    assert await fleet.state(id, desktop.listed) == "cannot-be-verified"
    await fleet.institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})
    ended, said = await desktop.run()
    assert (ended, desktop.look()) == (0, before), said


async def test_a_desktop_that_is_excepted_gets_nothing(fleet: Fleet, tmp_path: Path) -> None:
    desktop = await _desktop(fleet, tmp_path)
    before = desktop.look()
    id = await _publish(fleet)
    fleet.clock.advance(SOON)
    assert (await desktop.run("--code", await invite(fleet.institution, desktop.listed)))[0] == 0
    assert desktop.look() != before
    await fleet.except_(id, desktop.listed)
    assert (await desktop.run())[0] == 0
    assert desktop.look() == before


async def test_a_desktop_of_somebodys_own_is_enrolled_only_if_they_agree(fleet: Fleet, tmp_path: Path) -> None:
    desktop = await _desktop(fleet, tmp_path, PERSONAL)
    code = await invite(fleet.institution, desktop.listed)
    ended, said = await desktop.run("--code", code)
    assert ended == 1
    assert "it sees: kind-of-device, when-it-was-heard-of, suspended-apps" in said
    assert "reelm: Nothing was enrolled." in said
    assert (await desktop.run("--code", code, "--yes"))[0] == 0
    id = await _publish(fleet)
    ended, said = await desktop.run("--acknowledge")
    assert (ended, "  acknowledged\n" in said) == (0, True), said
    told = await fleet.institution.do("auditor", "GET", f"/decisions/{id}/told")
    assert (told["people"], told["told"], told["acknowledged"]) == (1, 1, 1)


async def test_what_goes_wrong_is_one_clear_line(fleet: Fleet, tmp_path: Path) -> None:
    desktop = await _desktop(fleet, tmp_path)
    id = await _publish(fleet)
    fleet.clock.advance(SOON)
    for more, words in (
        ((), "reelm: The device is not enrolled."),
        (("--code", "7F3K-9QXM-2B8T-VW4C"), "reelm: The server says no. It answered 404: The code is not good."),
    ):
        ended, said = await desktop.run(*more)
        assert (ended, said.startswith(words), said.count("\n")) == (1, True, 1), said
    code = await invite(fleet.institution, desktop.listed)
    foreign = desktop.policies / "firefox" / "policies" / "policies.json"
    foreign.parent.mkdir()
    foreign.write_text("{}")
    ended, said = await desktop.run("--code", code)
    assert (ended, "A file is in the way" in said.splitlines()[-1]) == (1, True), said
    assert foreign.read_text() == "{}"
    assert not (desktop.policies / "chromium").exists()
    ended, said = await desktop.run(server="https://127.0.0.1:9")
    assert (ended, "reelm: The folder is another server's." in said, said.count("\n")) == (1, True, 1), said
    state = tmp_path / "linux-1" / "state" / "server"
    state.write_text("https://127.0.0.1:9\n")
    ended, said = await desktop.run(server="https://127.0.0.1:9")
    assert (ended, "(unreachable)" in said, said.count("\n")) == (1, True, 1), said
    state.write_text(f"{fleet.site.base}\n")
    await fleet.institution.realm.rows("DELETE FROM managed_devices WHERE id = $1", desktop.listed.id)
    ended, said = await desktop.run()
    assert (ended, "401: The device is not recognised" in said, said.count("\n")) == (1, True, 1), (id, said)
