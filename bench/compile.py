"""How long until one decision is files for 50,000 devices? In 200 groups, with 500 exceptions; then with one more.

What is measured begins with the two files as an organisation has them, the signed decision and the list of devices,
and ends with every file of every target in memory. Beside it, in the same run, what the standard library takes to
read the list and write it again, which says how much of it is making files. An added exception makes again the files
of the groups it touches; all others must be what a whole run makes.
"""

import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import ECKey

from bench.table import Cell, Report, at_least, at_most
from reelm import devices

DEVICES, GROUPS, EXCEPTIONS, TIMES = 50_000, 200, 500, 5
NOW = datetime(2027, 1, 15, tzinfo=UTC)
PLATFORMS = (
    ("ios", "supervised", "corporate"),
    ("ios", "user", "enrolled-personal"),
    ("android", "fully-managed", "corporate"),
    ("android", "work-profile-personal", "enrolled-personal"),
    ("windows", "device", "corporate"),
    ("linux", "agent", "corporate"),
)


def measure() -> Report:
    """The median of `TIMES` runs of each."""
    key = ECKey.generate_key("P-256")
    decision, fleet = devices.sign_decision(_make_decision(), key), _make_fleet()
    whole = [_compile_all(decision, fleet, key) for _ in range(TIMES)]
    files, seconds = whole[0][0], statistics.median(one[1] for one in whole)
    floor_s = statistics.median(_read_and_write(fleet) for _ in range(TIMES))
    added = _add_one(decision, fleet, files)
    row: dict[str, Cell] = {
        "devices": DEVICES,
        "groups": GROUPS,
        "exceptions": EXCEPTIONS,
        "files": sum(len(made) for made in files.values()),
        "mb": round(sum(len(content) for made in files.values() for content in made.values()) / 1e6, 1),
        "all_s": round(seconds, 2),
        "json_s": round(floor_s, 2),
        "ratio": round(seconds / floor_s, 2),
        **added,
    }
    return Report(
        "compile",
        [row],
        [
            at_most("all files of one decision", round(seconds, 2), 5, "s"),
            at_most("files made again for one more exception", float(added["again"] or 0), 2 * len(devices.BY_GROUP)),
            at_least("of the others, as a whole run makes them", float(added["others_same"] or 0), 1),
        ],
    )


def _compile_all(decision: bytes, fleet: bytes, key: ECKey) -> tuple[dict[str, dict[str, bytes]], float]:
    began = time.perf_counter()
    signed = devices.read_decision(decision)
    devices.verify(signed, [key])
    read = devices.read_fleet(fleet)
    devices.check_exceptions(signed.decision, read)
    plans = devices.plan_groups(signed.decision, read, NOW)
    files = {target: devices.compile_decisions(target, [signed.decision], plans) for target in devices.TARGETS}
    return files, time.perf_counter() - began


def _read_and_write(fleet: bytes) -> float:
    began = time.perf_counter()
    json.dumps(json.loads(fleet))
    return time.perf_counter() - began


def _add_one(decision: bytes, fleet: bytes, before: dict[str, dict[str, bytes]]) -> dict[str, Cell]:
    """Make again what one more exception touches, and compare with all of it made again."""
    signed, told = devices.read_decision(decision).decision, json.loads(fleet)
    told["exceptions"].append(_exception(DEVICES - 1))
    more = devices.read_fleet(json.dumps(told).encode())
    began = time.perf_counter()
    roster = devices.Roster(signed, more, NOW)
    plans = [roster.plan(group) for group in roster.groups_of(more.exceptions[-1])]
    again = {target: devices.compile_decisions(target, [signed], plans) for target in devices.BY_GROUP}
    seconds = time.perf_counter() - began
    whole_plans = devices.plan_groups(signed, more, NOW)
    whole = {target: devices.compile_decisions(target, [signed], whole_plans) for target in devices.TARGETS}
    changed = [
        (target, name) for target, made in whole.items() for name in made if made[name] != before[target][name]
    ]
    mended = {target: before[target] | again.get(target, {}) for target in before}
    return {
        "one_more_ms": round(seconds * 1000, 1),
        "changed": len(changed),
        "again": sum(name != "schema.json" for made in again.values() for name in made),
        "others_same": int(mended == whole),
    }


def _make_decision() -> bytes:
    words = {"en": "Because it could not be checked."}
    told: dict[str, Any] = {
        "kind": "app-suspension",
        "v": 1,
        "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "version": 1,
        "authority": {"organisation": "X", "domain": "x.example", "body": "Board", "signatory": "Secretary"},
        "legal_basis": [{"kind": "internal-rule", "title": "Rules", "citation": "1"}],
        "reason": {"public": words, "evidence": words},
        "app": {
            "name": "Shortvideo",
            "apple": ["example.shortvideo"],
            "android": ["example.shortvideo"],
            "domains": [f"shortvideo{n}.example" for n in range(10)],
            "covers": {"app": True, "site": True, "embeds": True, "successors": False},
        },
        "scope": {"ownership": ["corporate", "enrolled-personal"], "groups": [f"g{n}" for n in range(GROUPS)]},
        "measures": ["remove", "block-installing", "block-traffic", "not-compliant", "refuse-service"],
        "stages": {
            "issued_at": "2026-12-01T00:00:00Z",
            "notice_at": "2026-12-01T00:00:00Z",
            "deadline_at": "2027-01-01T00:00:00Z",
            "review_at": "2027-06-01T00:00:00Z",
        },
        "exceptions": {
            "purposes": [{"code": "research", "words": words}],
            "granted_by": "Head of security",
            "longest_days": 90,
        },
        "contact": {"email": "a@x.example"},
        "reply": {"url": "https://x.example/reply", "until": "2026-12-20T00:00:00Z"},
    }
    return json.dumps(told).encode()


def _make_fleet() -> bytes:
    made = [_device(n, *PLATFORMS[n % len(PLATFORMS)]) for n in range(DEVICES)]
    step = DEVICES // EXCEPTIONS
    return json.dumps({"devices": made, "exceptions": [_exception(n * step) for n in range(EXCEPTIONS)]}).encode()


def _device(n: int, platform: str, enrolment: str, ownership: str) -> dict[str, Any]:
    return {
        "id": f"d{n}",
        "platform": platform,
        "enrolment": enrolment,
        "ownership": ownership,
        "groups": [f"g{n % GROUPS}"],
        "person": f"p{n // 2}",
        "addresses": [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"],
    }


def _exception(n: int) -> dict[str, Any]:
    return {
        "id": f"e{n}",
        "device": f"d{n}",
        "purpose": "research",
        "asked_by": f"p{n // 2}",
        "granted_by": "head",
        "granted_at": "2027-01-01T00:00:00Z",
        "until": "2027-03-01T00:00:00Z",
    }
