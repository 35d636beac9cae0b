"""Whom does an organisation have us believe about its devices? Those that its device administrators name.

Who is believed decides how devices stand in the log: so it is in the log, too, who was believed when, by which keys.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from reelm import accounts, ledger
from reelm.devices import organisations
from reelm.devices.acting import Act, Actor
from reelm.devices.delivery import POLL, PUSH, is_endpoint
from reelm.devices.listening import store
from reelm.devices.listening.errors import IssuerNotFound, IssuerNotTaken, IssuerTaken
from reelm.devices.listening.model import Issuer
from reelm.devices.organisations import Step
from reelm.devices.signal_keys import SignalKey, dump_keys, read_signal_keys
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import new_uuid, public_id


@dataclass(frozen=True)
class NewIssuer:
    """What is said of one: by which name (`iss`) and keys it signs, and where and by which token it is polled, if it
    does not push.
    """

    issuer: str
    jwks: Mapping[str, object]
    endpoint: str | None = None
    poll_token: str | None = field(default=None, repr=False)


async def add_issuer(act: Act, code: str, new: NewIssuer) -> tuple[Issuer, str | None]:
    """Listen to an issuer from now on. Where it pushes, the token that it has to show is told this once.

    Raises as `organisations.sit` does, `IssuerNotTaken`, `KeysMalformed`, `IssuerTaken`, `LedgerBusy`.
    """
    organisation, _ = await organisations.sit(act.unit, code, act.actor, Step.MANAGE_DEVICES)
    _check(new)
    method = PUSH if new.endpoint is None else POLL
    keys = read_signal_keys(new.jwks)
    made = Issuer(new_uuid(), organisation.id, organisation.code, new.issuer, keys, method, act.at)
    token = secrets.token_urlsafe(32) if method == PUSH else None
    made = replace(made, endpoint=new.endpoint, poll_token=new.poll_token)
    if not await store.insert_issuer(act.unit, made, accounts.token_hash(token) if token else None):
        raise IssuerTaken(issuer=new.issuer)
    await act.log(_fact(made, "added", keys))
    return made, token


async def change_keys(act: Act, code: str, id: UUID, jwks: Mapping[str, object]) -> Issuer:
    """Believe it by these keys from now on, and by no older one.

    Raises as `organisations.sit` does, `IssuerNotFound`, `KeysMalformed`, `LedgerBusy`.
    """
    organisation, _ = await organisations.sit(act.unit, code, act.actor, Step.MANAGE_DEVICES)
    found = await store.find_issuer(act.unit, id)
    if found is None or found.organisation != organisation.id:
        raise IssuerNotFound
    keys = read_signal_keys(jwks)
    await store.update_issuer(act.unit, id, jwks=dump_keys(keys))
    await act.log(_fact(found, "changed", keys))
    return replace(found, keys=keys)


async def drop_issuer(act: Act, code: str, id: UUID) -> None:
    """Listen to it no more; what it said stays. Raises as `sit`, `IssuerNotFound`, `LedgerBusy`."""
    organisation, _ = await organisations.sit(act.unit, code, act.actor, Step.MANAGE_DEVICES)
    found = await store.find_issuer(act.unit, id)
    if found is None or not await store.delete_issuer(act.unit, organisation.id, id):
        raise IssuerNotFound
    await act.log(_fact(found, "removed"))


async def list_issuers(unit: ReadUnit, code: str, actor: Actor) -> list[Issuer]:
    """Those of an organisation, to whoever acts for it. Raises as `organisations.sit` does."""
    organisation, _ = await organisations.sit(unit, code, actor, Step.LOOK)
    return await store.list_issuers(unit, organisation.id)


def _fact(
    issuer: Issuer, step: Literal["added", "changed", "removed"], keys: Sequence[SignalKey] = ()
) -> ledger.SignalIssuer:
    thumbprints = "\n".join(sorted(key.thumbprint() for key in keys))
    return ledger.SignalIssuer(
        organisation=public_id(issuer.organisation),
        issuer=hashlib.sha256(issuer.issuer.encode()).hexdigest(),
        step=step,
        keys=hashlib.sha256(thumbprints.encode()).hexdigest() if keys else None,
    )


def _check(new: NewIssuer) -> None:
    """An issuer is known by an https address without a query (SSF 1.0, 7.1); it need not have a path."""
    if "?" in new.issuer or not is_endpoint(new.issuer if new.issuer.count("/") > 2 else f"{new.issuer}/"):
        raise IssuerNotTaken(field="issuer")
    if new.endpoint is not None and not is_endpoint(new.endpoint):
        raise IssuerNotTaken(field="endpoint")
    if (new.endpoint is None) != (new.poll_token is None):
        raise IssuerNotTaken(field="poll_token")
