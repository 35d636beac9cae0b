"""Which realms are there, where, by which key? A folder with one card a realm, looked at when it changes."""

import base64
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reelm.gateway.errors import CardMalformed, RealmUnknown
from reelm.kernel.ids import RealmCode

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """What the other realms know of one. `gateway` is HOST:PORT; `key` 32 bytes in base64; `certificate` PEM.

    `origin` and `vkey` are those of its log, empty until it has been opened.
    """

    realm: RealmCode
    gateway: str
    public_url: str
    key: str
    certificate: str
    origin: str = ""
    vkey: str = ""

    @classmethod
    def parse(cls, name: str, content: bytes) -> "Card":
        """Raises `CardMalformed`, also for the card of another realm than the file's name says."""
        try:
            told: Any = json.loads(content)
            text = {field: str(told.get(field, "")) for field in cls.__dataclass_fields__}
            card = cls(realm=RealmCode(text.pop("realm")), **text)
            known = len(base64.b64decode(card.key, validate=True)) == 32
        except (ValueError, AttributeError):
            raise CardMalformed(file=name) from None
        if card.realm != name.removesuffix(".json") or not known:
            raise CardMalformed(file=name)
        return card

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether this realm's key has signed `content`."""
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(self.key)).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


class Cards:
    """The folder of cards. A card that can't be read is said once, and its realm keeps the one it had."""

    def __init__(self, folder: Path, me: RealmCode) -> None:
        self.folder, self.me = folder, me
        self._seen: dict[str, tuple[int, int]] = {}
        self._cards: dict[RealmCode, Card] = {}

    def all(self) -> dict[RealmCode, Card]:
        """Every realm's card, ours among them."""
        found = dict(self._stamps())
        if found != self._seen:
            for name in found.keys() - {n for n in found if self._seen.get(n) == found[n]}:
                self._read(name)
            for gone in self._seen.keys() - found.keys():
                self._cards.pop(RealmCode(gone.removesuffix(".json")), None)
            self._seen = found
        return self._cards

    def others(self) -> list[Card]:
        """The cards of the other realms, by their codes."""
        return [card for code, card in sorted(self.all().items()) if code != self.me]

    def fetch(self, realm: str) -> Card:
        """Raises `RealmUnknown`, also for our own realm: nothing crosses to it."""
        card = self.all().get(RealmCode(realm))
        if card is None or realm == self.me:
            raise RealmUnknown(realm=realm if len(realm) < 8 else "")
        return card

    def publish(self, card: Card) -> None:
        """Put our own card into the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{card.realm}.json"
        content = json.dumps(asdict(card), indent=1) + "\n"
        if path.exists() and path.read_text("utf-8") == content:
            return
        made = path.with_name(f".{path.name}.{os.getpid()}")
        made.write_text(content, "utf-8")
        made.chmod(0o644)
        made.replace(path)

    def _stamps(self) -> Iterator[tuple[str, tuple[int, int]]]:
        if self.folder.is_dir():
            for path in sorted(self.folder.glob("[a-z]*.json")):
                state = path.stat()
                if state.st_size:  # an empty one keeps the name for a realm that has not come up yet
                    yield path.name, (state.st_mtime_ns, state.st_size)

    def _read(self, name: str) -> None:
        try:
            card = Card.parse(name, (self.folder / name).read_bytes())
        except CardMalformed:
            _log.exception("card not understood", extra={"facts": {"file": name}})
            return
        self._cards[card.realm] = card
