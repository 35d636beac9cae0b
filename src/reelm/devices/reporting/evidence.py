"""How is it shown, to somebody who trusts nobody here, how a device stood when? By entries of the public log.

The evidence of a device is its secret and, for each entry about it, a `.tlog-proof` (C2SP tlog-proof). With these a
program that has never spoken to us finds out that the log holds the entry, that its key has signed that, and that the
entry is about this device and no other. `check_evidence` is one such program.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelm import ledger
from reelm.devices.errors import EvidenceMalformed, EvidenceWrong
from reelm.devices.reporting.standing import commit_device

KIND = "device-evidence"
MOST_BYTES = 64 * 1024 * 1024


class _Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["device-evidence"]
    v: Literal[1]
    device: UUID
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    proofs: Annotated[tuple[str, ...], Field(max_length=100_000)]


@dataclass(frozen=True)
class Stood:
    """How a device stood to a decision, named by its digest, from `since` on; `index` is that of the entry."""

    index: int
    decision: str
    state: str
    since: str
    reported: str | None


def make_evidence(device: UUID, key: bytes, proofs: Sequence[str]) -> bytes:
    """The file, in JSON."""
    told = {
        "kind": KIND,
        "v": 1,
        "device": str(device),
        "key": base64.urlsafe_b64encode(key).decode().rstrip("="),
        "proofs": list(proofs),
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def check_evidence(data: bytes, keys: Sequence[ledger.VerifierKey]) -> list[Stood]:
    """What a file shows by the keys of logs that one trusts, in the order of the entries.

    Raises `EvidenceMalformed`; `EvidenceWrong` for an entry about another device; what `ledger.check_proof` raises
    for a proof that does not hold.
    """
    if len(data) > MOST_BYTES:
        raise EvidenceMalformed
    try:
        told = _Evidence.model_validate_json(data)
    except ValidationError:
        raise EvidenceMalformed from None
    secret = base64.urlsafe_b64decode(told.key + "=")
    found = [_check_one(proof.encode(), secret, told.device, keys) for proof in told.proofs]
    return sorted(found, key=lambda one: one.index)


def _check_one(proof: bytes, secret: bytes, device: UUID, keys: Sequence[ledger.VerifierKey]) -> Stood:
    proven = ledger.check_proof(proof, keys=keys)
    try:
        entry = ledger.decode(proven.entry)
    except ledger.EntryRefused:
        raise EvidenceWrong(index=proven.index) from None
    if entry.kind != ledger.DeviceState.kind:
        raise EvidenceWrong(index=proven.index)
    fact: dict[str, Any] = entry.fact
    expected = commit_device(secret, device, fact["decision"], fact["since"])
    if not hmac.compare_digest(expected, fact["device"]):
        raise EvidenceWrong(index=proven.index)
    return Stood(proven.index, fact["decision"], fact["state"], fact["since"], fact.get("reported"))
