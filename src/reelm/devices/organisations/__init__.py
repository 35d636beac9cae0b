"""Who manages devices here, who acts for them, by which keys do they sign, and what have they proven to be theirs?"""

from reelm.devices.organisations.looking import (
    look,
)
from reelm.devices.organisations.model import (
    Duty,
    Key,
    Organisation,
    Proof,
    Seat,
)
from reelm.devices.organisations.policy import (
    Step,
    check,
    may,
)
from reelm.devices.organisations.proofs import (
    LOOK,
    OUTSIDE,
    Look,
    ask_look,
    ask_proof,
    list_held,
    look_again,
    run_look,
    where_to_put,
)
from reelm.devices.organisations.registering import (
    NewOrganisation,
    add_key,
    appoint,
    ask_passkeys,
    fetch_organisation,
    list_valid_keys,
    make_token,
    register,
    revoke_key,
    sit,
)
from reelm.devices.organisations.store import (
    list_keys,
    list_organisations,
    list_proofs,
    list_seats,
)
from reelm.devices.organisations.tables import STAYING
from reelm.devices.organisations.tokens import (
    Holder,
    TokenPurpose,
    list_holders,
)

__all__ = [
    "LOOK",
    "OUTSIDE",
    "STAYING",
    "Duty",
    "Holder",
    "Key",
    "Look",
    "NewOrganisation",
    "Organisation",
    "Proof",
    "Seat",
    "Step",
    "TokenPurpose",
    "add_key",
    "appoint",
    "ask_look",
    "ask_passkeys",
    "ask_proof",
    "check",
    "fetch_organisation",
    "list_held",
    "list_holders",
    "list_keys",
    "list_organisations",
    "list_proofs",
    "list_seats",
    "list_valid_keys",
    "look",
    "look_again",
    "make_token",
    "may",
    "register",
    "revoke_key",
    "run_look",
    "sit",
    "where_to_put",
]
