"""Which rules are in force now? Those in the folder of policies; a fault there leaves the rules before in force."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from reelm.gateway.errors import RulesMalformed
from reelm.gateway.policy import Rules, read_rules

LOOK_EVERY_S = 1.0
_ENDINGS = frozenset({".cedar", ".cedarschema", ".toml", ".md"})
_log = logging.getLogger(__name__)


class Rulebook:
    """The rules in one folder, looked at again at most each second.

    A change is taken once it has stood still from one look to the next, so that nothing is decided by half of it.

    `fault` is what is wrong with the files as they are now; `None` while the rules in force are theirs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamps: object = None
        self._coming: object = None
        self._looked_at: float | None = None
        self.fault: RulesMalformed | None = None
        self._rules: Rules | None = None

    @property
    def rules(self) -> Rules:
        """The rules in force. Raises `RulesMalformed` where there have never been any."""
        rules = self.find()
        if rules is None:
            raise self.fault or RulesMalformed(file=str(self._folder.name), fault="it can't be read")
        return rules

    def find(self) -> Rules | None:
        """The rules in force; `None` where there have never been any."""
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._look()
        return self._rules

    def _look(self) -> None:
        try:
            stamps = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in self._paths()}
        except OSError:
            return  # a file is being replaced: look again in a second
        if stamps == self._stamps:
            return
        settled, self._coming = self._stamps is None or stamps == self._coming, stamps
        if not settled:
            return
        try:
            self._rules = read_rules(self._read())
            self.fault = None
        except RulesMalformed as fault:
            self.fault = fault
            _log.error("the policies are not understood; those before stay in force", extra={"facts": fault.facts()})
        self._stamps = stamps

    def _read(self) -> Mapping[str, bytes]:
        """Raises `RulesMalformed` for a file that can't be read."""
        try:
            return self.read_files()
        except OSError as error:
            name = Path(str(error.filename)).name
            raise RulesMalformed(file=name, fault="it can't be read") from None

    def read_files(self) -> Mapping[str, bytes]:
        """The files of the folder, by their relative names."""
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()}

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.rglob("*") if path.suffix in _ENDINGS and path.is_file())
