"""By which ways can a suspended app still be reached, from here, now? Each is tried, and told as it was seen."""

from reelm.devices.probing.errors import ProbesMalformed
from reelm.devices.probing.judging import read_certificate
from reelm.devices.probing.model import Outcome, Probe, Probes, Way, read_probes, summarise
from reelm.devices.probing.trying import Tries, probe

__all__ = [
    "Outcome",
    "Probe",
    "Probes",
    "ProbesMalformed",
    "Tries",
    "Way",
    "probe",
    "read_certificate",
    "read_probes",
    "summarise",
]
