"""Is anything held for longer than it is said to be? Owns the nightly look, and what each found.

Promises: a table that says that its rows go after a time has none that are older, but for what has to stay for a
case; each night's figures are kept for a year, and a table that has rows left over is told by `reelm doctor`.
"""

from reelm.privacy.retention.enforcing import enforce
from reelm.privacy.retention.rules import RetentionRule, list_rules
from reelm.privacy.retention.store import Night, find_last_night

__all__ = ["Night", "RetentionRule", "enforce", "find_last_night", "list_rules"]
