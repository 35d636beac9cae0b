"""Who watches, and what is published? People with hidden tastes and creators with hidden skill, for a simulated feed.

All of it follows from a seed before anybody watches, so that every feed meets the same people and the same clips.
`bench/simulate.py` says what is assumed and why.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Numbers
from reelm.feed.content.codes import LOOKS_BYTES, WIDTH, at_length_one, pack_words

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Reals = NDArray[np.floating]

START_S, DAY_S = 1_800_000_000.0, 86_400.0
# What people think of a topic that is none of theirs, how much that differs, and what one of theirs adds.
_INDIFFERENT, _DIFFERS, _FAVOURED, _FAVOURITES = -1.2, 0.35, 2.2, 3
# How much a clip's making counts beside its topic; skill of its creator and luck make it.
_MAKING, _SKILL, _LUCK = 0.8, 0.6, 0.8
# How steeply joy decides, and how much joy a like takes beyond watching to the end.
_STEEP, _LIKE_TAKES = 1.6, 2.0
# Captions of one topic are as near to each other as this, squared; those of others as chance has it.
_SAID = 0.365
# Who has as good a chance as this to like a clip belongs to its audience.
_FAN = 0.25


@dataclass(frozen=True)
class Setting:
    """How large the world is, and what it is made of."""

    people: int = 300
    topics: int = 48
    days: int = 20
    born_a_day: int = 75
    days_before: int = 60
    creators: int = 150
    beginners: float = 0.05
    tagged: float = 0.35
    captioned: float = 0.6
    changes_mind: float = 0.05


@dataclass(frozen=True)
class Clips:
    """Columns, the oldest first. `born_s` in seconds of the epoch; `words` in codes, all 0 where there are none."""

    ids: list[bytes]
    creator: Ints
    topic: Ints
    made: Numbers
    born_s: NDArray[np.float64]
    tagged: Bools
    words: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ids)

    def content(self, clip: int) -> bytes:
        """As the catalogue keeps it; empty where nothing is known."""
        words = self.words[clip]
        return words.tobytes() + bytes(LOOKS_BYTES) if words.any() else b""


class Society:
    """`tastes` [days, people, topics]: what each thinks of each topic, a day after the other."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        rng = np.random.default_rng(seed)
        demand = 1 / (np.arange(setting.topics) + 5.0)
        self.demand = demand / demand.sum()
        self.tastes = self._draw_tastes(rng)
        self.clips = self._draw_clips(rng)

    def _draw_tastes(self, rng: np.random.Generator) -> Numbers:
        """Everybody has a few favourites; now and then somebody takes to another topic in place of one."""
        told = self.setting
        base = _INDIFFERENT + rng.normal(0, _DIFFERS, (told.people, told.topics))
        mine = np.stack(
            [rng.choice(told.topics, _FAVOURITES, replace=False, p=self.demand) for _ in range(told.people)]
        )
        days = np.empty((told.days, told.people, told.topics), np.float32)
        for day in range(told.days):
            base += rng.normal(0, 0.03, base.shape)
            for person in np.flatnonzero(rng.random(told.people) < told.changes_mind):
                mine[person, rng.integers(_FAVOURITES)] = rng.choice(told.topics, p=self.demand)
            days[day] = base
            days[day, np.arange(told.people)[:, None], mine] += _FAVOURED
        return days

    def _draw_clips(self, rng: np.random.Generator) -> Clips:
        told = self.setting
        count = told.born_a_day * (told.days_before + told.days)
        born_s = np.sort(START_S + DAY_S * rng.uniform(-told.days_before, told.days, count))
        creator, home, skill = self._draw_creators(rng, count)
        own = rng.random(count) < 0.8
        topic = np.where(own, home[creator], rng.choice(told.topics, count, p=self.demand))
        made = _SKILL * skill[creator] + rng.normal(0, _LUCK, count)
        said = at_length_one(rng.normal(size=(told.topics, WIDTH)))[topic]
        noise = at_length_one(rng.normal(size=(count, WIDTH)))
        words = pack_words(at_length_one(_SAID * said + np.sqrt(1 - _SAID**2) * noise))
        words[rng.random(count) >= told.captioned] = 0
        ids = [rng.bytes(16) for _ in range(count)]
        tagged = rng.random(count) < told.tagged
        return Clips(ids, creator, topic, made.astype(np.float32), born_s, tagged, words)

    def _draw_creators(self, rng: np.random.Generator, count: int) -> tuple[Ints, Ints, Numbers]:
        """Whose each clip is, and of all creators their usual topic and their skill.

        A few publish much. A newcomer begins with every so many clips, and publishes a few more after it.
        """
        told = self.setting
        often = rng.pareto(1.5, told.creators) + 0.2
        creator = rng.choice(told.creators, count, p=often / often.sum())
        last = told.creators
        for clip in np.flatnonzero(rng.random(count) < told.beginners):
            own = clip + np.cumsum(rng.integers(1, 8 * told.born_a_day, 1 + rng.geometric(0.5)))
            creator[clip], last = last, last + 1
            creator[own[own < count]] = creator[clip]
        home = rng.choice(told.topics, last, p=self.demand)
        return creator, home, rng.normal(0, 1, last).astype(np.float32)

    def joy(self, day: int, person: int | slice, clips: Ints | slice) -> Reals:
        """How much somebody enjoys clips on a day."""
        return self.tastes[day, person][..., self.clips.topic[clips]] + _MAKING * self.clips.made[clips]

    @cached_property
    def audience(self) -> Bools:
        """Whose each clip is for, [clips, people], by their tastes on the day it is born."""
        days = np.clip((self.clips.born_s - START_S) // DAY_S, 0, None).astype(np.int64)
        every = np.arange(len(self.clips))
        joy = [self.joy(day, slice(None), every[days == day]) for day in range(self.setting.days)]
        return likes_of(np.concatenate(joy, axis=1)).T >= _FAN


def through_of(joy: Reals) -> Reals:
    """How likely it is that a clip is watched to its end."""
    return 1 / (1 + np.exp(-_STEEP * joy))


def likes_of(joy: Reals) -> Reals:
    """How likely it is that it is watched to its end and liked."""
    return through_of(joy) / (1 + np.exp(-_STEEP * (joy - _LIKE_TAKES)))
