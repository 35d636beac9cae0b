"""What is blocked in the DNS? A response policy zone, as BIND, Unbound and Knot Resolver load it.

Format: draft-vixie-dnsop-dns-rpz-00. Names of the app get NXDOMAIN; a client that is excepted is let through by its
address, which comes before any name.
"""

from ipaddress import IPv4Address, IPv6Address

from reelm.devices.artefacts.blocked import Blocked
from reelm.devices.fleet import GroupPlan

_TTL_S = 60


def make_zone(blocked: Blocked, plan: GroupPlan, serial: int) -> str:
    """The zone of one group; where nothing is blocked it holds no more than its own head."""
    lines = [
        f"$TTL {_TTL_S}",
        f"@ IN SOA localhost. hostmaster.localhost. {serial} {_TTL_S} {_TTL_S} 604800 {_TTL_S}",
        "@ IN NS localhost.",
    ]
    addresses = {address for device in plan.excepted for address in device.addresses}
    if blocked.domains:
        lines += [f"{client_trigger(one)} CNAME rpz-passthru." for one in sorted(addresses, key=_order)]
    for domain in blocked.domains:
        lines += [f"{domain} CNAME .", f"*.{domain} CNAME ."]
    return "\n".join(lines) + "\n"


def client_trigger(address: IPv4Address | IPv6Address) -> str:
    """The name by which a zone speaks of one client.

    >>> client_trigger(IPv4Address("192.0.2.17")), client_trigger(IPv6Address("2001:db8::5"))
    ('32.17.2.0.192.rpz-client-ip', '128.5.zz.db8.2001.rpz-client-ip')
    """
    if isinstance(address, IPv4Address):
        return ".".join(["32", *reversed(str(address).split(".")), "rpz-client-ip"])
    parts = ["zz" if part == "" else part for part in str(address).replace("::", ":zz:").strip(":").split(":")]
    return ".".join(["128", *reversed(parts), "rpz-client-ip"])


def _order(address: IPv4Address | IPv6Address) -> tuple[int, int]:
    return address.version, int(address)
