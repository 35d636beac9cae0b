"""How long does a clip that its author deletes live on in other realms? From the answer at home to 404 abroad.

The peer is the author's own realm: there it is gone with the commit that the deletion is answered after.
"""

import tempfile
import threading
import time
from pathlib import Path

import httpx

from bench._realms import Fleet, percentile, publish_clip, running_fleet, small_clip, video, wait_until
from bench.table import Report, at_most

REALMS = ("eu", "ca-qc", "us")
CLIPS = 15


def measure() -> Report:
    """Delete clips of one realm that two others show and hold the files of; watch each of these."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder, running_fleet(Path(folder), REALMS) as fleet:
        content = small_clip(Path(folder))
        ana = fleet.sign_up("eu", "ana")
        abroad = {realm: fleet.sign_up(realm, "viewer") for realm in REALMS[1:]}
        clips = [publish_clip(ana, content, f"clip {number}") for number in range(CLIPS)]
        for caller in abroad.values():
            wait_until(lambda caller=caller: all("id" in video(caller, clip) for clip in clips))
        waits = {realm: [0.0] * CLIPS for realm in abroad}
        home = [_delete(ana, clip, n, abroad, waits) for n, clip in enumerate(clips)]
        left = sum(len(_files(fleet, realm, clip)) for realm in abroad for clip in clips)
    everything = [wait for each in waits.values() for wait in each]
    rows = [{"where": "home", "clips": CLIPS, "p50_s": percentile(home, 0.5), "p95_s": percentile(home, 0.95)}]
    rows += [
        {"where": realm, "clips": CLIPS, "p50_s": percentile(each, 0.5), "p95_s": percentile(each, 0.95)}
        for realm, each in waits.items()
    ]
    goals = [
        at_most("from the deletion at home to gone in both other realms, p95", percentile(everything, 0.95), 10, "s"),
        at_most("files of deleted clips that another realm still holds", float(left), 0),
    ]
    return Report("revoke", rows, goals)


def _delete(
    ana: httpx.Client, clip: str, number: int, abroad: dict[str, httpx.Client], waits: dict[str, list[float]]
) -> float:
    """Delete one clip and wait until it is gone everywhere; how long the home took to answer."""
    began = time.perf_counter()
    ana.delete(f"/videos/{clip}").raise_for_status()
    answered = time.perf_counter()

    def watch(realm: str) -> None:
        wait_until(lambda: abroad[realm].get(f"/videos/{clip}").status_code == 404, every_s=0.01)
        waits[realm][number] = time.perf_counter() - answered

    watching = [threading.Thread(target=watch, args=(realm,)) for realm in abroad]
    for one in watching:
        one.start()
    for one in watching:
        one.join()
    return answered - began


def _files(fleet: Fleet, realm: str, clip: str) -> list[Path]:
    return list((fleet.data / realm / "blobs" / "abroad").glob(f"*/{clip}/*"))
