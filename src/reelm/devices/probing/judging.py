"""What does it mean that a resolver, an address or a browser answered so? Pure.

Open is what got through. Closed is a try that did not, where it could be told that it might have: a resolver that
answers nothing at all has closed nothing, and a name that exists nowhere was not blocked.
"""

from collections.abc import Collection, Sequence

from cryptography import x509

from reelm.devices.model import Decision
from reelm.devices.probing.model import Outcome, Probe, Said, Way

MOST = 300
_SILENT = "no answer, or none for the control name either"


def judge_resolver(name: str, server: str, said: Said | None, elsewhere: Collection[str]) -> Probe:
    """The organisation's resolver, of a name of the app; `None` of one that does not know its control name either.
    `elsewhere` are addresses that others have for it.
    """
    target = f"{name} by {server}"
    if said is None:
        return _probe(Way.RESOLVER, target, Outcome.NOT_MEASURED, _SILENT)
    if said.addresses:
        return _probe(Way.RESOLVER, target, Outcome.OPEN, _listed(said))
    if not elsewhere:
        return _probe(Way.RESOLVER, target, Outcome.NOT_MEASURED, f"{said.code}, and no other was seen to have it")
    return _probe(
        Way.RESOLVER, target, Outcome.CLOSED, f"{said.code}, and others have {', '.join(sorted(elsewhere))}"
    )


def judge_other(way: Way, name: str, server: str, said: Said | None) -> Probe:
    """Another resolver, or one over HTTPS, of a name of the app."""
    target = f"{name} by {server}"
    if said is None:
        return _probe(way, target, Outcome.CLOSED, "no answer in time")
    if said.addresses:
        return _probe(way, target, Outcome.OPEN, _listed(said))
    return _probe(way, target, Outcome.CLOSED, said.code)


def judge_address(place: str, host: str, said: str | None) -> Probe:
    """An address of the app, without asking any resolver."""
    if said is None:
        return _probe(Way.ADDRESS, place, Outcome.CLOSED, "takes no connection")
    return _probe(Way.ADDRESS, place, Outcome.OPEN, f"asked for {host}: {said}")


def judge_alternate(name: str, server: str, said: Said | None) -> Probe:
    """A name that may be the app's too, and that the decision does not list; `None` as with `judge_resolver`."""
    target = f"{name} by {server}"
    if said is None:
        return _probe(Way.ALTERNATE, target, Outcome.NOT_MEASURED, _SILENT)
    if said.addresses:
        return _probe(Way.ALTERNATE, target, Outcome.OPEN, f"{_listed(said)}; the decision does not list it")
    return _probe(Way.ALTERNATE, target, Outcome.CLOSED, said.code)


def judge_page(way: Way, url: str, *, status: int | None, error: str | None) -> Probe:
    """A page of the app, or a frame of it on another site, in the browser."""
    if error is not None:
        return _probe(way, url, Outcome.CLOSED, error.removeprefix("net::"))
    return _probe(way, url, Outcome.OPEN, f"shown, with status {status}" if status else "shown")


def tell_not_tried(way: Way, target: str, why: str) -> Probe:
    """A way that was not tried is told as that, and not left out."""
    return _probe(way, target, Outcome.NOT_MEASURED, why)


def list_names(decision: Decision) -> list[str]:
    """The names of the app that are tried: each domain, and one below it."""
    return [name for domain in decision.app.domains for name in (domain, f"www.{domain}")]


def list_unlisted(decision: Decision, names: Sequence[str]) -> list[str]:
    """Of these names those that no domain of the decision covers; what stands for any name is left out."""
    domains = decision.app.domains
    covered = {name for name in names for domain in domains if name == domain or name.endswith(f".{domain}")}
    return sorted({name for name in names if name not in covered and "*" not in name})


def read_certificate(pem: bytes) -> list[str]:
    """The names that a certificate is for. Raises `ValueError` for what is none."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in names.get_values_for_type(x509.DNSName)]


def _listed(said: Said) -> str:
    return f"answers {', '.join(said.addresses)}"


def _probe(way: Way, target: str, outcome: Outcome, how: str) -> Probe:
    return Probe(way=way, target=target[:MOST], outcome=outcome, how=how[:MOST])
