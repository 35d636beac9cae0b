"""What does the law ask of a realm, across all packages? Incidents, and how long what is held.

Each part is a package of its own, used by its name: `privacy.incidents.record`. Who of the staff may do what with the
realm's registers is decided in `policy.py`.
"""

from reelm.privacy import incidents, retention, rights
from reelm.privacy.policy import Deed, check_may

__all__ = ["Deed", "check_may", "incidents", "retention", "rights"]
