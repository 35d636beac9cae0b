"""What does one version of a decision say otherwise than another? Field by field. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from reelm.devices.model import Decision

_OF_EVERY_VERSION = frozenset({"version", "replaces_sha256"})


@dataclass(frozen=True)
class Difference:
    """A field, by its path, as it was and as it is; `None` where there is none."""

    path: str
    before: Any
    after: Any


def compare(before: Decision, after: Decision) -> list[Difference]:
    """All that differs, in the order of the fields, but for what differs in every version.

    >>> from reelm.devices.register.comparing import _walk
    >>> list(_walk({"a": [1], "b": 2}, {"a": [1, 3], "b": 2}, ""))
    [Difference(path='a.1', before=None, after=3)]
    """
    told = (before.model_dump(mode="json"), after.model_dump(mode="json"))
    return [one for one in _walk(*told, "") if one.path not in _OF_EVERY_VERSION]


def _walk(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        left, right = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for name in dict.fromkeys([*left, *right]):
            yield from _walk(left.get(name), right.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list):
        olds, news = cast("list[Any]", before), cast("list[Any]", after)
        for place in range(max(len(olds), len(news))):
            old = olds[place] if place < len(olds) else None
            new = news[place] if place < len(news) else None
            yield from _walk(old, new, f"{path}.{place}")
    elif before != after:
        yield Difference(path, before, after)
