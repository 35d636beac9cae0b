"""What does a realm answer when another asks? What is public here, decided about and logged before it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from reelm.gateway.crossing import draft_crossing, draft_refusal, is_plain, new_salt
from reelm.gateway.errors import EnvelopeMalformed, NotFoundAbroad
from reelm.gateway.model import Kind, Message, Question
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.store import note_copies
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Recorder

MOST_QUESTIONS = 100


@dataclass(frozen=True)
class Found:
    """What an answerer found: the message, the objects the other realm will hold copies of, and a file, if any."""

    message: Message
    copies: tuple[UUID, ...] = ()
    file: "MediaFile | None" = None


@dataclass(frozen=True)
class MediaFile:
    """A file that goes along with an answer, and its SHA-256 in hex."""

    path: Path
    size_bytes: int
    digest: str


@dataclass(frozen=True)
class Answer:
    """What the other realm is told: a message with the index of its entry; or why there is none, as a slug."""

    kind: Kind
    entry: int | None = None
    salt: str = ""
    fields: Mapping[str, Any] | None = None
    problem: str | None = None
    file: MediaFile | None = None

    def body(self) -> dict[str, Any]:
        if self.problem is not None:
            return {"kind": self.kind.value, "problem": self.problem}
        return {"kind": self.kind.value, "entry": self.entry, "salt": self.salt, "fields": self.fields}


Answerer = Callable[[ReadUnit, RealmCode, Mapping[str, Any]], Awaitable[Found | None]]
Answerers = Mapping[Kind, Answerer]


def read_questions(body: Mapping[str, Any]) -> list[Question]:
    """Raises `EnvelopeMalformed`."""
    given = body.get("questions")
    if not isinstance(given, list) or not 0 < len(cast("list[Any]", given)) <= MOST_QUESTIONS:
        raise EnvelopeMalformed
    return [_read_question(one) for one in cast("list[Any]", given)]


def _read_question(one: Any) -> Question:
    if not isinstance(one, dict):
        raise EnvelopeMalformed
    told = cast("dict[str, Any]", one)
    kind, about = told.get("kind"), told.get("about")
    if not isinstance(kind, str) or kind not in set(Kind) or not isinstance(about, dict):
        raise EnvelopeMalformed
    if not is_plain(cast("object", about)):
        raise EnvelopeMalformed
    return Question(Kind(kind), cast("dict[str, Any]", about))


class Desk:
    """Answers other realms' questions. `answerers` find what each kind of question asks for."""

    def __init__(
        self,
        database: Database,
        recorder: Recorder,
        rulebook: Rulebook,
        answerers: Answerers,
        *,
        realm: RealmCode,
        clock: Clock,
    ) -> None:
        self._database, self._recorder, self._rulebook = database, recorder, rulebook
        self._answerers, self._realm, self._clock = answerers, realm, clock
        self._refusals: set[asyncio.Task[int]] = set()

    async def answer(self, to: RealmCode, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each. Each that tells something is in the log, durably, when this returns.

        Raises `LedgerNotAnswering`: then nothing may be told.
        """
        found = await self._find_all(to, questions)
        copies = [one for each in found if each for one in each.copies]
        if copies:
            async with self._database.write() as unit:
                await note_copies(unit, to, copies, self._clock.now())
            found = await self._find_all(to, questions)  # what was taken back until now; from now on it is told
        return list(
            await asyncio.gather(*(self._pass(to, q, each) for q, each in zip(questions, found, strict=True)))
        )

    async def _find_all(self, to: RealmCode, questions: Sequence[Question]) -> list[Found | None]:
        async with self._database.read() as unit:
            return [await self._find(unit, to, question) for question in questions]

    async def _find(self, unit: ReadUnit, to: RealmCode, question: Question) -> Found | None:
        answerer = self._answerers.get(question.kind)
        try:
            return await answerer(unit, to, question.about) if answerer else None
        except Problem as problem:
            if problem.status >= 500:  # a fault of ours: all of it is asked again
                raise
            return None
        except (KeyError, ValueError, TypeError, AttributeError):
            return None  # a question that makes no sense has no answer

    async def _pass(self, to: RealmCode, question: Question, found: Found | None) -> Answer:
        """decide → log → send, of one answer."""
        if found is None:
            return Answer(question.kind, problem=NotFoundAbroad.slug())
        rules, now = self._rulebook.rules, self._clock.now()
        message = found.message
        decision = rules.decide(message, from_=self._realm, to=to, today=now.date())
        if not decision.allowed:
            refusal = draft_refusal(message, decision, rules, to=to, at=now)
            self._note_refusal(refusal)
            return Answer(question.kind, problem="crossing-refused")
        salt = new_salt()
        media = (found.file.size_bytes, found.file.digest) if found.file else None
        draft = draft_crossing(message, decision, rules, to=to, salt=salt, at=now, media=media)
        entry = await self._recorder.record(draft)
        return Answer(question.kind, entry, salt, message.fields, file=found.file)

    def _note_refusal(self, draft: Any) -> None:
        """Refusals are logged beside the answer, which does not wait for them: it tells nothing."""
        task = asyncio.create_task(self._recorder.record(draft))
        self._refusals.add(task)
        task.add_done_callback(self._refused)

    def _refused(self, task: "asyncio.Task[int]") -> None:
        self._refusals.discard(task)
        if not task.cancelled():
            task.exception()
