"""How is the log's state shown?"""

import json
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from reelm import ledger, probing


class KindCount(BaseModel):
    kind: str
    count: int


class DayCount(KindCount):
    day: date


class WitnessView(BaseModel):
    """`fault` says in one word what a faulty one did."""

    name: str
    vkey: str
    state: Literal["fresh", "stale", "silent", "faulty"]
    cosigned_at: datetime | None
    size: int | None
    fault: str | None


class QuorumView(BaseModel):
    """How many witnesses the policy needs, and how many have cosigned a recent checkpoint."""

    needed: int = 0
    have: int = 0
    met: bool = False
    policy: str | None = None


class BreakGlassView(BaseModel):
    """Accesses without a second person's word: open now, and not reviewed in time."""

    open: int
    overdue: int


class ProbeView(BaseModel):
    """What a day's look at a canary should have left in a realm's log, and what was found there.

    `missing` names entries by kind and collection. Of a realm that lets nothing cross, nothing is expected.
    """

    realm: str
    day: date
    expected: int
    found: int
    missing: list[str]


class ProbesView(BaseModel):
    """`newest` has one of each realm, this one's first; `failed` those of seven days that did not find just what was
    expected; `late` says that this realm has not been probed for two days."""

    newest: list[ProbeView]
    failed: list[ProbeView]
    late: bool

    @classmethod
    def of(cls, standing: probing.Standing) -> "ProbesView":
        newest, failed = (
            [ProbeView.model_validate(vars(one) | {"missing": list(one.missing)}) for one in probes]
            for probes in (standing.newest, standing.failed)
        )
        return cls(newest=newest, failed=failed, late=standing.late)


class RunningView(BaseModel):
    """`code` is the SHA-256 that the log's last `running-digest` entry tells."""

    version: str
    code: str | None


class TrustView(BaseModel):
    """The state of this realm's log. `root` is base64; `checkpoint` the signed note as it is served."""

    realm: str
    origin: str
    url: str
    vkey: str
    vkeys: list[str]
    size: int
    root: str
    checkpoint: str
    published_at: datetime | None
    waiting: int
    entries_by_kind: list[KindCount]
    entries_by_day: list[DayCount]
    witnesses: list[WitnessView]
    quorum: QuorumView
    break_glass: BreakGlassView
    probes: ProbesView
    running: RunningView
    hand_overs: list[str]
    witness_vkey: str | None


class LoggedEntryView(BaseModel):
    """One entry that names the caller. `entry` is the text that stands in the log, byte for byte."""

    id: str
    kind: str
    at: datetime
    index: int | None
    state: Literal["waiting", "published"]
    role: Literal["subject", "actor"]
    entry: str

    @classmethod
    def of(cls, entry: ledger.LoggedEntry) -> "LoggedEntryView":
        return cls(
            id=entry.id,
            kind=entry.kind,
            at=entry.at,
            index=entry.index,
            state="waiting" if entry.index is None else "published",
            role=entry.place,
            entry=entry.body.decode(),
        )


class LoggedEntryPage(BaseModel):
    """`size` is that of the published log."""

    items: list[LoggedEntryView]
    next_cursor: str | None
    size: int


def read_keys(log: ledger.LogFolder) -> list[ledger.VerifierKey]:
    """The keys that sign the log, newest first; none until it has been opened."""
    return [ledger.VerifierKey.parse(line) for line in (log.read("vkey") or b"").decode().splitlines()]


class LogFiles(BaseModel):
    """What the log's folder says, for everybody to check."""

    vkeys: list[str]
    checkpoint: str
    size: int
    root: str
    hand_overs: list[str]
    witness_vkey: str | None
    witnesses: list[WitnessView]
    quorum: QuorumView


def read_log_files(log: ledger.LogFolder, now: datetime) -> LogFiles:
    """Read all of them; of a log that has not been opened there is nothing yet."""
    checkpoint = (log.read("checkpoint") or b"").decode()
    lines = checkpoint.split("\n")
    witness_vkey = log.read("witness-vkey")
    witnesses, quorum = _read_witnesses(log, now)
    return LogFiles(
        vkeys=[str(key) for key in read_keys(log)],
        checkpoint=checkpoint,
        size=int(lines[1]) if checkpoint else 0,
        root=lines[2] if checkpoint else "",
        hand_overs=json.loads(log.read("hand-overs") or b"[]"),
        witness_vkey=witness_vkey.decode().strip() if witness_vkey else None,
        witnesses=witnesses,
        quorum=quorum,
    )


def _read_witnesses(log: ledger.LogFolder, now: datetime) -> tuple[list[WitnessView], QuorumView]:
    """What the sequencer last learned of those it asks. It may have stopped since: nobody stays fresh by that."""
    told = json.loads(log.read("witnesses.json") or b"{}")
    witnesses = [WitnessView.model_validate(one) for one in told.get("witnesses", [])]
    quorum = QuorumView.model_validate(told.get("quorum", {}))
    for one in witnesses:
        if one.state == "fresh" and one.cosigned_at is not None and now - one.cosigned_at > ledger.FRESH_FOR:
            one.state = "stale"
    if quorum.policy is not None:
        fresh = {one.name for one in witnesses if one.state == "fresh"}
        quorum.have, quorum.met = len(fresh), ledger.Policy.parse(quorum.policy).is_met(fresh)
    return witnesses, quorum
