"""Who may answer a decision, and how? The suspended service, and everybody whom it binds; published beside it.

The service is known by having proven one of the domains that the decision names; where that is this very realm, its
operators answer. It reads what it is asked about before anybody else. Somebody who is bound answers on a device of
theirs, and is not named.
"""

import hashlib
from uuid import UUID

from reelm import accounts, ledger
from reelm.devices import organisations
from reelm.devices.acting import Act
from reelm.devices.register import store
from reelm.devices.register.errors import DecisionNotFound, NotTheService, ReplyNotTaken
from reelm.devices.register.model import By, Filed, Said
from reelm.devices.register.rules import covers, names_host
from reelm.devices.states import State
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, new_uuid
from reelm.kernel.roles import Role

LONGEST = 4000


async def reply_as_service(act: Act, id: UUID, words: str, *, host: str) -> Said:
    """Answer for the service. `host` is where this realm is, whose operators answer where it is the service.

    Raises `DecisionNotFound`, `NotTheService`, `ReplyNotTaken`.
    """
    filed = await _fetch_heard(act, id)
    domain = await _find_domain(act.unit, filed, act.by, host)
    if domain is None:
        raise NotTheService
    return await _reply(act, filed, "service", domain, words)


async def reply_as_bound(act: Act, id: UUID, words: str) -> Said:
    """Answer as somebody whom it binds; the caller has seen to that. Raises `DecisionNotFound`, `ReplyNotTaken`."""
    return await _reply(act, await _fetch_heard(act, id), "staff", None, words)


async def fetch_readable(
    unit: ReadUnit, id: UUID, viewer: AccountId | None, *, host: str, version: int | None = None
) -> Filed:
    """The version asked for, or the newest that is published. A draft is for whoever speaks for the service that was
    asked about it. Raises `DecisionNotFound`.
    """
    found = [one for one in await store.list_decisions(unit, id=id) if version in (None, one.version)]
    published = [one for one in found if one.published_at is not None]
    if published:
        return published[-1]
    asked = [one for one in found if one.asked_at is not None]
    if not asked or await _find_domain(unit, asked[-1], viewer, host) is None:
        raise DecisionNotFound
    return asked[-1]


async def list_asked(unit: ReadUnit, viewer: AccountId, *, host: str) -> list[Filed]:
    """Drafts that somebody is asked about as the service, the newest first."""
    asked = [one for one in await store.list_decisions(unit) if one.asked_at and not one.published_at]
    return [one for one in reversed(asked) if await _find_domain(unit, one, viewer, host) is not None]


async def _find_domain(unit: ReadUnit, filed: Filed, account: AccountId | None, host: str) -> str | None:
    """For which of the domains of the suspended service somebody speaks, if for any."""
    if account is None:
        return None
    role, _ = await accounts.fetch_position(unit, account)
    if role is Role.OPERATOR and names_host(filed.decision.app, host):
        return host
    for organisation in await organisations.list_organisations(unit, account):
        domains, _ = await organisations.list_held(unit, organisation.id)
        theirs = [one for one in filed.decision.app.domains if any(covers(own, one) for own in domains)]
        if theirs:
            return theirs[0]
    return None


async def _fetch_heard(act: Act, id: UUID) -> Filed:
    """Also one that is not published yet: that is when answers count most."""
    found = [one for one in await store.list_decisions(act.unit, id=id) if one.asked_at or one.published_at]
    if not found:
        raise DecisionNotFound
    return found[-1]


async def _reply(act: Act, filed: Filed, by: By, domain: str | None, words: str) -> Said:
    text = words.strip()
    if not 0 < len(text) <= LONGEST or "\0" in text or filed.state(act.at) in {State.LIFTED, State.LAPSED}:
        raise ReplyNotTaken(longest=LONGEST)
    digest = hashlib.sha256(text.encode()).hexdigest()
    entry = await act.log(ledger.SuspensionReply(decision=filed.digest, by=by, reply=digest))
    said = Said(new_uuid(), by, domain, text, act.at, entry)
    await store.insert_reply(act.unit, filed, said)
    return said
