"""How do signals travel between two machines, to which addresses, and how long is waited after a failure? Pure."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from reelm.devices.model import Domain

PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"
SET_TYPE = "application/secevent+jwt"
MOST_AT_ONCE = 100
# Whoever takes one in hand has it for so long; then it is anybody's again.
LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

_HOST: TypeAdapter[str] = TypeAdapter(Domain)


def is_endpoint(url: str) -> bool:
    """Whether an address is one that we call: over HTTPS, by a name in the DNS, and without a password in it.

    >>> is_endpoint("https://mdm.example/signals?tenant=1"), is_endpoint("https://mdm.example:8443/")
    (True, True)
    >>> [is_endpoint(f"{start}/signals") for start in ("http://mdm.example", "https://10.0.0.1", "https://[::1]")]
    [False, False, False]
    >>> is_endpoint("https://a:b@mdm.example/"), is_endpoint("https://localhost/"), is_endpoint("https://mdm.example")
    (False, False, False)
    """
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 1000:
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        _HOST.validate_python(host)
    except (ValueError, ValidationError):
        return False
    is_plain = parts.username is None and parts.password is None and not parts.fragment
    return parts.scheme == "https" and is_plain and parts.path != "" and port != 0 and not _is_literal(host)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def wait_after(failures: int) -> timedelta:
    """How long after so many failures in a row it is tried again.

    >>> [wait_after(failures).total_seconds() for failures in (0, 1, 2, 3, 100)]
    [0.0, 30.0, 60.0, 120.0, 3600.0]
    """
    if failures == 0:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - 1, 20), LONGEST_WAIT)
