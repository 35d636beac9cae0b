"""Whose signatures are enough? C2SP tlog-policy: logs, witnesses, groups of them and the quorum, in a text file."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NoReturn, Self

from reelm.ledger.errors import PolicyMalformed, VkeyMalformed
from reelm.ledger.note import COSIGNATURE, ED25519, VerifierKey

NONE = "none"
_NOT_ALLOWED = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class LogLine:
    """A log whose checkpoints are taken."""

    key: VerifierKey
    url: str | None


@dataclass(frozen=True)
class WitnessLine:
    """A witness, under the name it has in this file; `url` is where it is asked to cosign."""

    name: str
    key: VerifierKey
    url: str | None


@dataclass(frozen=True)
class Group:
    """Counts as one signer once `threshold` of its members have signed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What a checkpoint needs: one of the logs' signatures, and cosignatures that meet the quorum."""

    logs: tuple[LogLine, ...]
    witnesses: Mapping[str, WitnessLine]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a policy file: tlog-policy, "Policy file syntax". Raises `PolicyMalformed` with the line."""
        reading = _Reading()
        octets = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        lines = octets.removesuffix(b"\n").split(b"\n")
        for number, line in enumerate(lines, start=1):
            reading.number = number
            if _NOT_ALLOWED.search(line):
                raise PolicyMalformed(line=number, fault="control-character")
            reading.take([word for word in _BLANK.split(line.decode("utf-8", "surrogateescape")) if word])
        if reading.quorum is None:
            raise PolicyMalformed(line=len(lines), fault="quorum-missing")
        return cls(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)

    def cosigners(self, keys: Iterable[VerifierKey]) -> frozenset[str]:
        """The names in this file of the witnesses whose keys are among these."""
        signed = set(keys)
        return frozenset(name for name, witness in self.witnesses.items() if witness.key in signed)

    def is_met(self, cosigners: AbstractSet[str]) -> bool:
        """Whether cosignatures of these witnesses, by their names in this file, are enough."""
        return self.quorum == NONE or self._has_signed(self.quorum, cosigners)

    def _has_signed(self, name: str, cosigners: AbstractSet[str]) -> bool:
        if name not in self.groups:
            return name in cosigners
        group = self.groups[name]
        return sum(self._has_signed(member, cosigners) for member in group.members) >= group.threshold

    def needed(self) -> int:
        """The least number of witnesses that can meet the quorum."""
        return 0 if self.quorum == NONE else self._least(self.quorum)

    def _least(self, name: str) -> int:
        if name not in self.groups:
            return 1
        group = self.groups[name]
        return sum(sorted(map(self._least, group.members))[: group.threshold])


@dataclass
class _Reading:
    """What the lines so far have said."""

    number: int = 0
    logs: list[LogLine] = field(default_factory=list[LogLine])
    witnesses: dict[str, WitnessLine] = field(default_factory=dict[str, WitnessLine])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    members: set[str] = field(default_factory=set[str])
    quorum: str | None = None

    def take(self, words: list[str]) -> None:
        """One line, in words."""
        match words:
            case []:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", vkey, *url] if len(url) < 2:
                self._add_log(vkey, *url)
            case ["witness", name, vkey, *url] if len(url) < 2:
                self._add_witness(name, vkey, *url)
            case ["group", name, threshold, *members]:
                self._add_group(name, threshold, members)
            case ["quorum", name]:
                self._set_quorum(name)
            case _:
                self._refuse("line-unknown")

    def _refuse(self, fault: str) -> NoReturn:
        raise PolicyMalformed(line=self.number, fault=fault)

    def _key(self, vkey: str, algorithm: int, others: Iterable[VerifierKey]) -> VerifierKey:
        try:
            key = VerifierKey.parse(vkey)
        except (VkeyMalformed, UnicodeEncodeError):
            self._refuse("vkey")
        if key.algorithm != algorithm:
            self._refuse("algorithm")
        if any(key.public_key == other.public_key for other in others):
            self._refuse("key-twice")
        return key

    def _add_log(self, vkey: str, url: str | None = None) -> None:
        self.logs.append(LogLine(self._key(vkey, ED25519, [log.key for log in self.logs]), url))

    def _add_witness(self, name: str, vkey: str, url: str | None = None) -> None:
        self._need_new(name)
        key = self._key(vkey, COSIGNATURE, [witness.key for witness in self.witnesses.values()])
        self.witnesses[name] = WitnessLine(name, key, url)

    def _add_group(self, name: str, threshold: str, members: list[str]) -> None:
        self._need_new(name)
        if not members:
            self._refuse("group-empty")
        for member in members:
            if not self._is_named(member):
                self._refuse("name-unknown")
            if member in self.members:
                self._refuse("member-twice")
            self.members.add(member)
        least = {"all": len(members), "any": 1}.get(threshold)
        if least is None and _THRESHOLD.fullmatch(threshold):
            least = int(threshold)
        if least is None or least > len(members):
            self._refuse("threshold")
        self.groups[name] = Group(name, least, tuple(members))

    def _set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            self._refuse("quorum-twice")
        if name != NONE and not self._is_named(name):
            self._refuse("name-unknown")
        self.quorum = name

    def _is_named(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _need_new(self, name: str) -> None:
        if name == NONE or self._is_named(name):
            self._refuse("name-taken")
