"""Does what another realm tells us leave its entries, one in its log and one in ours? Its canary is asked for."""

from collections import Counter

from reelm import accounts, gateway, ledger
from reelm.kernel.ids import RealmCode
from reelm.probing.prober import Prober
from reelm.probing.waiting import find_in_time


async def probe_crossing(prober: Prober, realm: RealmCode) -> tuple[Counter[str], Counter[str]]:
    """Ask `realm` for its canary's public profile: the entries expected, and those found.

    The `crossing` is looked up in that realm's log, fetched through its gateway and checked against a checkpoint
    that extends the last one seen; the `arrival` in our own. Nothing is expected of a realm that lets nothing cross.
    Raises `NotFoundAbroad`, `RealmNotAnswering`, `RealmUnknown`, `GatewayNotRunning`, and what is wrong with our log.
    """
    asked = await prober.trust()
    known = await ledger.fetch_head(prober.served, asked)
    try:
        received = await prober.abroad.ask(realm, gateway.Kind.PROFILE, {"handle": accounts.CANARY})
    except gateway.CrossingRefused:
        return Counter(), Counter()
    crossing, arrival = ledger.Crossing.kind, ledger.Arrival.kind

    async def look() -> Counter[str]:
        entries = await ledger.read_since(prober.served, asked, known)
        came = {"from": realm, "entry": received.entry, "message": received.kind.value}
        found = Counter(one.kind for one in entries if one.kind == arrival and came.items() <= one.fact.items())
        if await prober.abroad.is_told(realm, received):
            found[crossing] += 1
        return found

    expected = Counter([crossing, arrival])
    return expected, await find_in_time(look, expected)
