"""What comes of a signal that somebody sends us? It is believed or refused, and what it says is done, all at once.

Whoever sends it may not have heard that it was taken, and sends it again. So one that was taken before is taken again
and has no effect: RFC 8935 asks for the same answer, and refusing it would have it come back for ever.
"""

from datetime import timedelta

from reelm import accounts
from reelm.devices import signals
from reelm.devices.acting import Act
from reelm.devices.compliance import CLOCKS_DIFFER
from reelm.devices.delivery import SET_TYPE
from reelm.devices.enrolling.enrolment_store import take_token
from reelm.devices.errors import SignalRefused
from reelm.devices.listening import store
from reelm.devices.listening.model import Issuer
from reelm.devices.listening.reading import read_status
from reelm.devices.register import list_decisions
from reelm.devices.reporting import Said, note
from reelm.infra.db import ReadUnit

# A token is taken for a week by its date, and from clocks that are ahead.
REMEMBERED = signals.TAKEN_FOR + timedelta(hours=1)


def audience_of(public_url: str, organisation_code: str) -> str:
    """By which name tokens for an organisation are addressed to us: they are no other's then, nor for another."""
    return f"{public_url}/signals/{organisation_code}"


async def recognise(unit: ReadUnit, organisation_code: str, token: str | None) -> Issuer:
    """Who shows this token at an organisation's address. Raises `SignalRefused`."""
    found = await store.find_by_token(unit, accounts.token_hash(token)) if token else None
    if found is None or found.organisation_code != organisation_code:
        raise SignalRefused(err="authentication_failed")
    return found


async def take_pushed(act: Act, issuer: Issuer, content_type: str, body: bytes, *, public_url: str) -> None:
    """Hear what was pushed (RFC 8935). Raises `SignalRefused`, `LedgerBusy`."""
    if content_type.partition(";")[0].strip().lower() != SET_TYPE:
        raise SignalRefused(err="invalid_request")
    try:
        token = body.decode("ascii")
    except UnicodeDecodeError:
        raise SignalRefused(err="invalid_request") from None
    await hear(act, issuer, token, public_url=public_url)


async def hear(act: Act, issuer: Issuer, token: str, *, public_url: str, jti: str | None = None) -> None:
    """Believe a token or refuse it, and do what it says, once. With a `jti` it must be that one.

    Raises `SignalRefused`, `LedgerBusy`.
    """
    audience = audience_of(public_url, issuer.organisation_code)
    heard = signals.read_signal(token, keys={issuer.issuer: issuer.keys}, audience=audience, now=act.at)
    if jti is not None and heard.jti != jti:
        raise SignalRefused(err="invalid_request")
    known_as = f"{issuer.organisation_code} {issuer.issuer}"
    if not await take_token(act.unit, known_as, heard.jti, act.at + REMEMBERED):
        return
    told: dict[str, object] = {"heard_at": act.at}
    if heard.kind == signals.VERIFICATION:
        told |= {"verified_at": act.at, "verified_state": heard.state}
    elif heard.kind == signals.STREAM_UPDATED:
        told |= {"stream_status": heard.stream}
    else:
        await _do(act, issuer, heard)
    await store.update_issuer(act.unit, issuer.id, **told)


async def _do(act: Act, issuer: Issuer, heard: signals.Heard) -> None:
    """A device that nobody has in the directory is no fault of whoever tells of it."""
    device = await store.find_device(act.unit, issuer.organisation, heard.device or "")
    if device is None:
        return
    if heard.status is None:
        hashes = await store.take_sessions(act.unit, device, heard.at + CLOCKS_DIFFER)
        await accounts.end_sessions(act.unit, hashes, realm=act.realm, at=act.at)
        return
    found = await list_decisions(act.unit, organisation=issuer.organisation, published=True)
    live = {one.id: one for one in found if one.is_live(act.at)}
    says = read_status(heard.status, live.values())
    await note(act, [Said(device, id, has_app, heard.at, "signal") for id, has_app in says.items()])
