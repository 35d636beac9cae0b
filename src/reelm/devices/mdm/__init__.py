"""How are Apple's devices managed, as far as a suspension needs it? By a minimal server for their own protocol."""

from reelm.devices.mdm.commands import (
    Command,
    Progress,
    install_profile,
    list_suspended_apps,
    note_answer,
    remove_app,
    remove_profile,
    send_next,
    take_answer,
)
from reelm.devices.mdm.enrolment_profile import (
    Entry,
    make_enrolment_profile,
)
from reelm.devices.mdm.managing import (
    check_in,
    connect,
    make_entry,
    sign_command,
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
from reelm.devices.mdm.planning import (
    Plan,
    Wanted,
    plan_commands,
    plan_removals,
    read_hidden,
    want,
)
from reelm.devices.mdm.showing import (
    read_client_certificate,
    read_signature,
)

__all__ = [
    "Answer",
    "Authenticate",
    "CheckIn",
    "CheckOut",
    "Command",
    "Entry",
    "Plan",
    "Progress",
    "Status",
    "TokenUpdate",
    "Wanted",
    "check_in",
    "connect",
    "install_profile",
    "list_suspended_apps",
    "make_enrolment_profile",
    "make_entry",
    "note_answer",
    "plan_commands",
    "plan_removals",
    "read_answer",
    "read_check_in",
    "read_client_certificate",
    "read_hidden",
    "read_inventory",
    "read_signature",
    "remove_app",
    "remove_profile",
    "send_next",
    "sign_command",
    "take_answer",
    "want",
]
