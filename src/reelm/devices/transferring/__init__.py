"""How does a name server get an organisation's zones, and hear that one has changed? AXFR with TSIG, and NOTIFY."""

from reelm.devices.transferring.answering import answer, make_notice
from reelm.devices.transferring.book import ZoneBook, list_keys, list_names
from reelm.devices.transferring.model import ALGORITHM, Zone, ZoneKey

__all__ = [
    "ALGORITHM",
    "Zone",
    "ZoneBook",
    "ZoneKey",
    "answer",
    "list_keys",
    "list_names",
    "make_notice",
]
