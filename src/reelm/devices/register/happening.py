"""What has happened in the register? One event a step, the newest first, as its feeds tell it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reelm.devices.register.model import Filed, Said

What = Literal["asked", "published", "replied", "in-force", "reviewed", "lifted", "replaced", "lapsed"]


@dataclass(frozen=True)
class Event:
    """A step of one version of a decision. `entry` is that of the log, where somebody took the step."""

    filed: Filed
    what: What
    at: datetime
    entry: str | None = None

    @property
    def key(self) -> str:
        """The same for the same event, whenever it is told."""
        return f"{self.filed.digest}:{self.what}:{int(self.at.timestamp())}"


def list_events(filed: Filed, replies: Iterable[Said], now: datetime) -> list[Event]:
    """What has happened with one version by now, the newest first. What comes by date alone has no entry, and one
    that lapsed has it once that was noted.
    """
    history, entries = filed.history, filed.entries
    events = [Event(filed, "replied", one.at, one.entry) for one in replies]
    events += [Event(filed, "reviewed", one.at, one.entry) for one in filed.reviews]
    dated: Sequence[tuple[What, datetime | None, str | None]] = (
        ("asked", filed.asked_at, entries.get("asked")),
        ("published", filed.published_at, entries.get("published")),
        ("lifted", filed.lifted_at, entries.get("lifted")),
        ("replaced", filed.replaced_at, None),
    )
    events += [Event(filed, what, at, entry) for what, at, entry in dated if at is not None]
    ended = [at for at in (history.lifted_at, filed.review_due(now)) if at is not None and at <= now]
    deadline = filed.decision.stages.deadline_at
    if filed.published_at is not None and all(deadline < at for at in ended):
        events.append(Event(filed, "in-force", deadline))
    if filed.published_at is not None and history.lifted_at is None and filed.review_due(now) <= now:
        events.append(Event(filed, "lapsed", filed.review_due(now), entries.get("lapsed")))
    return sorted((one for one in events if one.at <= now), key=lambda one: one.at, reverse=True)
