"""What of a decision is enforced where, and what can't be? One line a kind of device, said before anybody asks.

An audit found an app removed from phones and its site open, and phones of one department that nobody managed. So
each control is told by itself, and what nobody can see is told as that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reelm.devices.fleet import Enrolment, Platform

# Targets whose files programs of others take and act on in our tests. The files of the others are checked against
# what their vendors publish, and nothing more is known of them.
EXERCISED_LIVE = frozenset({"chromium", "rpz"})
# Programs of ours that look at a device, or have it looked at, and say what is there. `mdm` also hands over
# `mobileconfig`, by a declaration or by a command; `ddm` is for managements of others, from iOS 27 on.
REPORTERS = frozenset({"agent", "mdm"})


class Control(StrEnum):
    """What a decision may ask of a device, or of the network that it is on."""

    APP_REMOVED = "app-removed"
    INSTALLING_BLOCKED = "installing-blocked"
    APP_SEEN = "app-seen"
    SITE_IN_BROWSER = "site-in-browser"
    SITE_ON_NETWORK = "site-on-network"


class Reach(StrEnum):
    """How far a control reaches: `PARTLY` is a part of the device only, or only while it is on that network.

    What is not possible nobody can do there; what is not built others do, and Reelm does not.
    """

    ENFORCED = "enforced"
    PARTLY = "partly"
    NOT_POSSIBLE = "not-possible"
    NOT_BUILT = "not-built"


@dataclass(frozen=True)
class Cell:
    """How far one control reaches on a kind of device, and by which targets and reporters."""

    reach: Reach
    by: tuple[str, ...] = ()

    @property
    def exercised_live(self) -> tuple[str, ...]:
        return tuple(target for target in self.by if target in EXERCISED_LIVE)


_NO, _LATER = Cell(Reach.NOT_POSSIBLE), Cell(Reach.NOT_BUILT)
_ON_NETWORK = Cell(Reach.PARTLY, ("rpz",))
_APPLE = Cell(Reach.ENFORCED, ("mobileconfig", "ddm", "intune"))
_ANDROID = Cell(Reach.ENFORCED, ("android",))
_WORK_SIDE = Cell(Reach.PARTLY, ("android",))
_BROWSERS = Cell(Reach.ENFORCED, ("chromium", "firefox"))
_ASKED = Cell(Reach.ENFORCED, ("mdm", "intune"))
_ASKED_MAC = Cell(Reach.PARTLY, ("mdm",))
_IF_INSTALLED_BY_US = Cell(Reach.PARTLY, ("mdm",))
_LOOKED_FOR = Cell(Reach.PARTLY, ("agent",))
_BY_FILTER = Cell(Reach.ENFORCED, ("mobileconfig",))
_IN_MANAGED_APPS = Cell(Reach.PARTLY, ("mobileconfig",))


def _device(removed: Cell, installing: Cell, seen: Cell, in_browser: Cell) -> Mapping[Control, Cell]:
    return dict(zip(Control, (removed, installing, seen, in_browser, _ON_NETWORK), strict=True))


# An app that is hidden and kept from being opened counts as removed; its file stays on the phone. On others of
# Apple's devices those are removed that the organisation has installed. A Mac may list an app without its identifier,
# and on Linux the agent looks where packages are listed: what is elsewhere, neither sees.
COVERAGE: Mapping[tuple[Platform, Enrolment], Mapping[Control, Cell]] = {
    (Platform.IOS, Enrolment.SUPERVISED): _device(_APPLE, _APPLE, _ASKED, _BY_FILTER),
    (Platform.IOS, Enrolment.DEVICE): _device(_IF_INSTALLED_BY_US, _NO, _ASKED, _IN_MANAGED_APPS),
    (Platform.IOS, Enrolment.USER): _device(_NO, _NO, _NO, _NO),
    (Platform.MACOS, Enrolment.DEVICE): _device(_IF_INSTALLED_BY_US, _LATER, _ASKED_MAC, _BROWSERS),
    (Platform.ANDROID, Enrolment.FULLY_MANAGED): _device(_ANDROID, _ANDROID, _ANDROID, _LATER),
    (Platform.ANDROID, Enrolment.WORK_PROFILE_COMPANY): _device(_ANDROID, _ANDROID, _WORK_SIDE, _LATER),
    (Platform.ANDROID, Enrolment.WORK_PROFILE_PERSONAL): _device(_WORK_SIDE, _WORK_SIDE, _WORK_SIDE, _LATER),
    (Platform.WINDOWS, Enrolment.DEVICE): _device(_LATER, _LATER, _LATER, _BROWSERS),
    (Platform.LINUX, Enrolment.AGENT): _device(_LATER, _LATER, _LOOKED_FOR, _BROWSERS),
}
_UNMANAGED = _device(_NO, _NO, _NO, _NO)


def read_coverage(platform: Platform, enrolment: Enrolment) -> Mapping[Control, Cell]:
    """What holds for a kind of device; for one that nobody manages, what the network can do."""
    return COVERAGE.get((platform, enrolment), _UNMANAGED)
