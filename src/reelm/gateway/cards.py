"""Which realms are there, where, by which key? A folder with one card a realm, looked at when it changes."""

import base64
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reelm.gateway.errors import CardMalformed, RealmUnknown
from reelm.kernel.ids import RealmCode

# HOST:PORT, where an IPv6 host stands in brackets.
_ADDRESS = re.compile(r"[^\s/@?#]{1,255}:[0-9]{1,5}")
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
            text = {field: told.get(field, "") for field in cls.__dataclass_fields__}
            if not all(isinstance(one, str) for one in text.values()):
                raise CardMalformed(file=name)
            card = cls(realm=RealmCode(text.pop("realm")), **text)
            certified = x509.load_pem_x509_certificate(card.certificate.encode()).public_key()
            known = certified.public_bytes(Encoding.Raw, PublicFormat.Raw) == base64.b64decode(
                card.key, validate=True
            )
        except (ValueError, AttributeError, RecursionError, UnsupportedAlgorithm):
            raise CardMalformed(file=name) from None
        if card.realm != name.removesuffix(".json") or not known or not _ADDRESS.fullmatch(card.gateway):
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
    """The folder of cards. A card that can't be read is said once, and its realm keeps the one it had.

    With `pinned`, a folder of our own, so does a realm whose card suddenly has another key: `changed` has that card
    until somebody pins it with `trust`.
    """

    def __init__(self, folder: Path, me: RealmCode, pinned: Path | None = None) -> None:
        self.folder, self.me, self.pinned = folder, me, pinned
        self._seen: dict[str, tuple[int, int]] = {}
        self._pins: dict[str, tuple[int, int]] = {}
        self._cards: dict[RealmCode, Card] = {}
        self.changed: dict[RealmCode, Card] = {}

    def all(self) -> dict[RealmCode, Card]:
        """Every realm's card, ours among them."""
        found, pins = dict(_stamps(self.folder)), dict(_stamps(self.pinned))
        if (found, pins) != (self._seen, self._pins):
            for name, stamp in found.items():
                if self._seen.get(name) != stamp or self._pins.get(name) != pins.get(name):
                    self._read(name)
            for gone in self._seen.keys() - found.keys():
                self._cards.pop(RealmCode(gone.removesuffix(".json")), None)
            self._seen, self._pins = found, dict(_stamps(self.pinned))
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
        _write(self.folder, card)

    def trust(self, realm: RealmCode) -> Card:
        """Pin the card that lies in the folder now, whatever its key. Raises `RealmUnknown`, `CardMalformed`."""
        path = self.folder / f"{realm}.json"
        if self.pinned is None or realm == self.me or not path.is_file():
            raise RealmUnknown(realm=realm if len(realm) < 8 else "")
        card = Card.parse(path.name, path.read_bytes())
        _write(self.pinned, card)
        return card

    def _read(self, name: str) -> None:
        try:
            card = Card.parse(name, (self.folder / name).read_bytes())
            pin = self._find_pin(name) if card.realm != self.me else None
        except (CardMalformed, OSError) as fault:
            facts = {"file": name, "fault": type(fault).__name__}
            _log.warning("card not understood; the one before stays", extra={"facts": facts})
            return
        if pin is not None and pin.key != card.key:
            _log.error("a realm's card has another key; the one before stays", extra={"facts": {"file": name}})
            self._cards[card.realm], self.changed[card.realm] = pin, card
            return
        self._cards[card.realm] = card
        self.changed.pop(card.realm, None)
        if self.pinned is not None and card.realm != self.me:
            _write(self.pinned, card)

    def _find_pin(self, name: str) -> Card | None:
        """The card we have known this realm by."""
        if self.pinned is None or not (self.pinned / name).is_file():
            return None
        return Card.parse(name, (self.pinned / name).read_bytes())


def _stamps(folder: Path | None) -> Iterator[tuple[str, tuple[int, int]]]:
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("[a-z]*.json")):
            with suppress(OSError):  # gone meanwhile
                state = path.stat()
                if state.st_size:  # an empty one keeps the name for a realm that has not come up yet
                    yield path.name, (state.st_mtime_ns, state.st_size)


def _write(folder: Path, card: Card) -> None:
    """Put a card into a folder, whole or not at all, if it does not lie there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.realm}.json"
    content = json.dumps(asdict(card), indent=1) + "\n"
    if path.exists() and path.read_text("utf-8") == content:
        return
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text(content, "utf-8")
    made.chmod(0o644)
    made.replace(path)
