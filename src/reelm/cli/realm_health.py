"""Does this realm know whom it serves? What `reelm doctor` looks at in the files of realms and decisions."""

from reelm.bootstrap import open_atlas
from reelm.cli.finding import Finding
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.time import Clock
from reelm.kernel.words import say


def look_at_realms(settings: Settings, clock: Clock) -> Finding:
    """Whether the files are understood now; a process that started before goes on with what it understood last."""
    try:
        atlas = open_atlas(settings, clock)
    except Problem as problem:
        words = say(problem.slug(), problem.facts(), "en").detail
        return Finding("realms", ok=False, what=f"{words} What runs keeps the map of before; nothing starts anew")
    served = len(atlas.map.countries_of(atlas.realm))
    running = ", ".join(realm.code for realm in atlas.map.running)
    unaddressed = [code for code, url in atlas.addresses().items() if not url and code != atlas.realm]
    if unaddressed:
        where = f"{settings.peers_path}; start their gateways or copy their cards there"
        return Finding("realms", ok=False, what=f"no address of {', '.join(unaddressed)} in {where}")
    return Finding("realms", ok=True, what=f"running: {running}; {atlas.realm} serves {served} countries")
