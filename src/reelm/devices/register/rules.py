"""May an organisation file this decision, and what is wrong with it if not? Pure.

The worst case is somebody else's network suspended: a decision binds what its organisation has proven, and no more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reelm.devices.compliance import CLOCKS_DIFFER
from reelm.devices.model import App, Decision, Network
from reelm.devices.register.errors import (
    DecisionBackDated,
    DecisionOfAnother,
    DecisionOverlaps,
    NetworkNotProven,
    VersionNotNext,
)
from reelm.devices.register.model import Filed


@dataclass(frozen=True)
class Held:
    """What an organisation may speak for: its domain, and what it has proven."""

    domain: str
    domains: frozenset[str]
    networks: Sequence[Network]


def check_authority(decision: Decision, held: Held) -> None:
    """Raises `DecisionOfAnother` for a domain that is not the organisation's or not proven, `NetworkNotProven`."""
    domain = decision.authority.domain
    if domain != held.domain or domain not in held.domains:
        raise DecisionOfAnother(domain=domain)
    for network in decision.scope.networks:
        if not any(is_within(network, own) for own in held.networks):
            raise NetworkNotProven(network=str(network))


def check_dates(decision: Decision, now: datetime) -> None:
    """A decision is filed before people are told of it. Raises `DecisionBackDated`."""
    if decision.stages.notice_at < now - CLOCKS_DIFFER:
        raise DecisionBackDated(notice_at=decision.stages.notice_at)


def check_version(decision: Decision, before: Sequence[Filed]) -> None:
    """`before` are the versions of the same id, the oldest first. Raises `VersionNotNext`."""
    last = before[-1] if before else None
    expected = 1 if last is None else last.version + 1
    if decision.version != expected or (last is not None and decision.replaces_sha256 != last.digest):
        raise VersionNotNext(expected=expected, replaces=last.digest if last else "")


def check_overlap(decision: Decision, others: Iterable[Filed], now: datetime) -> None:
    """One app is suspended by one decision of an organisation at a time. Raises `DecisionOverlaps`."""
    for other in others:
        if (
            f"urn:uuid:{other.id}" != decision.id
            and other.is_live(now)
            and names_same(decision.app, other.decision.app)
        ):
            raise DecisionOverlaps(other=other.decision.id)


def names_same(one: App, other: App) -> bool:
    """Whether two decisions are about the same app, by any of its identities."""
    identities = ((one.apple, other.apple), (one.android, other.android))
    if any(set(left) & set(right) for left, right in identities):
        return True
    return any(covers(left, right) or covers(right, left) for left in one.domains for right in other.domains)


def covers(domain: str, host: str) -> bool:
    """Whether a host is a domain or lies below it.

    >>> covers("reelm.example", "eu.reelm.example"), covers("reelm.example", "notreelm.example")
    (True, False)
    """
    return host == domain or host.endswith(f".{domain}")


def names_host(app: App, host: str) -> bool:
    """Whether an app is the service that is at `host`."""
    return app.covers.site and any(covers(domain, host) for domain in app.domains)


def is_within(network: Network, own: Network) -> bool:
    """Whether a network is another, or a part of it."""
    return network.version == own.version and network.subnet_of(own)  # pyright: ignore[reportArgumentType]
