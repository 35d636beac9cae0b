"""How does an organisation's directory keep ours? By SCIM 2.0 (RFC 7643, 7644); `scim2-models` reads its messages.

It is imported when the first directory asks: its library takes longer to load than most of Reelm, and no role but the
web's needs it. `queries.py`, `reading.py`, `members.py` and `resources.py` are pure.
"""

from reelm.devices.directory.keeping import (
    create_resource,
    delete_resource,
    fetch_resource,
    list_resources,
    patch_resource,
    replace_resource,
)
from reelm.devices.directory.resources import (
    list_resource_types,
    list_schemas,
    show_config,
)

__all__ = [
    "create_resource",
    "delete_resource",
    "fetch_resource",
    "list_resource_types",
    "list_resources",
    "list_schemas",
    "patch_resource",
    "replace_resource",
    "show_config",
]
