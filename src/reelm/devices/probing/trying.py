"""How are the ways around a decision tried? One after the other, from this machine, as somebody would who wants in.

Nothing is got around: names are asked for, connections opened and closed, and pages shown in a browser of one's own.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from html import escape

from reelm.devices.document import SignedDecision
from reelm.devices.probing.judging import (
    judge_address,
    judge_alternate,
    judge_other,
    judge_page,
    judge_resolver,
    list_names,
    list_unlisted,
    tell_not_tried,
)
from reelm.devices.probing.model import Probe, Probes, Said, Way
from reelm.infra.chromium import Browser, browser_running
from reelm.infra.name_server import split_address
from reelm.infra.reaching import Answered, ask_over_https, ask_resolver, open_address

HTTPS = 443
MOST_ADDRESSES, MOST_NAMES = 8, 100


@dataclass(frozen=True)
class Tries:
    """What to try with. `resolver` is the organisation's; `control` is a name that it must answer for."""

    resolver: str
    control: str
    others: Sequence[str] = ()
    over_https: Sequence[str] = ()
    addresses: Sequence[str] = ()
    candidates: Sequence[str] = ()
    embed: str = ""
    browser: str = ""
    flags: Sequence[str] = ()


async def probe(signed: SignedDecision, tries: Tries, now: datetime) -> Probes:
    """Try every way; those for which nothing was given are told as not measured. Raises `BrowserNotUsable`."""
    made = [*await _probe_names(signed, tries), *await _probe_browser(signed, tries)]
    at = now.replace(microsecond=0)
    return Probes(decision=signed.decision.id, sha256=signed.digest, at=at, probes=tuple(made))


async def _probe_names(signed: SignedDecision, tries: Tries) -> list[Probe]:
    names = list_names(signed.decision)
    left_out = [tell_not_tried(Way.RESOLVER, f"{len(names) - MOST_NAMES} more names", "too many to try")]
    left_out, names = left_out if len(names) > MOST_NAMES else [], names[:MOST_NAMES]
    host = names[0] if names else ""
    around = [one for name in names for one in await _ask_around(name, tries)]
    elsewhere = {name: set[str]() for name in names}
    for name, _, said in around:
        elsewhere[name].update(said.addresses if said else ())
    made = [*await _ask_ours(signed, tries, elsewhere), *left_out]
    made += [judge_other(way, name, server, said) for name, (way, server), said in around]
    for way, given in ((Way.OTHER_RESOLVER, tries.others), (Way.DNS_OVER_HTTPS, tries.over_https)):
        made += [] if given else [tell_not_tried(way, "the app’s names", "none was given")]
    known = sorted({f"{_bracket(address)}:{HTTPS}" for found in elsewhere.values() for address in found})
    places = [*tries.addresses, *known][:MOST_ADDRESSES]
    opened = await asyncio.gather(*(open_address(*split_address(place), host) for place in places))
    made += [judge_address(place, host, said) for place, said in zip(places, opened, strict=True)]
    return made if places else [*made, tell_not_tried(Way.ADDRESS, "the app’s addresses", "none is known")]


async def _ask_ours(signed: SignedDecision, tries: Tries, elsewhere: dict[str, set[str]]) -> list[Probe]:
    """The organisation's resolver: of the app's names, and of names that may be the app's too."""
    host, port = split_address(tries.resolver)
    control = await ask_resolver(host, port, tries.control)
    is_working = control is not None and bool(control.addresses)
    made: list[Probe] = []
    for name, others in elsewhere.items():
        said = _said(await ask_resolver(host, port, name)) if is_working else None
        made.append(judge_resolver(name, tries.resolver, said, others))
    candidates = list_unlisted(signed.decision, tries.candidates)
    for name in candidates:
        said = _said(await ask_resolver(host, port, name)) if is_working else None
        made.append(judge_alternate(name, tries.resolver, said))
    return made if candidates else [*made, tell_not_tried(Way.ALTERNATE, "other domains", "none was given")]


async def _ask_around(name: str, tries: Tries) -> list[tuple[str, tuple[Way, str], Said | None]]:
    plain = [ask_resolver(*split_address(server), name) for server in tries.others]
    over_https = [ask_over_https(url, name) for url in tries.over_https]
    servers = [(Way.OTHER_RESOLVER, server) for server in tries.others]
    servers += [(Way.DNS_OVER_HTTPS, url) for url in tries.over_https]
    said = await asyncio.gather(*plain, *over_https)
    return [(name, server, _said(one)) for server, one in zip(servers, said, strict=True)]


async def _probe_browser(signed: SignedDecision, tries: Tries) -> list[Probe]:
    pages = [f"https://{domain}/" for domain in signed.decision.app.domains]
    embeds = [tries.embed] if tries.embed else pages
    if not tries.browser:
        why = "no browser was given"
        return [tell_not_tried(way, "the app’s pages", why) for way in (Way.BROWSER, Way.EMBED)]
    made: list[Probe] = []
    async with browser_running(tries.browser, tries.flags) as browser, _third_site(embeds) as site:
        for url in pages:
            made.append(await _show(browser, Way.BROWSER, url, url))
        for place, url in enumerate(embeds):
            made.append(await _show(browser, Way.EMBED, f"{site}/{place}", url))
    return made


async def _show(browser: Browser, way: Way, page: str, url: str) -> Probe:
    """The page itself, or the first frame of it, wherever either was sent on to."""
    try:
        frames = await browser.show(page)
    except TimeoutError:
        return tell_not_tried(way, url, "it did not load in time")
    place = 0 if way is Way.BROWSER else 1
    if place >= len(frames):
        return tell_not_tried(way, url, "the page came without its frame")
    shown = frames[place]
    return judge_page(way, url, status=shown.status, error=shown.error)


@asynccontextmanager
async def _third_site(embeds: Sequence[str]) -> AsyncGenerator[str]:
    """A site of nobody's, each of whose pages has the app in a frame; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode("latin-1").split()
        place = line[1].strip("/") if len(line) > 1 else ""
        url = embeds[int(place)] if place.isdecimal() and int(place) < len(embeds) else ""
        page = f'<!doctype html><title>Another site</title><iframe src="{escape(url)}"></iframe>' if url else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page.encode())}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n{page}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def _said(answered: Answered | None) -> Said | None:
    return Said(answered.code, answered.addresses) if answered else None


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
