"""What `ledger_append.py` is compared with: the same batches by the writer of PyPI's `aics-tlog`, as it comes.

Run by the Python of .venv/oracles. Reads `{folder, rounds, entries}` as JSON from standard input; prints the seconds
of each round. As in our writer, a round ends when the tiles and a checkpoint signed anew are on the disk.
"""

import json
import sys
import time

from aics_tlog.checkpoint import Checkpoint, sign_checkpoint
from aics_tlog.writer import DirectoryTileStore, IncrementalTileWriter
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "bench.example/ledger"


def main() -> None:
    """All rounds, one after the other, in one log."""
    told = json.load(sys.stdin)
    entries = [entry.encode() for entry in told["entries"]]
    store, key = DirectoryTileStore(told["folder"]), Ed25519PrivateKey.generate()
    writer = IncrementalTileWriter(store)
    seconds: list[float] = []
    for _ in range(told["rounds"]):
        began = time.perf_counter()
        done = writer.append(entries)
        checkpoint = Checkpoint(ORIGIN, done.size, done.root)
        store.write_checkpoint(sign_checkpoint(checkpoint, key, ORIGIN).serialise().encode())
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
