"""What stands in the log? An example of each kind of entry, what the schema refuses, how people are committed to.

`entries.json` and `commitments.json` of the vectors, and the published schema of entries.
"""

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from reelm.kernel.ids import AccountId
from reelm.ledger.commitments import commit
from reelm.ledger.entry import encode, entry_schema, make_entry
from reelm.ledger.facts import FACTS
from reelm.ledger.model import Party

_AT = "2026-11-24T08:00:00.000Z"
_REQUEST = "AY8_iT4Bc2yvAAECAwQFBg"
_CLASSES = ["user.contact.email", "user.location"]
_PEOPLE = ("018f3c1e-0000-7000-8000-000000000001", "018f3c1e-0000-7000-8000-000000000002")
_DIGESTS = [sha256(bytes([n])).hexdigest() for n in range(5)]
_PASSING: dict[str, Any] = {
    "purpose": "support",
    "legal_basis": "contract",
    "classes": _CLASSES,
    "fields": 3,
    "bytes": 412,
    "policy": _DIGESTS[0],
}
FACT_OF: dict[str, dict[str, Any]] = {
    "log-opened": {"origin": _DIGESTS[0], "vkey": _DIGESTS[1], "retention": "for-ever"},
    "access-requested": {
        "request": _REQUEST,
        "role": "moderator",
        "reason": "abuse-report",
        "classes": _CLASSES,
        "minutes": 30,
    },
    "access-approved": {"request": _REQUEST, "role": "operator"},
    "access-refused": {"request": _REQUEST, "role": "operator"},
    "access-opened": {"request": _REQUEST, "until": "2026-11-24T08:30:00.000Z", "country": "FR"},
    "access-read": {"request": _REQUEST, "collection": "profile", "classes": _CLASSES, "fields": 2},
    "access-ended": {"request": _REQUEST, "cause": "expired", "reads": 1},
    "break-glass": {
        "request": _REQUEST,
        "role": "operator",
        "reason": "security-incident",
        "classes": _CLASSES,
        "until": "2026-11-24T08:30:00.000Z",
        "country": "BE",
        "review_by": "2026-11-27T08:00:00.000Z",
    },
    "break-glass-reviewed": {"request": _REQUEST, "role": "auditor", "finding": "not-justified"},
    "break-glass-overdue": {"request": _REQUEST, "review_by": "2026-11-27T08:00:00.000Z"},
    "disclosure": _PASSING | {"to": "authority", "country": "FR", "agreement": _DIGESTS[1]},
    "crossing": _PASSING
    | {
        "to": "ca-qc",
        "message": "counts",
        "assessment": "PIA-2026-7",
        "agreement": _DIGESTS[1],
        "content": _DIGESTS[2],
        "people": 64,
        "epsilon_micro": 1_000_000,
    },
    "crossing-refused": {
        "to": "us",
        "message": "comment",
        "purpose": "public-act",
        "classes": _CLASSES,
        "rule": "minors-stay-home",
        "policy": _DIGESTS[0],
    },
    "arrival": {"from": "ca-qc", "entry": 1234, "message": "comment", "classes": _CLASSES, "bytes": 512},
    "egress-meter": {
        "to": "us",
        "since": "2026-11-24T08:00:00.000Z",
        "until": "2026-11-24T09:00:00.000Z",
        "metered": 120_000,
        "logged": 100_000,
        "carried": 19_500,
    },
    "rules-in-force": {"policy": _DIGESTS[0], "routes": 6},
    "peer-fault": {"realm": "us", "fault": "entry-differs", "entry": 77},
    "person-left": {"to": "ca-qc", "move": _REQUEST, "parts": 12, "digest": _DIGESTS[1]},
    "person-arrived": {"from": "eu", "move": _REQUEST, "parts": 12, "digest": _DIGESTS[1], "entry": 1234},
    "organisation-key": {"organisation": _REQUEST, "key": _DIGESTS[0], "step": "added"},
    "organisation-proof": {"organisation": _REQUEST, "of": "network", "value": _DIGESTS[0], "step": "proven"},
    "signal-issuer": {
        "organisation": _REQUEST,
        "issuer": _DIGESTS[0],
        "step": "added",
        "keys": _DIGESTS[1],
    },
    "suspension-step": {
        "organisation": _REQUEST,
        "decision": _DIGESTS[0],
        "step": "reviewed",
        "until": "2027-05-24T08:00:00.000Z",
        "record": _DIGESTS[1],
    },
    "suspension-reply": {"decision": _DIGESTS[0], "by": "service", "reply": _DIGESTS[1]},
    "suspension-exception": {
        "decision": _DIGESTS[0],
        "exception": _REQUEST,
        "step": "granted",
        "until": "2027-01-24T08:00:00.000Z",
    },
    "device-state": {
        "decision": _DIGESTS[0],
        "device": "IrihWAVhET54u8OraD3J25MLfdKu4XMOwpgeKJvTLXc",
        "state": "not-compliant",
        "since": _AT,
        "reported": _AT,
    },
    "canary-probe": {
        "realm": "eu",
        "day": "2026-11-24",
        "request": _REQUEST,
        "expected": 9,
        "found": 8,
        "missing": 1,
    },
    "consent-receipt": {"purpose": "statistics", "decision": "withdrawn", "notice": "1.2", "receipt": _DIGESTS[2]},
    "export": {"archive": _DIGESTS[3], "classes": _CLASSES},
    "erasure-tombstone": {"scope": "account", "classes": _CLASSES},
    "moderation-decision": {
        "decision": _REQUEST,
        "target": "clip",
        "ground": "terms-of-service",
        "action": "removal",
        "automated": False,
        "statement": _DIGESTS[2],
    },
    "government-request-sealed": {"commitment": _DIGESTS[1], "opens_by": "2027-11-24"},
    "government-request-opened": {
        "sealed": _REQUEST,
        "nonce": _DIGESTS[2],
        "country": "CA",
        "instrument": "production-order",
        "accounts": 2,
        "outcome": "complied-in-part",
        "received": "2026-11-20",
    },
    "running-digest": {
        "version": "0.1.0",
        "code": _DIGESTS[0],
        "policies": _DIGESTS[1],
        "schema": _DIGESTS[2],
        "entries": _DIGESTS[3],
    },
    "counts": {"writers": [{"writer": "log", "through": 3}, {"writer": "w07", "through": 9}], "entries": 12},
    "key-handover": {"old": _DIGESTS[0], "new": _DIGESTS[1], "note": _DIGESTS[2]},
    "realm-map": {
        "decision": _DIGESTS[0],
        "places": _DIGESTS[1],
        "realms": ["ca-qc", "eu", "me-af"],
        "effective": "2026-11-24T00:00:00.000Z",
        "moved": 41,
    },
    "incident-step": {"incident": _REQUEST, "step": "authority-told", "law": "law-25"},
    "legal-hold": {
        "case": _REQUEST,
        "step": "begun",
        "people": 2,
        "classes": _CLASSES,
        "until": "2027-11-24T00:00:00.000Z",
    },
}


def fields_of(kind: str, seq: int = 1) -> dict[str, Any]:
    """The fields of an entry of this kind, as JSON has them."""
    fields: dict[str, Any] = {
        "v": 1,
        "kind": kind,
        "id": base64.urlsafe_b64encode(sha256(kind.encode()).digest()[:16]).decode().rstrip("="),
        "at": _AT,
        "realm": "eu",
        "writer": "w07",
        "seq": seq,
        "fact": FACT_OF[kind],
    }
    for place, party, person in zip(
        ("actor", "subject"), (FACTS[kind].actor, FACTS[kind].subject), _PEOPLE, strict=True
    ):
        if party is Party.REQUIRED:
            fields[place] = commit(
                bytes(32), "actor" if place == "actor" else "subject", fields["id"], _person(person)
            )
    return fields


def list_refused() -> Iterator[tuple[str, dict[str, Any]]]:
    """Entries that must not be taken, each with what is wrong."""
    good = fields_of("access-requested")
    fact = good["fact"]
    yield "a remark in free text", good | {"fact": fact | {"remark": "ana asked me on the phone"}}
    yield "a reason of one's own", good | {"fact": fact | {"reason": "ana@example.org complained"}}
    yield "a handle for a subject", good | {"subject": "ana"}
    yield "an account id for an actor", good | {"actor": _PEOPLE[0]}
    yield "an address for a request", good | {"fact": fact | {"request": "ana@example.org, Paris"}}
    yield "a class that is none", good | {"fact": fact | {"classes": ["everything"]}}
    yield "no class", good | {"fact": fact | {"classes": []}}
    yield "a field beside the others", good | {"handle": "ana"}
    yield "null for nobody", good | {"subject": None}
    yield (
        "a city for a country",
        fields_of("access-opened") | {"fact": FACT_OF["access-opened"] | {"country": "Paris"}},
    )
    yield "no subject where one is due", {name: value for name, value in good.items() if name != "subject"}
    yield "a subject where none may be", fields_of("counts") | {"subject": good["subject"]}
    yield "a kind that is none", good | {"kind": "gossip"}
    yield "the fact of another kind", good | {"kind": "access-opened"}
    yield "a number for a time", good | {"at": 1764000000}
    yield "a time with seven digits", good | {"at": "2026-11-24T08:00:00.0000000Z"}
    yield "digits for a number in the fact", good | {"fact": fact | {"minutes": "30"}}
    yield "a fraction of a minute", good | {"fact": fact | {"minutes": 30.5}}
    yield "a number in words", good | {"seq": "one"}
    yield "number nought", good | {"seq": 0}
    yield "a writer that is none", good | {"writer": "ana"}
    yield "version 2", good | {"v": 2}


def make_entries() -> str:
    """`entries.json`."""
    taken = [{"kind": kind, "entry": _base64(_encoded(kind))} for kind in FACT_OF]
    refused = [{"case": case, "entry": _base64(json.dumps(fields).encode())} for case, fields in list_refused()]
    return json.dumps({"taken": taken, "refused": refused}, indent=1, ensure_ascii=False) + "\n"


def make_commitments() -> str:
    """`commitments.json`."""
    cases: list[dict[str, Any]] = []
    for number, person in enumerate(_PEOPLE):
        key = sha256(f"key {number}".encode()).digest()
        for place in ("actor", "subject"):
            entry = fields_of("access-read")["id"]
            opened = commit(key, "actor" if place == "actor" else "subject", entry, _person(person))
            cases.append(
                {"key": _base64(key), "place": place, "entry": entry, "account": person, "commitment": opened}
            )
    return json.dumps({"cases": cases}, indent=1) + "\n"


def make_schema() -> str:
    """The published schema."""
    return json.dumps(entry_schema(), indent=1, ensure_ascii=False) + "\n"


def _encoded(kind: str) -> bytes:
    return encode(make_entry(**fields_of(kind)))


def _person(id: str) -> AccountId:
    return AccountId(UUID(id))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


FILES: dict[str, Callable[[], str]] = {
    "contracts/ledger/entry-1.schema.json": make_schema,
    "contracts/vectors/ledger/entries.json": make_entries,
    "contracts/vectors/ledger/commitments.json": make_commitments,
}
