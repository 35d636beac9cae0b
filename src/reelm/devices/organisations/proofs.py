"""How does an organisation come to bind a network or speak for a domain? It shows that it is its own (`proving.py`).

Nobody can have others suspended: what was not found is not proven. A proof is looked for when somebody asks, by a
worker that has a network, and again every day; it is lost where it is not found for a week, or where another
organisation is found to hold the same.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from ipaddress import ip_network
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from reelm import ledger
from reelm.devices import proving
from reelm.devices.acting import Act
from reelm.devices.model import Domain, Network, Range
from reelm.devices.organisations import store
from reelm.devices.organisations.errors import DomainNotTaken, NetworkNotTaken, ProofNotFound
from reelm.devices.organisations.model import LOOKED_EVERY, PROOF_OUTLASTS, Proof
from reelm.devices.organisations.policy import Step
from reelm.devices.organisations.registering import sit
from reelm.devices.suffixes import is_public_suffix
from reelm.infra.db import Database, ReadUnit
from reelm.infra.jobs import JobSpec, enqueue
from reelm.kernel.ids import OrganisationId, public_id

_log = logging.getLogger(__name__)

# Whether what proves it is where it has to be, now.
Look = Callable[[Proof], Awaitable[bool]]
LOOK = "organisations.look"
OUTSIDE = "outside"

_DOMAIN: TypeAdapter[str] = TypeAdapter(Domain)
_NETWORK: TypeAdapter[Network] = TypeAdapter(Range)


async def ask_proof(act: Act, code: str, of: Literal["domain", "network"], value: str) -> Proof:
    """Say what is the organisation's own; the answer says what has to be found where.

    Raises as `sit` does, `DomainNotTaken`, `NetworkNotTaken`, `NetworkTooSmall`.
    """
    organisation, _ = await sit(act.unit, code, act.actor, Step.PROVE)
    named = _check_domain(value) if of == "domain" else _check_network(value)
    proof = Proof("", organisation.id, of, named, proving.make_token(), act.at)
    await store.put_proof(act.unit, proof)
    return next(
        one for one in await store.list_proofs(act.unit, organisation.id) if (one.of, one.value) == (of, named)
    )


def where_to_put(proof: Proof) -> list[str]:
    """The names whose TXT records must hold the word; a domain may have it at `WELL_KNOWN` instead."""
    if proof.of == "domain":
        return [proving.domain_name(proof.value)]
    return proving.network_names(proof.network)


async def ask_look(act: Act, code: str, id: UUID) -> Proof:
    """Have a proof looked for soon; `looked_at` tells when that was. Raises as `sit`, and `ProofNotFound`."""
    organisation, _ = await sit(act.unit, code, act.actor, Step.PROVE)
    proof = await store.find_proof(act.unit, organisation.id, id)
    if proof is None:
        raise ProofNotFound
    told = {"organisation": str(organisation.id), "proof": proof.id, "asked_at": act.at.isoformat()}
    await enqueue(act.unit, JobSpec(LOOK, told, queue=OUTSIDE, lock=f"{LOOK} {proof.id}"))
    return proof


async def run_look(database: Database, look: Look, args: Mapping[str, str], *, realm: str, at: datetime) -> None:
    """Look for the proof that somebody asked for, unless it was looked for since."""
    async with database.read() as unit:
        proof = await store.find_proof(unit, OrganisationId(UUID(args["organisation"])), UUID(args["proof"]))
    if proof is None or (proof.looked_at and proof.looked_at > datetime.fromisoformat(args["asked_at"])):
        return
    await _look_at(database, look, proof, realm=realm, at=at)


async def look_again(database: Database, look: Look, *, realm: str, at: datetime) -> int:
    """Look for every proof that was not looked for in a day; returns how many there were."""
    async with database.read() as unit:
        due = await store.list_due_proofs(unit, at - LOOKED_EVERY)
    for proof in due:
        await _look_at(database, look, proof, realm=realm, at=at)
    return len(due)


async def list_held(unit: ReadUnit, organisation: OrganisationId) -> tuple[frozenset[str], tuple[Network, ...]]:
    """The domains and the networks that are proven to be an organisation's."""
    held = [one for one in await store.list_proofs(unit, organisation) if one.holds]
    domains = frozenset(one.value for one in held if one.of == "domain")
    return domains, tuple(one.network for one in held if one.of == "network")


async def _look_at(database: Database, look: Look, proof: Proof, *, realm: str, at: datetime) -> None:
    seen = await look(proof)
    async with database.write() as unit:
        act = Act(unit, realm, at)
        await (_note_found if seen else _note_missed)(act, proof)


async def _note_found(act: Act, proof: Proof) -> None:
    await store.update_proof(act.unit, proof.id, looked_at=act.at, missed_at=None)
    if proof.holds:
        return
    for other in await store.list_same_proofs(act.unit, proof):
        await _lose(act, other)
    entry = await act.log(_fact(proof, "proven"))
    await store.update_proof(act.unit, proof.id, proven_at=act.at, lost_at=None, entry=entry)


async def _note_missed(act: Act, proof: Proof) -> None:
    missed_at = proof.missed_at or act.at
    await store.update_proof(act.unit, proof.id, looked_at=act.at, missed_at=missed_at)
    if proof.holds and act.at - missed_at >= PROOF_OUTLASTS:
        await _lose(act, proof)


async def _lose(act: Act, proof: Proof) -> None:
    _log.warning("a proof is lost", extra={"facts": {"organisation": public_id(proof.organisation), "of": proof.of}})
    entry = await act.log(_fact(proof, "lost"))
    await store.update_proof(act.unit, proof.id, lost_at=act.at, entry=entry)


def _fact(proof: Proof, step: Literal["proven", "lost"]) -> ledger.OrganisationProof:
    value = hashlib.sha256(proof.value.encode()).hexdigest()
    return ledger.OrganisationProof(organisation=public_id(proof.organisation), of=proof.of, value=value, step=step)


def _check_domain(value: str) -> str:
    try:
        domain = _DOMAIN.validate_python(value.lower())
    except ValidationError:
        raise DomainNotTaken(domain=value[:253]) from None
    if is_public_suffix(domain):
        raise DomainNotTaken(domain=domain)
    return domain


def _check_network(value: str) -> str:
    try:
        network = _NETWORK.validate_python(ip_network(value))
    except (ValidationError, ValueError):
        raise NetworkNotTaken(network=value[:60]) from None
    proving.network_names(network)
    return str(network)
