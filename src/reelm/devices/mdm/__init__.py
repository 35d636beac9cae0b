"""How are Apple's devices managed, as far as a suspension needs it? Messages, commands and their queue. Pure."""

from reelm.devices.mdm.commands import (
    Command,
    Progress,
    install_profile,
    list_suspended_apps,
    remove_app,
    remove_profile,
    take_answer,
)
from reelm.devices.mdm.messages import (
    Answer,
    Authenticate,
    CheckIn,
    CheckOut,
    Status,
    TokenUpdate,
    read_answer,
    read_check_in,
    read_inventory,
)

__all__ = [
    "Answer",
    "Authenticate",
    "CheckIn",
    "CheckOut",
    "Command",
    "Progress",
    "Status",
    "TokenUpdate",
    "install_profile",
    "list_suspended_apps",
    "read_answer",
    "read_check_in",
    "read_inventory",
    "remove_app",
    "remove_profile",
    "take_answer",
]
