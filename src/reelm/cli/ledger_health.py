"""Is the log well? What `reelm doctor` looks at: who signs, who writes, whether both agree with what is served."""

import asyncio

from reelm import ledger
from reelm.cli.finding import Finding
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.time import Clock

LOOK_AGAIN_S = 2.0


async def look_at_ledger(settings: Settings, database: Database, clock: Clock) -> list[Finding]:
    """One finding each: signer, sequencer, log, origin, witnessed logs, government requests."""
    async with database.read() as unit:
        overdue = await ledger.find_overdue_seals(unit, clock.now().date())
        state = await ledger.find_state(unit)
    return [
        *await look_at_signer(settings),
        await _look_at_sequencer(database, state),
        _look_at_files(settings, state),
        _look_at_origin(settings, state),
        Finding(
            "government requests",
            not overdue,
            f"{len(overdue)}: {'; '.join(overdue[:5])}; run reelm ledger government-request open"
            if overdue
            else "none is sealed for too long",
        ),
    ]


async def look_at_signer(settings: Settings) -> list[Finding]:
    """Whether it answers, and whether a log that it witnesses has contradicted itself."""
    client = ledger.SignerClient(settings.signer_path, wait_s=LOOK_AGAIN_S)
    try:
        state, evidence = await client.state(), await client.list_evidence()
    except Problem:
        what = "does not answer, so nothing private is shown to staff; see signer.log, start reelm serve signer"
        untold = "not known while the signer does not answer"
        return [Finding("signer", ok=False, what=what), Finding("witnessed logs", ok=True, what=untold)]
    finally:
        await client.close()
    keys = f"{len(state.vkeys)} keys sign, retire the older one" if len(state.vkeys) > 1 else "one key signs"
    forked = {one.origin for one in map(ledger.Contradiction.of, evidence) if one.kind == "certain"}
    return [
        Finding("signer", ok=True, what=f"answers; {keys}; {state.size} entries signed"),
        Finding(
            "witnessed logs",
            not forked,
            f"{', '.join(sorted(forked))} has forked; show both notes to whoever relies on it: "
            "reelm ledger evidence --out DIR"
            if forked
            else "none has contradicted itself",
        ),
    ]


async def _look_at_sequencer(database: Database, before: ledger.LogState | None) -> Finding:
    """Whether there is one and, where entries wait, whether it makes progress while we look."""
    async with database.read() as unit:
        is_there = await ledger.has_sequencer(unit)
    if not is_there:
        what = "none is at work, so nothing private is shown to staff; see sequencer.log, start reelm serve sequencer"
        return Finding("sequencer", ok=False, what=what)
    if before is not None and before.waiting:
        await asyncio.sleep(LOOK_AGAIN_S)
        async with database.read() as unit:
            after = await ledger.find_state(unit)
        if after is not None and after.waiting and after.published_size == before.published_size:
            what = f"stands still, {after.waiting} entries wait; see sequencer.log for what it waits for"
            return Finding("sequencer", ok=False, what=what)
    return Finding("sequencer", ok=True, what="at work")


def _look_at_files(settings: Settings, state: ledger.LogState | None) -> Finding:
    """Whether the checkpoint that is served is at least the one the database knows of."""
    size, published = _served_size(settings), state.published_size if state else 0
    if size < published:
        what = f"{published} entries are published and the checkpoint served has {size}; run reelm ledger fsck"
        return Finding("log", ok=False, what=what)
    age = f", last checkpoint {state.published_at:%Y-%m-%d %H:%M:%S} UTC" if state and state.published_at else ""
    return Finding("log", ok=True, what=f"{size} entries{age}")


def _served_size(settings: Settings) -> int:
    lines = (ledger.LogFolder(settings.ledger_dir).read("checkpoint") or b"").split(b"\n")
    return int(lines[1]) if len(lines) > 2 and lines[1].isdigit() else 0


def _look_at_origin(settings: Settings, state: ledger.LogState | None) -> Finding:
    """A log keeps its first name for good; people may look for it under the address of today."""
    if state is None or state.origin == settings.origin:
        return Finding("log's name", ok=True, what=state.origin if state else f"will be {settings.origin}")
    what = (
        f"{state.origin}, while people reach this realm as {settings.public_host}: a log keeps its name; "
        f"say that you mean it with REELM_LEDGER_ORIGIN={state.origin}"
    )
    return Finding("log's name", ok=False, what=what)
