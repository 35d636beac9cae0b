"""Who is refused: bound devices wherever they are, unknown ones on proven networks, and nobody else."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.examples import decision

from reelm.devices import State
from reelm.devices.model import Network
from reelm.devices.refusing import Binding, Bound, Effect, Suspensions

ONE = decision()
OTHER = decision(id="urn:uuid:00000000-0000-4000-8000-000000000001")
OFFICE: list[Network] = [ip_network("192.0.2.0/24"), ip_network("2001:db8:51::/48")]
REFUSED, TOLD = Binding(ONE.id, Effect.REFUSE), Binding(ONE.id, Effect.NOTICE)
HOME, WORK = "198.51.100.7", "192.0.2.200"


def _suspended(state: State = State.IN_FORCE, **more: Any) -> Suspensions:
    return Suspensions([Bound(ONE, state, OFFICE, **more)])


@pytest.mark.parametrize(
    ("address", "binding"),
    [
        ("192.0.2.0", REFUSED),
        ("192.0.2.255", REFUSED),
        ("192.0.3.0", None),
        ("192.0.1.255", None),
        ("0.0.0.0", None),
        ("255.255.255.255", None),
        ("::ffff:192.0.2.9", REFUSED),
        ("2001:db8:51::1", REFUSED),
        ("2001:db8:51:ffff:ffff:ffff:ffff:ffff", REFUSED),
        ("2001:db8:52::", None),
        ("::1", None),
        ("", None),
        ("unix:", None),
        ("192.0.2", None),
        ("192.0.2.1\0", None),
    ],
)
def test_a_network_of_the_organisation_is_refused_to_its_last_address(address: str, binding: Binding | None) -> None:
    assert _suspended().find(address) == binding


def test_a_device_is_refused_everywhere_and_an_excepted_one_nowhere() -> None:
    suspended = _suspended(devices=[b"bound"], excepted=[b"excepted"])
    assert suspended.find(HOME, b"bound") == REFUSED
    assert suspended.find(WORK, b"excepted") is None
    assert suspended.find(HOME, b"somebody else's") is None
    assert suspended.find(WORK, b"somebody else's") == REFUSED
    assert suspended.find(HOME) is None


@pytest.mark.parametrize(
    ("state", "binding"),
    [
        (State.DRAFT, None),
        (State.HEARD, None),
        (State.PUBLISHED, TOLD),
        (State.IN_FORCE, REFUSED),
        (State.UNDER_REVIEW, REFUSED),
        (State.LIFTED, None),
        (State.LAPSED, None),
    ],
)
def test_there_is_a_notice_before_the_deadline_and_nothing_in_the_end(state: State, binding: Binding | None) -> None:
    suspended = _suspended(state, devices=[b"bound"])
    assert suspended.find(WORK) == suspended.find(HOME, b"bound") == binding


def test_a_decision_that_does_not_ask_for_it_refuses_nobody() -> None:
    asks_less = decision(measures=["remove"])
    assert Suspensions([Bound(asks_less, State.IN_FORCE, OFFICE, [b"bound"])]).find(WORK, b"bound") is None


def test_of_two_decisions_the_one_that_does_more_counts() -> None:
    notice = Bound(OTHER, State.PUBLISHED, [ip_network("192.0.0.0/16")], [b"both"], [b"half"])
    refusal = Bound(ONE, State.IN_FORCE, OFFICE, [b"both", b"half"])
    for many in ([notice, refusal], [refusal, notice]):
        suspended = Suspensions(many)
        assert suspended.find(WORK) == suspended.find(HOME, b"both") == suspended.find(HOME, b"half") == REFUSED
        assert suspended.find("192.0.9.9") == Binding(OTHER.id, Effect.NOTICE)


def test_an_exception_is_from_one_decision_only() -> None:
    mine = Bound(ONE, State.IN_FORCE, OFFICE, excepted=[b"excepted"])
    theirs = Bound(OTHER, State.IN_FORCE, [ip_network("198.51.100.0/24"), ip_network("192.0.2.128/25")])
    suspended = Suspensions([mine, theirs])
    assert suspended.find("192.0.2.1", b"excepted") is None
    for address in (HOME, WORK):
        assert suspended.find(address, b"excepted") == Binding(OTHER.id, Effect.REFUSE)


def _network(address: int, prefix: int) -> IPv4Network:
    return IPv4Network((address << 16 & 0xFFFFFFFF, prefix), strict=False)


_ONES = st.builds(_network, st.integers(0, 40), st.integers(8, 20))
Networks = list[tuple[IPv4Network, bool]]


@given(st.lists(st.tuples(_ONES, st.booleans()), max_size=8), st.integers(0, 60 << 16))
def test_any_networks_are_found_as_looking_at_each_finds_them(networks: Networks, at: int) -> None:
    address = IPv4Address(at)
    many = [Bound(ONE if mine else OTHER, State.IN_FORCE, [network]) for network, mine in networks]
    found = Suspensions(many).find(str(address))
    inside = sorted({(ONE if mine else OTHER).id for network, mine in networks if address in network})
    assert (found.decision if found else None) == (inside[0] if inside else None)


_IPV6 = st.builds(IPv6Address, st.integers(0, 2**128 - 1)).filter(lambda one: one.ipv4_mapped is None)


@given(_IPV6, _IPV6, st.integers(19, 64))
def test_ipv6_networks_are_found_too(of: IPv6Address, asked: IPv6Address, prefix: int) -> None:
    network = IPv6Network((of, prefix), strict=False)
    found = Suspensions([Bound(ONE, State.IN_FORCE, [network])]).find(str(asked))
    assert (found is not None) == (asked in network)
