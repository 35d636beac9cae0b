"""What came in? Every answer and every file that another realm gave us is told in our own log too."""

import asyncio
import logging

from reelm.gateway.inbox import draft_arrival
from reelm.gateway.model import Received
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Recorder

_log = logging.getLogger(__name__)


class Arrivals:
    """Logs what came, beside its use: it is the sender's log that stands before it."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._recorder, self._clock = recorder, clock
        self._going: set[asyncio.Task[int]] = set()

    def note(self, from_: RealmCode, received: Received) -> None:
        """Log one arrival in the background."""
        task = asyncio.create_task(self._recorder.record(draft_arrival(from_, received, self._clock.now())))
        self._going.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[int]") -> None:
        self._going.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("an arrival could not be logged", extra={"facts": {"problem": str(task.exception())}})
