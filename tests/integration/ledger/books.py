"""Do acts and log agree? Worked out here from the definitions, with as little as possible of what wrote them."""

from collections import defaultdict
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from reelm.infra.db import Database
from reelm.ledger import decode
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.merkle import tree_root
from reelm.ledger.note import VerifierKey
from reelm.ledger.tiles import bundles_of, tiles_of, unpack_bundle


def read_log(folder: Path) -> tuple[Checkpoint, list[bytes]]:
    """The checkpoint of a log's folder, and its entries, after every file was checked against the signed root."""
    keys = [VerifierKey.parse(line) for line in (folder / "vkey").read_text().splitlines()]
    checkpoint, _ = open_checkpoint((folder / "checkpoint").read_bytes(), keys)
    entries = [
        entry
        for bundle in bundles_of(checkpoint.size)
        for entry in unpack_bundle((folder / bundle.path).read_bytes(), bundle.width)
    ]
    leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
    assert len(entries) == checkpoint.size
    assert tree_root(leaves) == checkpoint.root
    for tile in tiles_of(checkpoint.size):
        span = 256**tile.level
        first = tile.index * 256 * span
        expected = b"".join(tree_root(leaves[first + n * span : first + (n + 1) * span]) for n in range(tile.width))
        assert (folder / tile.path).read_bytes() == expected, tile.path
    return checkpoint, entries


async def assert_balanced(database: Database, folder: Path) -> list[str]:
    """The ids of all entries in order, after: no act without its entry, no entry without its act, no gap anywhere."""
    checkpoint, entries = read_log(folder)
    decoded = [decode(entry) for entry in entries]
    ids = [entry.id for entry in decoded]
    assert len(set(ids)) == len(ids)
    counted: dict[str, int] = defaultdict(int)
    for entry in decoded:
        counted[entry.writer] += 1
        assert entry.seq == counted[entry.writer]
    async with database.read() as unit:
        acts = set(await unit.scalars(text("SELECT entry FROM acts")))
        rows = await unit.all(text("SELECT id, log_index, body FROM ledger_entries ORDER BY log_index"))
        kinds = dict(map(tuple, await unit.all(text("SELECT kind, sum(entries)::int FROM ledger_counts GROUP BY 1"))))
        size = await unit.scalar(text("SELECT published_size FROM ledger_log"))
    assert {entry.id for entry in decoded if entry.kind == "access-opened"} == acts
    assert [(row.id, row.log_index, row.body) for row in rows] == [
        (id, index, body) for index, (id, body) in enumerate(zip(ids, entries, strict=True))
    ]
    assert size == checkpoint.size
    assert sum(kinds.values()) == len(entries)
    return ids
