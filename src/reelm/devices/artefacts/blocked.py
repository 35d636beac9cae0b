"""What is blocked, by several decisions together? Names only, each once and in order, so that lifting one leaves the
others as they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reelm.devices.model import Decision, Measure

_ON_DEVICES = frozenset({Measure.REMOVE, Measure.BLOCK_INSTALLING})
_REPORTED = _ON_DEVICES | {Measure.NOT_COMPLIANT}


@dataclass(frozen=True)
class Blocked:
    """`domains` with all below them; `bundles` and `packages` that may be neither there nor installed; and by id, the
    name of all that makes a device not compliant.
    """

    domains: Sequence[str]
    bundles: Sequence[str]
    packages: Sequence[str]
    reported_bundles: Mapping[str, str]
    reported_packages: Mapping[str, str]


def read_blocked(decisions: Sequence[Decision]) -> Blocked:
    """What these decisions ask for while they are in force."""
    sites = [one for one in decisions if one.app.covers.site and Measure.BLOCK_TRAFFIC in one.measures]
    apps = [one for one in decisions if one.app.covers.app and _ON_DEVICES.intersection(one.measures)]
    told = [one for one in decisions if one.app.covers.app and _REPORTED.intersection(one.measures)]
    return Blocked(
        domains=sorted({domain for one in sites for domain in one.app.domains}),
        bundles=sorted({id for one in apps for id in one.app.apple}),
        packages=sorted({id for one in apps for id in one.app.android}),
        reported_bundles=dict(sorted((id, one.app.name) for one in told for id in one.app.apple)),
        reported_packages=dict(sorted((id, one.app.name) for one in told for id in one.app.android)),
    )
