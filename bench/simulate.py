"""Does exploring pay, and for whom? People with hidden tastes live for weeks with the feed's own code.

The catalogue, the sources, ranking, exploration, rules, state and tallies are those that serve; only HTTP and
PostgreSQL are left out. In the same run three feeds meet the same people and the same clips, by the same seeds:
Reelm's, one that never explores, and one that gives one place in ten to a clip drawn by chance from all of them.

People like topics, and drift; a clip is of a topic, better or worse made, and born on some day. How long somebody
stays and whether they come back tomorrow depends on how they liked what they saw. Toy parameters: compare the rows,
not the world.
"""

from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from bench.table import Report, at_least
from reelm.feed.catalogue import Catalogue, Tally, Told
from reelm.feed.exploring import count_slots
from reelm.feed.ranking import Interests
from reelm.feed.rules import pick_page, place_tried
from reelm.feed.shelves import stock
from reelm.feed.shortlist import Hidden, World, list_tried, make_shortlist, spread_out
from reelm.feed.state import SKIP_MS, SKIP_SHARE, Happened, Signal, State, fold
from reelm.feed.taste import read_taste

PEOPLE, CREATORS, TOPICS, DAYS = 250, 60, 12, 24
FIRST_CLIPS, CLIPS_A_DAY, PAGE = 400, 40, 10
MOST_PAGES, STOCK_EVERY = 4, 25
FOUND_BY = 30
SEEDS = (1, 2, 3)
POLICIES = ("reelm", "no exploring", "10 % by chance")
_START, _DAY = 1_800_000_000.0, 86_400.0


@dataclass
class Life:
    """One feed with its people, as long as they are there."""

    policy: str
    rng: np.random.Generator
    tastes: np.ndarray = field(init=False)
    catalogue: Catalogue = field(default_factory=Catalogue)
    topic: list[int] = field(default_factory=list[int])
    made: list[float] = field(default_factory=list[float])
    born: list[int] = field(default_factory=list[int])
    likes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    active: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.world = np.random.default_rng(self.rng.integers(2**32))  # the same clips and people for each policy
        self.tastes = self.world.normal(0, 1, (PEOPLE, TOPICS))
        self.states = [State() for _ in range(PEOPLE)]
        self.content = np.full(PEOPLE, 0.5)
        self._bear(0, FIRST_CLIPS, spread_h=24 * 14)

    def _bear(self, day: int, count: int, spread_h: float) -> None:
        told: list[Told] = []
        for _ in range(count):
            id = self.world.bytes(16)
            creator, topic = int(self.world.integers(CREATORS)), int(self.world.integers(TOPICS))
            at = _START + day * _DAY - float(self.world.random()) * spread_h * 3600
            told.append(Told(id, UUID(int=creator).bytes, None, at, 15_000, "en", f"#topic{topic}"))
            self.topic.append(topic)
            self.made.append(float(self.world.normal(0, 1)))
            self.born.append(day)
        self.catalogue.add(told)

    def run(self) -> None:
        """All days."""
        for day in range(DAYS):
            if day:
                self._bear(day, CLIPS_A_DAY, spread_h=20)
                self.tastes += self.world.normal(0, 0.08, self.tastes.shape)
            coming = np.flatnonzero(self.rng.random(PEOPLE) < 0.25 + 0.75 * self.content)
            self.active.append(len(coming))
            for place, person in enumerate(self.rng.permutation(coming).tolist()):
                if place % STOCK_EVERY == 0:
                    self._stock(day)
                self._sit_down(person, day, _START + day * _DAY + place * 60)

    def _stock(self, day: int) -> None:
        self.shelves = stock(self.catalogue, _START + day * _DAY)

    def _sit_down(self, person: int, day: int, now_s: float) -> None:
        for _ in range(MOST_PAGES):
            liked = self._watch(person, day, self._page(person, now_s), now_s)
            self.content[person] = 0.7 * self.content[person] + 0.3 * liked
            if self.rng.random() > 0.35 + 0.6 * self.content[person]:
                return

    def _page(self, person: int, now_s: float) -> list[int]:
        catalogue, state = self.catalogue, self.states[person]
        world = World(catalogue, self.shelves, None, now_s)
        interests = Interests(read_taste(state, catalogue, now_s), languages=catalogue.languages.find(["en"]))
        hidden = Hidden(seen=state.seen)
        shortlist = make_shortlist(world, interests, hidden, PAGE)
        tried = self._try(world, interests, hidden, shortlist)
        order = spread_out(shortlist, catalogue, 2 * PAGE)
        rows = [*tried, *(row for row in shortlist.rows[order].tolist() if row not in tried)][: 4 * PAGE]
        front = list(range(len(tried)))
        page = pick_page(catalogue.author[rows].tolist(), catalogue.sound[rows].tolist(), PAGE, front)
        placed = place_tried(page, front, self.rng.random(len(front)).tolist())
        return [rows[at] for at in placed]

    def _try(self, world: World, interests: Interests, hidden: Hidden, shortlist: "object") -> list[int]:
        if self.policy == "no exploring":
            return []
        if self.policy == "reelm":
            slots = count_slots(PAGE, float(self.rng.random()))
            return [one.row for one in list_tried(world, interests, hidden, shortlist, slots=slots, rng=self.rng)]  # type: ignore[arg-type]
        every = np.arange(self.catalogue.size, dtype=np.int32)
        open_ = every[~hidden.of(every, self.catalogue)]
        return [int(self.rng.choice(open_))] if len(open_) else []

    def _watch(self, person: int, day: int, page: list[int], now_s: float) -> float:
        """Watch a page; which part of it was liked or watched through."""
        events: list[Happened] = []
        good = 0.0
        for place, row in enumerate(page):
            joy = self.tastes[person, self.topic[row]] + 0.9 * self.made[row] - 0.6
            through = self.rng.random() < 1 / (1 + np.exp(-1.6 * joy))
            share = 1.0 if through else float(self.rng.random()) ** 3
            key = int(self.catalogue.keys[row])
            view = Happened(key, now_s + place, Signal.VIEW, int(15_000 * share), 15_000)
            likes = through and self.rng.random() < 1 / (1 + np.exp(-1.6 * (joy - 1)))
            events += [view, view._replace(signal=Signal.LIKE)] if likes else [view]
            skips = view.watched_ms < min(SKIP_MS, SKIP_SHARE * view.duration_ms)
            tally = Tally(
                views=float(view.watched_ms >= 1000), completions=float(through), likes=float(likes),
                skips=float(skips), shown=1.0,
            )  # fmt: skip
            self.catalogue.count(np.array([row], np.int32), np.array([tally], np.float32))
            self.catalogue.heat[row] += through + 2 * likes
            self.catalogue.heat_now[row] += through + 2 * likes
            self.catalogue.shown[row] += 1
            good += through
            self.likes.append((day, int(likes)))
        self.states[person] = fold(self.states[person], events)
        return good / max(len(page), 1)

    def measure(self) -> dict[str, float]:
        """Of the last third of the days, but for clips: of those born before it."""
        late = [liked for day, liked in self.likes if day >= DAYS * 2 // 3]
        made, born, shown = np.array(self.made), np.array(self.born), self.catalogue.shown[self.catalogue.rows]
        new = (born > 0) & (born < DAYS * 2 // 3)
        best = new & (made >= np.quantile(made[new], 0.9))
        exposure = np.sort(shown[new])
        n = len(exposure)
        gini = 2 * np.sum(np.arange(1, n + 1) * exposure) / (n * max(exposure.sum(), 1)) - (n + 1) / n
        return {
            "like_rate": float(np.mean(late)),
            "active": float(np.mean(self.active[DAYS * 2 // 3 :])) / PEOPLE,
            "new_found": float(np.mean(shown[best] >= FOUND_BY)),
            "gini": float(gini),
        }


def measure() -> Report:
    """Each policy with each seed; means over seeds."""
    found = {policy: [_live(policy, seed) for seed in SEEDS] for policy in POLICIES}
    means = {
        policy: {name: float(np.mean([one[name] for one in runs])) for name in runs[0]}
        for policy, runs in found.items()
    }
    rows = [
        {"feed": policy} | {name: round(value, 3) for name, value in values.items()}
        for policy, values in means.items()
    ]
    reelm, others = means["reelm"], [means[policy] for policy in POLICIES[1:]]
    goals = [
        at_least(
            "like-rate ÷ the better of the others'", reelm["like_rate"] / max(o["like_rate"] for o in others), 1
        ),
        at_least(
            "new clips that found their audience ÷ the better of the others'",
            reelm["new_found"] / max(0.01, *(o["new_found"] for o in others)),
            2,
        ),
    ]
    return Report("simulate", rows, goals)


def _live(policy: str, seed: int) -> dict[str, float]:
    life = Life(policy, np.random.default_rng(seed))
    life.run()
    return life.measure()
