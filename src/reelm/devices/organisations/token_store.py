"""The queries of organisations' tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Function, delete, func, insert, select, update

from reelm.devices.organisations.tables import organisation_tokens, organisations
from reelm.infra.db import ReadUnit, Record, Values, WriteUnit
from reelm.kernel.ids import OrganisationId

_T = organisation_tokens.c


async def insert_token(unit: WriteUnit, organisation: OrganisationId, hashed: bytes, values: Values) -> None:
    """Keep a new token's digest."""
    await unit.write(insert(organisation_tokens).values(token_hash=hashed, organisation_id=organisation, **values))


async def find_token(unit: ReadUnit, hashed: bytes, purpose: str, at: datetime) -> Record | None:
    """The organisation (`id` and `code`) whose token of this purpose has this digest, where it holds at `at`."""
    statement = (
        select(organisations.c.id, organisations.c.code)
        .join(organisation_tokens, _T.organisation_id == organisations.c.id)
        .where(_T.token_hash == hashed, _T.purpose == purpose, _T.expires_at > at, _T.revoked_at.is_(None))
    )
    return await unit.first(statement)


async def list_tokens(unit: ReadUnit, organisation: OrganisationId) -> Sequence[Record]:
    """All of an organisation's, the newest first, without what would let anybody in."""
    shown = (_called().label("id"), _T.purpose, _T.made_at, _T.expires_at, _T.revoked_at)
    mine = select(*shown).where(_T.organisation_id == organisation)
    return await unit.all(mine.order_by(_T.made_at.desc(), _called()))


async def list_holders(
    unit: ReadUnit, purpose: str, at: datetime, organisation: OrganisationId | None
) -> Sequence[Record]:
    """Tokens of a purpose that hold at `at`, each with the organisation (`id` and `code`) whose it is."""
    joined = select(
        *(organisations.c.id, organisations.c.code, _called().label("called"), _T.token_hash, _T.expires_at)
    ).join(organisation_tokens, _T.organisation_id == organisations.c.id)
    holds = joined.where(_T.purpose == purpose, _T.expires_at > at, _T.revoked_at.is_(None))
    if organisation is not None:
        holds = holds.where(_T.organisation_id == organisation)
    return await unit.all(holds.order_by(organisations.c.code, _called()))


async def update_revoked(unit: WriteUnit, organisation: OrganisationId, id: str, at: datetime) -> bool:
    """Whether the organisation has such a token. One that was revoked before stays as it was."""
    mine = update(organisation_tokens).where(_T.organisation_id == organisation, _called() == id)
    return await unit.write(mine.values(revoked_at=func.coalesce(_T.revoked_at, at))) > 0


async def delete_expired(unit: WriteUnit, at: datetime) -> None:
    """Remove the tokens of every organisation that hold no longer."""
    await unit.write(delete(organisation_tokens).where(_T.expires_at <= at))


def _called() -> Function[str]:
    """What a token is called by: the first bytes of its digest, from which nobody gets to the token."""
    return func.encode(func.substr(_T.token_hash, 1, 8), "hex")
