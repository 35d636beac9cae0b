"""What can an organisation show an auditor of its suspension, and what can't it? One pack a decision.

Promises: every figure follows from files in the pack; what nobody has heard of is counted apart and never as
compliant; and what stays open, or is not known, is listed without being asked for.
"""

from reelm.devices.auditing.gathering import gather
from reelm.devices.auditing.model import Facts, Gap, Item, Met
from reelm.devices.auditing.pack import make_pack

__all__ = [
    "Facts",
    "Gap",
    "Item",
    "Met",
    "gather",
    "make_pack",
]
