"""How does a command that runs servers stay in the foreground, talk, and come to its end?"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reelm.infra.embedded.credentials import CannotStart
from reelm.infra.embedded.processes import stop_with_parent
from reelm.infra.embedded.supervisor import Stopped, Supervisor


def run_supervised(bring_up: Callable[[Supervisor], None], look: Callable[[], None] | None = None) -> int:
    """Bring up, watch until someone asks to stop, stop everything; the exit status. `look` is called each second."""
    supervisor = Supervisor(say)
    status = 0
    try:
        bring_up(supervisor)
        supervisor.run(look)
    except Stopped:
        say("Stopping.")
    except CannotStart as problem:
        status = refuse(problem)
    finally:
        supervisor.stop()
    if status == 0:
        say("Reelm has stopped.")
    return status


def stop_with_make() -> None:
    """Where `make` started this, end with it: it passes no signal on."""
    with suppress(OSError):
        if Path(f"/proc/{os.getppid()}/comm").read_text().strip() in {"make", "gmake"}:
            stop_with_parent()


def say(line: str) -> None:
    """One line on standard output."""
    with suppress(OSError):  # whoever read our output may be gone
        print(line, flush=True)


def refuse(problem: CannotStart) -> int:
    """Say why nothing starts; the exit status."""
    print(f"reelm: {problem}", file=sys.stderr, flush=True)
    return 1
