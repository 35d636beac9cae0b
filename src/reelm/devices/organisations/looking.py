"""Is what proves a domain or a network where it has to be? `infra.names` looks, at what `proving.py` says."""

from reelm.devices.errors import NetworkTooSmall
from reelm.devices.organisations.model import Proof
from reelm.devices.organisations.proofs import where_to_put
from reelm.devices.proving import WELL_KNOWN, is_proven
from reelm.infra.names import Names


async def look(names: Names, proof: Proof) -> bool:
    """Whether the word is in every zone that makes up a network; for a domain, in the DNS or on its site."""
    try:
        places = where_to_put(proof)
    except NetworkTooSmall:
        return False
    for place in places:
        if not is_proven(await names.list_texts(place), proof.token):
            return proof.of == "domain" and await _is_on_site(names, proof)
    return True


async def _is_on_site(names: Names, proof: Proof) -> bool:
    text = await names.fetch_text(proof.value, WELL_KNOWN)
    return is_proven(text.splitlines(), proof.token)
