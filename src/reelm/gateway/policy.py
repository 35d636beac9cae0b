"""May this message cross? Cedar decides over the files in `deploy/policies`: default deny, a forbid wins. Pure.

A message crosses if `send` permits its kind with its fields, and `disclose` every class of data in it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, cast

import cedarpy

from reelm.gateway.errors import RulesMalformed
from reelm.gateway.model import Message
from reelm.gateway.transfers import Transfer, find_transfer, read_transfers
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import RealmCode
from reelm.ledger import Purpose

SCHEMA = "schema.cedarschema"
DEFAULT_DENY, NOT_ASSESSED = "default-deny", "no-transfer-without-assessment"
_MOST_KNOWN = 10_000
_cedar: Any = cast("Any", cedarpy)
# A policy as it is written, with the comments before it, up to its semicolon.
_STATEMENT = re.compile(r'(?>"(?>\\.|[^"\\])*"|//[^\n]*|[^;"])*+;')
_ID = re.compile(r'^\s*@id\("([^"]+)"\)', re.MULTILINE)


@dataclass(frozen=True)
class Decision:
    """Whether a message may cross, by which rules, and under which assessment.

    `rules` are the ids of the policies that decided; `default-deny` where none permits it. Without an assessment
    nothing crosses, whatever the policies say.
    """

    allowed: bool
    rules: tuple[str, ...]
    transfer: Transfer | None


@dataclass(frozen=True)
class Policy:
    """One policy. `effect` is `permit` or `forbid`; `text` is as it is written."""

    id: str
    effect: str
    text: str


@dataclass(frozen=True)
class Rules:
    """Everything that decides about crossings. `digest` is the SHA-256 over its files, as the log tells it.

    `texts` are those files, by their names.
    """

    cedar: str
    ids: Mapping[str, str]
    transfers: tuple[Transfer, ...]
    digest: str
    texts: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Each policy by itself, in the order of the files."""
        told: dict[str, Any] = json.loads(_cedar.policies_to_json_str(self.cedar))["staticPolicies"]
        effects = {self.ids[name]: policy["effect"] for name, policy in told.items()}
        texts = [found[0].strip() for found in _STATEMENT.finditer(self.cedar)]
        return tuple(Policy(id, effects[id], text) for text in texts for id in _ID.findall(text) if id in effects)

    @cached_property
    def _set(self) -> Any:
        return _cedar.PolicySet.from_str(self.cedar)

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], tuple[bool, tuple[str, ...]]]:
        """What was decided before: the same question has the same answer as long as these rules stand."""
        return {}

    def decide(self, message: Message, *, from_: RealmCode, to: RealmCode, today: date) -> Decision:
        """Whether `message` may go from one realm to the other today."""
        terms = message.terms
        transfer = find_transfer(self.transfers, from_, to, terms.purpose, today)
        answers = [self.may_send(message, from_, to)]
        answers += [
            self.may_disclose(one, from_, to, terms.purpose, minor=message.minor, assessed=transfer is not None)
            for one in terms.classes
        ]
        if transfer is None:
            answers.append((False, (NOT_ASSESSED,)))
        allowed = all(yes for yes, _ in answers)
        rules = {rule for yes, told in answers if yes is allowed for rule in told}
        return Decision(allowed=allowed, rules=tuple(sorted(rules)), transfer=transfer)

    def may_disclose(
        self,
        data_class: DataClass,
        from_: RealmCode,
        to: RealmCode,
        purpose: Purpose,
        *,
        minor: bool,
        assessed: bool,
    ) -> tuple[bool, tuple[str, ...]]:
        """Whether data of one class may leave for a purpose, and the ids of the policies that say so."""
        key = (data_class, from_, to, purpose, minor, assessed)
        if key in self._known:
            return self._known[key]
        context = {"class": data_class.value, "purpose": purpose.value, "minor": minor, "assessed": assessed}
        return self._remember(key, self._ask("disclose", from_, to, context))

    def may_send(self, message: Message, from_: RealmCode, to: RealmCode) -> tuple[bool, tuple[str, ...]]:
        """Whether a message of this kind may leave with these fields, and the ids of the policies that say so."""
        fields, people = sorted(message.fields), message.people
        key = (message.kind, from_, to, tuple(fields), message.told, people)
        if key in self._known:
            return self._known[key]
        context = {"message": message.kind.value, "fields": fields, "told": message.told, "people": people}
        return self._remember(key, self._ask("send", from_, to, context))

    def _remember(self, key: tuple[Any, ...], answer: tuple[bool, tuple[str, ...]]) -> tuple[bool, tuple[str, ...]]:
        if len(self._known) >= _MOST_KNOWN:  # counts differ in over how many people they add up
            self._known.clear()
        self._known[key] = answer
        return answer

    def _ask(self, action: str, from_: str, to: str, context: dict[str, Any]) -> tuple[bool, tuple[str, ...]]:
        request = {
            "principal": {"type": "Realm", "id": from_},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Realm", "id": to},
            "context": context,
        }
        answer = _cedar.is_authorized(request, self._set, [])
        rules = tuple(sorted(self.ids.get(one, one) for one in answer.diagnostics.reasons))
        allowed = bool(answer.allowed) and not answer.diagnostics.errors
        return allowed, rules or (DEFAULT_DENY,)


def read_rules(files: Mapping[str, bytes]) -> Rules:
    """The rules in a folder of policies, given its files by their relative names.

    Raises `RulesMalformed` for a policy that Cedar does not take, that asks for what the schema does not have, or
    that has no id of its own; and for transfers that are not understood.
    """
    if SCHEMA not in files:
        raise RulesMalformed(file=SCHEMA, fault="it is not there")
    cedar = {name: _text(name, files[name]) for name in sorted(files) if name.endswith(".cedar")}
    schema = _text(SCHEMA, files[SCHEMA])
    ids: list[str] = []
    for name, text in cedar.items():
        ids += _check(name, text, schema)
    for one in ids:
        if ids.count(one) > 1:
            raise RulesMalformed(file="*.cedar", fault=f"two policies have the id {one}")
    whole = "\n".join(cedar.values())
    texts = {name: _text(name, files[name]) for name in sorted(files)}
    return Rules(whole, _ids(whole), read_transfers(files), digest_files(files), texts)


def digest_files(files: Mapping[str, bytes]) -> str:
    """SHA-256, in hex, of what `sha256sum` writes for these files in the order of their names."""
    lines = (f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return sha256("".join(lines).encode()).hexdigest()


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise RulesMalformed(file=name, fault="it is not UTF-8") from None


def _check(name: str, text: str, schema: str) -> Iterable[str]:
    """The ids of the policies in one file."""
    result = _cedar.validate_policies(text, schema)
    if not result.validation_passed:
        raise RulesMalformed(file=name, fault=" ".join(str(result.errors[0].error).split()))
    named = _ids(text)
    if any(one.startswith("policy") and one[6:].isdigit() for one in named.values()):
        raise RulesMalformed(file=name, fault="a policy has no @id")
    return named.values()


def _ids(text: str) -> dict[str, str]:
    """What Cedar calls each policy, and what its `@id` does."""
    policies: dict[str, Any] = json.loads(_cedar.policies_to_json_str(text))["staticPolicies"]
    return {name: policy.get("annotations", {}).get("id", name) for name, policy in policies.items()}
