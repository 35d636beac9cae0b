"""How is a disclosure logged that has no transaction of its own, such as a read? Before it, together with others.

Those who come while a transaction is being committed go into the next one, so that a thousand disclosures a second
cost a few dozen commits.
"""

import asyncio
from collections.abc import Sequence

from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import EntryId
from reelm.ledger.appending import Draft, append_all
from reelm.ledger.waiting import Durability

MOST_AT_ONCE = 500


class Recorder:
    """Logs what is about to be disclosed. Disclose only after `record` has returned."""

    def __init__(self, database: Database, durability: Durability, *, realm: str) -> None:
        self._database, self._durability, self._realm = database, durability, realm
        self._queue: list[tuple[Draft, asyncio.Future[EntryId]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, draft: Draft) -> int:
        """The index of the entry, which a published checkpoint covers.

        Raises what `append` raises and `LedgerNotAnswering`; then nothing may be disclosed. The entry may be in the
        log all the same: it says what was about to be done.
        """
        future: asyncio.Future[EntryId] = asyncio.get_running_loop().create_future()
        self._queue.append((draft, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await self._durability.wait(await future)

    async def _write(self) -> None:
        while self._queue:
            taken, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
            try:
                await self._append(taken)
            except Problem:
                for one in taken:  # one of them is refused: let it be that one only
                    await self._append_alone(one)
            except Exception as failure:  # noqa: BLE001 - told to everybody who waits
                _tell(taken, failure)

    async def _append(self, taken: Sequence[tuple[Draft, asyncio.Future[EntryId]]]) -> None:
        async with self._database.write() as unit:
            entries = await append_all(unit, [draft for draft, _ in taken], realm=self._realm)
        for (_, future), entry in zip(taken, entries, strict=True):
            if not future.done():
                future.set_result(entry)

    async def _append_alone(self, one: tuple[Draft, asyncio.Future[EntryId]]) -> None:
        try:
            await self._append([one])
        except Exception as failure:  # noqa: BLE001 - told to whoever waits
            _tell([one], failure)


def _tell(taken: Sequence[tuple[Draft, asyncio.Future[EntryId]]], failure: Exception) -> None:
    for _, future in taken:
        if not future.done():
            future.set_exception(failure)
