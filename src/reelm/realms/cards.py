"""At which address is a realm, and with which key? Read from its card, which its gateway wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reelm.kernel.ids import RealmCode


@dataclass(frozen=True)
class Card:
    """What a realm says of itself to people: where it is, its gateway's key in base64, and the key of its log."""

    public_url: str
    key: str
    vkey: str


def find_card(folder: Path, realm: RealmCode) -> Card | None:
    """The card of a realm in this folder; none where there is none that can be read.

    An address is http or https and nothing else: people are led there.
    """
    try:
        told: Any = json.loads((folder / f"{realm}.json").read_bytes())
        card = Card(*(str(told.get(name, "")) for name in ("public_url", "key", "vkey")))
        parts = urlsplit(card.public_url)
    except (OSError, ValueError, AttributeError):
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return Card("", card.key, card.vkey)
    return Card(card.public_url.rstrip("/"), card.key, card.vkey)
