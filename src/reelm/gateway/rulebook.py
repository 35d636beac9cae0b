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

    `fault` is what is wrong with the files as they are now; `None` while the rules in force are theirs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamps: object = None
        self._looked_at = 0.0
        self.fault: RulesMalformed | None = None
        self._rules: Rules | None = None

    @property
    def rules(self) -> Rules:
        """The rules in force. Raises `RulesMalformed` where there have never been any."""
        now = time.monotonic()
        if self._rules is None or now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._look()
        if self._rules is None:
            assert self.fault is not None
            raise self.fault
        return self._rules

    def _look(self) -> None:
        stamps = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in self._paths()}
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            self._rules = read_rules(self.read_files())
            self.fault = None
        except RulesMalformed as fault:
            self.fault = fault
            _log.error("the policies are not understood; those before stay in force", extra={"facts": fault.facts()})

    def read_files(self) -> Mapping[str, bytes]:
        """The files of the folder, by their relative names."""
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()}

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.rglob("*") if path.suffix in _ENDINGS and path.is_file())
