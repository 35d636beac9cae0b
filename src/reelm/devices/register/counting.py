"""How many devices stand how to a decision, as everybody may know it?"""

from reelm.devices.compliance import Compliance, count_states
from reelm.devices.register import subjects_store
from reelm.devices.register.figures import suppress
from reelm.devices.register.model import Filed
from reelm.infra.db import ReadUnit


async def count_figures(unit: ReadUnit, filed: Filed) -> tuple[dict[Compliance, int | None], int] | None:
    """The figures with what is too few left out, and the rounded sum; `None` before any device is judged by it."""
    states = await subjects_store.list_states(unit, filed.id)
    return suppress(count_states(states)) if states else None
