"""How does this realm ask others? Questions for one realm that come together go in one envelope.

A question says nothing of who asks it: it holds ids and names that the other realm made public itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from reelm.gateway.answers import MOST_QUESTIONS
from reelm.gateway.correspondence import Correspondence
from reelm.gateway.crossing import check_arrived, is_count
from reelm.gateway.errors import CrossingRefused, NotFoundAbroad, RealmNotAnswering
from reelm.gateway.model import Kind, Question, Received
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode

_Asked = tuple[Question, "asyncio.Future[Received]"]
_GATHER_S = 0.002


@dataclass
class _Counter:
    """What waits to be asked of one realm, and who is asking it."""

    waiting: list[_Asked]
    task: "asyncio.Task[None] | None" = None


class Asker:
    """Asks other realms and checks the form of what they answer. `heard` is told of each answer."""

    def __init__(
        self, correspondence: Correspondence, heard: Callable[[RealmCode, Received], None] | None = None
    ) -> None:
        self._correspondence, self._heard = correspondence, heard
        self._counters: dict[RealmCode, _Counter] = {}
        self._flying: set[asyncio.Task[None]] = set()

    async def ask(self, realm: RealmCode, question: Question) -> Received:
        """The answer. Raises `NotFoundAbroad`, `CrossingRefused`, `RealmNotAnswering`, `RealmUnknown`."""
        future: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        counter = self._counters.setdefault(realm, _Counter([]))
        counter.waiting.append((question, future))
        if counter.task is None or counter.task.done():
            counter.task = asyncio.create_task(self._gather(realm, counter))
        received = await future
        if self._heard is not None:
            self._heard(realm, received)
        return received

    async def _gather(self, realm: RealmCode, counter: _Counter) -> None:
        while counter.waiting:
            await asyncio.sleep(_GATHER_S)
            taken, counter.waiting = counter.waiting[:MOST_QUESTIONS], counter.waiting[MOST_QUESTIONS:]
            flight = asyncio.create_task(self._send(realm, taken))
            self._flying.add(flight)
            flight.add_done_callback(self._flying.discard)

    async def _send(self, realm: RealmCode, asked: Sequence[_Asked]) -> None:
        questions = [{"kind": question.kind.value, "about": question.about} for question, _ in asked]
        try:
            letter = await self._correspondence.send(realm, "ask", {"questions": questions}, expect="answer")
            if letter.envelope is None:
                raise RealmNotAnswering(realm=realm)  # noqa: TRY301 - told to everybody who waits
            answers = _list_answers(letter.envelope.body, [question.kind for question, _ in asked], realm)
        except Exception as failure:  # noqa: BLE001 - told to everybody who waits
            answers = [failure] * len(asked)
        for (_, future), answer in zip(asked, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


def _list_answers(body: dict[str, Any], kinds: Sequence[Kind], realm: RealmCode) -> list[Received | Exception]:
    given = body.get("answers")
    if not isinstance(given, list) or len(cast("list[Any]", given)) != len(kinds):
        raise RealmNotAnswering(realm=realm)
    return [read_answer(one, kind, realm) for one, kind in zip(cast("list[Any]", given), kinds, strict=True)]


def read_answer(one: Any, asked: Kind, realm: RealmCode) -> Received | Problem:
    """One answer of another realm to a question of the kind `asked`."""
    if not isinstance(one, dict):
        return RealmNotAnswering(realm=realm)
    told = cast("dict[str, Any]", one)
    if told.get("problem") == CrossingRefused.slug():
        return CrossingRefused(realm=realm, rule="")
    if told.get("problem") == NotFoundAbroad.slug():
        return NotFoundAbroad(realm=realm)
    arrived = check_arrived(told.get("kind"), told.get("fields"), told.get("salt"))
    if arrived is None or arrived[0] is not asked or not is_count(told.get("entry")):
        return RealmNotAnswering(realm=realm)
    kind, fields, content = arrived
    return Received(kind, fields, told["entry"], str(told["salt"]), len(content))
