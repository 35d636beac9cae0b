"""A network is proven in every zone that makes it up, and by its own word only."""

from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices.errors import NetworkTooSmall
from reelm.devices.proving import WORD, is_proven, make_token, network_names


@pytest.mark.parametrize(
    ("network", "names", "first"),
    [
        ("10.0.0.0/8", 1, "10.in-addr.arpa"),
        ("172.16.0.0/12", 16, "16.172.in-addr.arpa"),
        ("192.0.2.0/24", 1, "2.0.192.in-addr.arpa"),
        ("192.0.2.0/25", 1, "0/25.2.0.192.in-addr.arpa"),
        ("198.51.96.0/20", 16, "96.51.198.in-addr.arpa"),
        ("2001:db8::/32", 1, "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:db8::/29", 8, "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:db8:0:1::/64", 1, "1.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_the_zones_of_a_network(network: str, names: int, first: str) -> None:
    found = network_names(ip_network(network))
    assert (len(found), found[0]) == (names, f"_reelm-challenge.{first}")
    assert len(set(found)) == names


@pytest.mark.parametrize("network", ["192.0.2.1/32", "2001:db8::1/128", "2001:db8::/65"])
def test_a_network_without_a_zone_of_its_own_is_refused(network: str) -> None:
    with pytest.raises(NetworkTooSmall):
        network_names(ip_network(network))


@given(st.integers(0, 2**24 - 1), st.integers(8, 30), st.integers(1, 8))
def test_who_holds_a_part_of_a_network_does_not_have_all_of_its_zones(address: int, prefix: int, longer: int) -> None:
    whole = IPv4Network((address << 8, prefix), strict=False)
    part = next(whole.subnets(new_prefix=min(prefix + longer, 31)))
    assert not set(network_names(whole)) <= set(network_names(part))


def test_only_the_word_itself_proves() -> None:
    token = make_token()
    assert is_proven(["v=spf1 -all", f" {WORD}{token}"], token)
    for records in ([], [token], [f"{WORD}{make_token()}"], [f"{WORD}{token}x"], [f"{WORD}{token[:-1]}"], ["é"]):
        assert not is_proven(records, token)
