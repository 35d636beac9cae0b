"""How long until a clip of another realm plays, from its link to its first frame, against one of the viewer's realm?

In a real Chromium, each time in a fresh profile: page, facts and bytes of the clip, until a frame is on screen.
`first` is the first time anybody in the realm opens it: its home is asked, logs and answers. `again` is afterwards,
by turns with the local clip opened again: single times differ by a seventh, so their medians need some sixty each.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench._realms import Fleet, publish_clip, running_fleet, small_clip
from bench.table import Report, at_most

ROUNDS, AGAIN = 15, 4
_FIRST_FRAME = """() => new Promise((done) => {
  const look = () => {
    const video = document.querySelector("video");
    if (video && video.readyState >= 2 && !video.paused && video.currentTime > 0) done(performance.now());
    else setTimeout(look, 5);
  };
  look();
})"""


def measure() -> Report:
    """Open clips of both realms by turns, each foreign one for the first time and then again."""
    with (
        tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder,
        running_fleet(Path(folder), ("eu", "ca-qc")) as fleet,
    ):
        content = small_clip(Path(folder))
        ana, ben = fleet.sign_up("eu", "ana"), fleet.sign_up("ca-qc", "ben")
        with sync_playwright() as play:
            chromium = shutil.which("chromium")
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--mute-audio"])
            local, first, local_again, again = (list[float]() for _ in range(4))
            _open(browser, fleet, f"/v/{publish_clip(ben, content)}")  # the browser itself is warm from here on
            while len(first) < ROUNDS:
                here = publish_clip(ben, content)
                local.append(_open(browser, fleet, f"/v/{here}"))
                there = publish_clip(ana, content)
                if ben.get(f"/videos/{there}").status_code != 404:
                    continue  # the realm has asked for what is new there already
                first.append(_open(browser, fleet, f"/v/{there}@eu"))
                for _ in range(AGAIN):
                    local_again.append(_open(browser, fleet, f"/v/{here}"))
                    again.append(_open(browser, fleet, f"/v/{there}@eu"))
            browser.close()
    rows = [_row("a clip of the viewer's realm, first", local, local), _row("of another realm, first", first, local)]
    rows += [_row("of the viewer's realm, again", local_again, local_again)]
    rows += [_row("of another realm, again", again, local_again)]
    goals = [
        at_most("first play of another realm's clip ÷ local first play, medians", _ratio(first, local), 1.5),
        at_most("the same again, from the copy ÷ local again", _ratio(again, local_again), 1.05),
    ]
    return Report("cross-play", rows, goals)


def _open(browser: Browser, fleet: Fleet, path: str) -> float:
    """Milliseconds from the navigation to a frame that plays."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(fleet.url("ca-qc") + path, wait_until="commit")
        return float(page.evaluate(_FIRST_FRAME))
    finally:
        context.close()
        time.sleep(0.2)


def _ratio(times: Sequence[float], base: Sequence[float]) -> float:
    return statistics.median(times) / statistics.median(base)


def _row(what: str, times: Sequence[float], base: Sequence[float]) -> dict[str, str | int | float | None]:
    median = statistics.median(times)
    return {
        "what": what,
        "rounds": len(times),
        "median_ms": round(median, 1),
        "of_local": round(_ratio(times, base), 3),
    }
