"""What is blocked where there is no resolver of one's own? A hosts file: these very names, and nothing below them."""

from reelm.devices.artefacts.blocked import Blocked

_HEAD = "# Made from decisions about apps. It blocks these names and no others: a hosts file knows no wildcards."


def make_hosts(blocked: Blocked) -> str:
    """Lines to be put into /etc/hosts, the same for everybody: a device that is excepted gets none of them."""
    names = sorted({name for domain in blocked.domains for name in (domain, f"www.{domain}")})
    return "\n".join([_HEAD, *(f"{to} {name}" for name in names for to in ("0.0.0.0", "::"))]) + "\n"  # noqa: S104
