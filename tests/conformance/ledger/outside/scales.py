"""Glue to check a log by tlog-scales: URL-or-FOLDER VKEY OLD-CHECKPOINT [INDEX HASH]…, run in .venv/oracles."""

import base64
import sys
from pathlib import Path

from tlog_scales.backend import make_backend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint

log, vkey, old, *leaves = sys.argv[1:]
reader, key = TilesReader(make_backend(log)), Vkey.from_string(vkey)
checkpoint = reader.get_checkpoint()
checkpoint.verify(key)
assert reader.calculate_root_hash() == checkpoint.root_hash, "another root"
if old:
    before = Checkpoint.from_text(Path(old).read_text())
    before.verify(key)
    reader.get_consistency_proof(before.size, checkpoint.size).check(before.root_hash, checkpoint.root_hash)
for index, leaf in zip(leaves[::2], leaves[1::2], strict=True):
    reader.get_inclusion_proof(int(index), checkpoint.size).check(base64.b64decode(leaf), checkpoint.root_hash)
print("HOLDS", checkpoint.size)
