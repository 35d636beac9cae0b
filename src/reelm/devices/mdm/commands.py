"""What is an Apple device told to do? The five commands that a suspension needs, and the queue they wait in. Pure.

Which apps it has is asked of the suspended ones only. What a device answers decides what comes next: a command that
was put off (`NotNow`) is offered again when the device is idle, and one that failed is kept with what it said.
"""

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from reelm.devices.mdm.messages import Answer, Status

MOST_FAULT = 1000


class Progress(StrEnum):
    """Where a command stands."""

    WAITING = "waiting"
    SENT = "sent"
    PUT_OFF = "put-off"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether the device has it to do, and is not at it."""
        return self in {Progress.WAITING, Progress.PUT_OFF}

    @property
    def has_ended(self) -> bool:
        return self in {Progress.DONE, Progress.FAILED}


@dataclass(frozen=True)
class Command:
    """One command: `id` comes back in the answer; `fault` is what the device said where it failed."""

    id: str
    request: Mapping[str, Any]
    progress: Progress = Progress.WAITING
    fault: str = ""
    ended_at: datetime | None = None

    @property
    def type(self) -> str:
        return str(self.request["RequestType"])

    def encode(self) -> bytes:
        """As it is sent."""
        return plistlib.dumps({"CommandUUID": self.id, "Command": dict(self.request)}, sort_keys=True)


def list_suspended_apps(
    bundles: Sequence[str], *, managed_only: bool = False, has_items: bool = True
) -> dict[str, Any]:
    """Which of these apps are there, and nothing else of them or of others. A Mac takes no `Items`."""
    items = {"Items": ["Identifier"]} if has_items else {}
    return {
        "RequestType": "InstalledApplicationList",
        "Identifiers": list(bundles),
        "ManagedAppsOnly": managed_only,
        **items,
    }


def install_profile(profile: bytes) -> dict[str, Any]:
    """Put a profile into force, in place of one of the same identifier."""
    return {"RequestType": "InstallProfile", "Payload": profile}


def remove_profile(identifier: str) -> dict[str, Any]:
    """Take a profile out of force, and off the device."""
    return {"RequestType": "RemoveProfile", "Identifier": identifier}


def remove_app(bundle: str) -> dict[str, Any]:
    """Works on apps that the organisation itself has installed, and fails for any other."""
    return {"RequestType": "RemoveApplication", "Identifier": bundle}


def synchronise(tokens: bytes) -> dict[str, Any]:
    """Look whether something else is declared by now; the first one turns Apple's declarative management on."""
    return {"RequestType": "DeclarativeManagement", "Data": tokens}


def take_answer(
    queue: Sequence[Command], answer: Answer, at: datetime | None = None
) -> tuple[list[Command], Command | None]:
    """The queue after an answer, and what is sent next; nothing is an empty answer, upon which the device rests."""
    return send_next(note_answer(queue, answer, at))


def note_answer(queue: Sequence[Command], answer: Answer, at: datetime | None = None) -> list[Command]:
    """The queue after an answer that came at `at`.

    An answer about a command that was not sent changes nothing. A device that is idle has lost what was sent and not
    answered, so that it is sent again: each of these commands may be done twice.
    """
    return [_after(one, answer, at) for one in queue]


def send_next(queue: Sequence[Command]) -> tuple[list[Command], Command | None]:
    """The queue with the first command that waits marked as sent, and that command."""
    after = list(queue)
    next_ = next((place for place, one in enumerate(after) if one.progress is Progress.WAITING), None)
    if next_ is None:
        return after, None
    after[next_] = replace(after[next_], progress=Progress.SENT)
    return after, after[next_]


def _after(command: Command, answer: Answer, at: datetime | None) -> Command:
    if answer.Status == Status.IDLE:
        again = command.progress in {Progress.SENT, Progress.PUT_OFF}
        return replace(command, progress=Progress.WAITING) if again else command
    if command.id != answer.CommandUUID or command.progress is not Progress.SENT:
        return command
    if answer.Status == Status.NOT_NOW:
        return replace(command, progress=Progress.PUT_OFF)
    if answer.Status == Status.ACKNOWLEDGED:
        return replace(command, progress=Progress.DONE, ended_at=at)
    fault = "; ".join(f"{one.ErrorDomain} {one.ErrorCode}" for one in answer.ErrorChain) or answer.Status.value
    return replace(command, progress=Progress.FAILED, fault=fault[:MOST_FAULT], ended_at=at)
