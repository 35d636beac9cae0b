"""Is what should be in the logs really there? Probes look at canaries once a day, and then at the logs as served.

Owns `canary_probes`. Promises: a probe goes the way that everybody's look or question goes; what it left is counted
in the public files, under a signed checkpoint, and not in the database; a result is told in the log, whatever it is.
It proves something of what goes that way, and nothing of what does not.
"""

from reelm.probing.daily import find_standing, probe_what_is_due
from reelm.probing.model import Probe, Standing
from reelm.probing.prober import Prober

__all__ = ["Probe", "Prober", "Standing", "find_standing", "probe_what_is_due"]
