"""By which ways can a suspended app still be reached, from here, now? Each is tried, and told as it was seen."""

from reelm.devices.probing.errors import ProbesMalformed
from reelm.devices.probing.model import Outcome, Probe, Probes, Way, read_probes, summarise

__all__ = [
    "Outcome",
    "Probe",
    "Probes",
    "ProbesMalformed",
    "Way",
    "read_probes",
    "summarise",
]
