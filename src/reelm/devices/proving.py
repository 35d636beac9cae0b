"""How does an organisation show that a domain or a network is its own? By putting a word where only its holder can.

Nobody can have others suspended: a decision binds no network that was not proven so. A domain is proven in the DNS or
on its site, a network in its reverse zones (RFC 1035, 3.5; RFC 3596, 2.5; RFC 2317), which whoever assigns addresses
delegates to their holder. Pure: what is to be found where; `infra` looks.
"""

import hmac
import secrets
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from reelm.devices.errors import NetworkTooSmall
from reelm.devices.model import Network

LABEL, WORD = "_reelm-challenge", "reelm-proof="
WELL_KNOWN = "/.well-known/reelm-challenge"
# Smaller networks have no zones of their own, or names in those of others.
SMALLEST_V4, SMALLEST_V6 = 31, 64


def make_token() -> str:
    """What is to be found: 160 bits in base64url, of no other meaning."""
    return secrets.token_urlsafe(20)


def domain_name(domain: str) -> str:
    """Where the TXT record of a domain is.

    >>> domain_name("institution.example")
    '_reelm-challenge.institution.example'
    """
    return f"{LABEL}.{domain}"


def network_names(network: Network) -> list[str]:
    """Where the TXT records of a network are: in each of the reverse zones that make it up. Raises `NetworkTooSmall`.

    >>> from ipaddress import ip_network
    >>> network_names(ip_network("192.0.2.0/24")), network_names(ip_network("198.51.100.64/26"))
    (['_reelm-challenge.2.0.192.in-addr.arpa'], ['_reelm-challenge.64/26.100.51.198.in-addr.arpa'])
    >>> network_names(ip_network("10.20.0.0/15"))
    ['_reelm-challenge.20.10.in-addr.arpa', '_reelm-challenge.21.10.in-addr.arpa']
    >>> network_names(ip_network("2001:db8:50::/44"))
    ['_reelm-challenge.5.0.0.8.b.d.0.1.0.0.2.ip6.arpa']
    """
    smallest = SMALLEST_V4 if isinstance(network, IPv4Network) else SMALLEST_V6
    if network.prefixlen > smallest:
        raise NetworkTooSmall(network=str(network), smallest=smallest)
    return [f"{LABEL}.{zone}" for zone in _list_zones(network)]


def is_proven(records: Sequence[str], token: str) -> bool:
    """Whether the records of one name hold the word."""
    return any(hmac.compare_digest(one.strip().encode(), f"{WORD}{token}".encode()) for one in records)


def _list_zones(network: Network) -> list[str]:
    if isinstance(network, IPv6Network):
        digits = -(-network.prefixlen // 4)
        all_digits = (one.network_address.exploded.replace(":", "") for one in network.subnets(new_prefix=digits * 4))
        return [".".join(reversed(one[:digits])) + ".ip6.arpa" for one in all_digits]
    if network.prefixlen > 24:
        *first, last = str(network.network_address).split(".")
        return [".".join([f"{last}/{network.prefixlen}", *reversed(first)]) + ".in-addr.arpa"]
    octets = -(-network.prefixlen // 8)
    parts = network.subnets(new_prefix=octets * 8)
    return [".".join(reversed(str(one.network_address).split(".")[:octets])) + ".in-addr.arpa" for one in parts]
