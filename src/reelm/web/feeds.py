"""How do programs follow the register? By Atom (RFC 4287) and JSON Feed 1.1."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

import orjson

from reelm.devices.register import Event
from reelm.infra.settings import Settings

_ATOM = "http://www.w3.org/2005/Atom"
TITLE = "Register of suspensions"


def render_atom(events: Sequence[Event], settings: Settings, now: datetime) -> bytes:
    """One entry an event, the newest first."""
    address = f"{settings.public_url}/api/v1/register/feed.atom"
    feed = ET.Element("feed", xmlns=_ATOM)
    updated = events[0].at if events else now
    for name, text in (("id", address), ("title", TITLE), ("updated", updated.isoformat())):
        ET.SubElement(feed, name).text = text
    ET.SubElement(feed, "link", rel="self", href=address)
    author = ET.SubElement(feed, "author")
    ET.SubElement(author, "name").text = f"Reelm, {settings.realm}"
    for event in events:
        entry = ET.SubElement(feed, "entry")
        told = (
            ("id", f"urn:reelm:register:{event.key}"),
            ("title", title_of(event)),
            ("updated", event.at.isoformat()),
            ("summary", _reason(event)),
        )
        for name, text in told:
            ET.SubElement(entry, name).text = text
        ET.SubElement(entry, "link", rel="alternate", href=_link(event, settings))
    return ET.tostring(feed, encoding="utf-8", xml_declaration=True)


def render_json_feed(events: Sequence[Event], settings: Settings) -> bytes:
    """The same in JSON."""
    items = [
        {
            "id": f"urn:reelm:register:{event.key}",
            "url": _link(event, settings),
            "title": title_of(event),
            "content_text": _reason(event),
            "date_published": event.at.isoformat(),
        }
        for event in events
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "home_page_url": f"{settings.public_url}/register",
        "feed_url": f"{settings.public_url}/api/v1/register/feed.json",
        "items": items,
    }
    return orjson.dumps(feed)


def title_of(event: Event) -> str:
    """Who suspended what, and what happened to that, in English: feeds are read by programs."""
    decision = event.filed.decision
    what = event.what.replace("-", " ")
    return f"{decision.authority.organisation}: {decision.app.name}, version {event.filed.version}, {what}"


def _reason(event: Event) -> str:
    reasons = event.filed.decision.reason.public
    return reasons.get("en") or next(iter(reasons.values()))


def _link(event: Event, settings: Settings) -> str:
    return f"{settings.public_url}/register/{event.filed.id}"
