"""An organisation's people, groups and devices, as its own systems have them: by SCIM 2.0, or from a list.

Promises: nothing of one organisation is reached through another's directory; what a directory takes out is gone; a
device's keys are neither told to a directory nor taken from one.
"""

from reelm.devices.roll.csv_import import (
    Listed,
    read_inventory,
)
from reelm.devices.roll.directory import (
    Answer,
    Asked,
    Directory,
    create_resource,
    delete_resource,
    fetch_resource,
    list_resources,
    patch_resource,
    replace_resource,
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
from reelm.devices.roll.scim.resources import (
    list_resource_types,
    list_schemas,
    show_config,
)

__all__ = [
    "Answer",
    "Asked",
    "Directory",
    "Imported",
    "Listed",
    "Sighting",
    "create_resource",
    "delete_resource",
    "fetch_resource",
    "import_inventory",
    "list_devices",
    "list_people",
    "list_resource_types",
    "list_resources",
    "list_schemas",
    "patch_resource",
    "read_inventory",
    "replace_resource",
    "show_config",
]
