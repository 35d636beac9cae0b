"""The example decision, changed where a test says so, and keys of its own to sign it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from reelm.devices import Decision, SignedDecision, read_decision, sign_decision

VECTORS = Path(__file__).parents[3] / "contracts" / "vectors"
KEY = ECKey.generate_key("P-256")
DRAFT: dict[str, Any] = json.loads((VECTORS / "decision-example.json").read_bytes())
DRAFT.pop("signature")


def draft(**changes: Any) -> dict[str, Any]:
    """The example with fields set, by their path with two underscores for a dot; `None` takes one out."""
    told = deepcopy(DRAFT)
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = told
        for parent in parents:
            place = place[parent]
        if value is None:
            place.pop(name)
        else:
            place[name] = value
    return told


def signed(**changes: Any) -> SignedDecision:
    return read_decision(sign_decision(json.dumps(draft(**changes)).encode(), KEY))


def decision(**changes: Any) -> Decision:
    return signed(**changes).decision
