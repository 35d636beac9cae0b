"""An organisation's people, groups and devices, as its own systems have them: by SCIM 2.0, or from a list.

Promises: nothing of one organisation is reached through another's directory; what a directory takes out is gone; a
device's keys are neither told to a directory nor taken from one.
"""

from reelm.devices.roll.asking import (
    Answer,
    Asked,
    Directory,
)
from reelm.devices.roll.csv_import import (
    Listed,
    read_inventory,
)
from reelm.devices.roll.finding import (
    list_devices,
    list_people,
)
from reelm.devices.roll.inventory import (
    Imported,
    Sighting,
    import_inventory,
)

__all__ = [
    "Answer",
    "Asked",
    "Directory",
    "Imported",
    "Listed",
    "Sighting",
    "import_inventory",
    "list_devices",
    "list_people",
    "read_inventory",
]
