"""What can an organisation see of a device that is enrolled, and what can't it? Said before anybody consents. Pure.

Words of a closed list; the client says each in the person's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reelm.devices.artefacts.coverage import Control, Reach, read_coverage
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership

NEVER: tuple[str, ...] = ("other-apps", "place", "messages", "photos", "browsing", "reelm-account", "what-is-watched")


@dataclass(frozen=True)
class Visible:
    """What is seen, what is done on the device, and what is not seen."""

    seen: Sequence[str]
    done: Sequence[str]
    not_seen: Sequence[str]


def list_visible(platform: Platform, enrolment: Enrolment, ownership: Ownership) -> Visible:
    """Of a device of this kind.

    >>> list_visible(Platform.IOS, Enrolment.USER, Ownership.PERSONAL).not_seen[0]
    'suspended-apps'
    """
    controls = read_coverage(platform, enrolment)
    seen = ["kind-of-device", "when-it-was-heard-of"]
    not_seen = list(NEVER)
    if controls[Control.APP_SEEN].reach in (Reach.NOT_POSSIBLE, Reach.NOT_BUILT):
        not_seen.insert(0, "suspended-apps")
    else:
        seen.append("suspended-apps")
    done = ["refused-by-reelm"]
    names = {
        Control.APP_REMOVED: "app-removed",
        Control.INSTALLING_BLOCKED: "installing-blocked",
        Control.SITE_IN_BROWSER: "site-blocked",
    }
    done += [word for control, word in names.items() if controls[control].reach in (Reach.ENFORCED, Reach.PARTLY)]
    if ownership is Ownership.PERSONAL:
        seen.append("that-you-consented")
    return Visible(seen, done, not_seen)
