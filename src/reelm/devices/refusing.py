"""Is this caller one for whom an organisation has suspended us? Asked at each request, so it costs next to nothing.

A bound device is refused wherever it is, and so is anybody on a network of an organisation that decided it, but for
those whom that very decision excepts. Before the deadline there is a notice, and no refusal. Pure.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from socket import AF_INET, AF_INET6, inet_pton

from reelm.devices.model import Decision, Measure, Network
from reelm.devices.states import State

# An IPv6 address that holds an IPv4 one (RFC 4291, 2.5.5.2) is that one.
_MAPPED = bytes(10) + b"\xff\xff"


class Effect(IntEnum):
    """What happens to a caller; the higher one counts where several decisions bind them."""

    NOTICE = 1
    REFUSE = 2


@dataclass(frozen=True)
class Binding:
    """A decision that binds a caller, by its id, and what that comes to now."""

    decision: str
    effect: Effect


@dataclass(frozen=True)
class Bound:
    """Whom one decision binds: networks that were proven, and devices by the thumbprints of their keys. `sessions`
    are digests of tokens, each of a session on the device with that thumbprint.
    """

    decision: Decision
    state: State
    networks: Sequence[Network] = ()
    devices: Iterable[bytes] = ()
    excepted: Iterable[bytes] = ()
    sessions: Mapping[bytes, bytes] = field(default_factory=dict[bytes, bytes])


class Suspensions:
    """All that is in force at a moment, made anew when any of it changes."""

    def __init__(self, many: Iterable[Bound]) -> None:
        spans: dict[int, list[tuple[int, int, Binding]]] = {4: [], 6: []}
        self._devices: dict[bytes, Binding] = {}
        self._sessions: dict[bytes, bytes] = {}
        excepted = defaultdict[bytes, set[str]](set)
        for bound in many:
            binding = _bind(bound)
            if binding is None:
                continue
            for network in bound.networks:
                first = int(network.network_address)
                spans[network.version].append((first, first + network.num_addresses, binding))
            for device in bound.devices:
                self._devices[device] = _stronger(self._devices.get(device), binding)
            for device in bound.excepted:
                excepted[device].add(binding.decision)
            self._sessions |= bound.sessions
        self._excepted = dict(excepted)
        self._networks = {AF_INET: _cut(spans[4]), AF_INET6: _cut(spans[6])}

    @property
    def is_empty(self) -> bool:
        """Whether nothing binds anybody, so that nobody need be asked who they are."""
        return not (self._devices or any(starts for starts, _ in self._networks.values()))

    @property
    def knows_sessions(self) -> bool:
        return bool(self._sessions)

    def device_of(self, token_hash: bytes) -> bytes | None:
        """The device that a session was opened on, if it is a managed one."""
        return self._sessions.get(token_hash)

    def find(self, address: str, device: bytes | None = None) -> Binding | None:
        """What binds a caller; `device` is the thumbprint of a key that it has proven to hold. A caller without an
        address, as on a socket, has no network.
        """
        itself = None if device is None else self._devices.get(device)
        if itself is not None and itself.effect is Effect.REFUSE:
            return itself
        excepted = self._excepted.get(device, ()) if device is not None else ()
        here = next((one for one in self._find_here(address) if one.decision not in excepted), None)
        return itself if here is None else _stronger(itself, here)

    def _find_here(self, address: str) -> Sequence[Binding]:
        """All that binds on a network, the strongest first."""
        try:
            family = AF_INET6 if ":" in address else AF_INET
            packed = inet_pton(family, address)
        except (OSError, ValueError):
            return ()
        if family == AF_INET6 and packed.startswith(_MAPPED):
            family, packed = AF_INET, packed[12:]
        starts, bindings = self._networks[family]
        return bindings[bisect_right(starts, int.from_bytes(packed)) - 1] if starts else ()


def _bind(bound: Bound) -> Binding | None:
    if Measure.REFUSE_SERVICE not in bound.decision.measures:
        return None
    if bound.state.is_enforced:
        return Binding(bound.decision.id, Effect.REFUSE)
    return Binding(bound.decision.id, Effect.NOTICE) if bound.state is State.PUBLISHED else None


def _stronger(one: Binding | None, other: Binding) -> Binding:
    """The one that does more; of two that do the same the one whose id comes first."""
    return other if one is None else min(one, other, key=_rank)


def _rank(binding: Binding) -> tuple[int, str]:
    return -binding.effect, binding.decision


def _cut(spans: Sequence[tuple[int, int, Binding]]) -> tuple[list[int], list[Sequence[Binding]]]:
    """Networks that overlap, cut into pieces that do not: where each begins, and what binds there."""
    edges = sorted({edge for first, end, _ in spans for edge in (first, end)} | {0}) if spans else []
    begins: Mapping[int, list[tuple[int, Binding]]] = {edge: [] for edge in edges}
    for first, end, binding in spans:
        begins[first].append((end, binding))
    open_: list[tuple[int, Binding]] = []
    bindings: list[Sequence[Binding]] = []
    for edge in edges:
        open_ = [one for one in open_ if one[0] > edge] + begins[edge]
        bindings.append(sorted({binding for _, binding in open_}, key=_rank))
    return edges, bindings
