"""Small worlds made by chance: clips, what people did with them, and somebody who looks."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

import numpy as np

from reelm import videos
from reelm.feed.catalogue import Catalogue, Tally, Told
from reelm.feed.ranking import Interests
from reelm.feed.shelves import stock
from reelm.feed.shortlist import Hidden, World
from reelm.feed.state import Happened, Signal, State, fold
from reelm.feed.taste import read_taste

NOW_S = 1_800_000_000.0
TAGS = ("cats", "ski", "été", "food", "chess", "rain")
LANGUAGES = ("en", "fr-CA", "")


def clip(
    number: int,
    *,
    author: int = 0,
    caption: str = "",
    age_h: float = 1.0,
    language: str = "en",
    age_limit: int = 0,
) -> Told:
    """A clip by its number."""
    at = NOW_S - age_h * 3600
    return Told(clip_id(number), UUID(int=author).bytes, None, at, 8000, language, caption, age_limit)


@cache
def clip_id(number: int) -> bytes:
    """Ids whose tails are as random as real ones."""
    return np.random.default_rng(number + 1).bytes(16)


def key(number: int) -> int:
    return int.from_bytes(clip_id(number)[8:], "little")


def watched(number: int, *, share: float = 1.0, age_s: float = 60.0) -> Happened:
    """Somebody watched so much of a clip of eight seconds."""
    return Happened(key(number), NOW_S - age_s, Signal.VIEW, int(8000 * share), 8000)


def world_of(catalogue: Catalogue) -> World:
    return World(catalogue, stock(catalogue, NOW_S), None, NOW_S)


@dataclass(frozen=True)
class Scene:
    """A world, somebody in it, and what they must not be shown, as sets of rows."""

    world: World
    interests: Interests
    hidden: Hidden
    forbidden: frozenset[int]


def draw_scene(rng: np.random.Generator) -> Scene:
    """By chance, an empty world or one of up to 80 clips, some withheld, seen, served, for
    adults or of blocked creators; whoever looks has any age, or 0 where they are not signed in.
    """
    count = int(rng.integers(0, 80))
    catalogue = Catalogue(room=64)
    tagged, ages = rng.random((count, len(TAGS))) < 0.25, rng.exponential(50, count)
    authors: list[int] = rng.integers(0, 8, count).tolist()
    languages: list[int] = rng.integers(0, len(LANGUAGES), count).tolist()
    limits: list[int] = np.where(rng.random(count) < 0.2, 18, 0).tolist()
    age = int(rng.choice([0, 0, *range(13, 25), 70]))
    catalogue.add([
        clip(
            number,
            author=authors[number],
            caption=" ".join(f"#{tag}" for tag, is_on in zip(TAGS, tagged[number], strict=True) if is_on),
            age_h=float(ages[number]),
            language=LANGUAGES[languages[number]],
            age_limit=limits[number],
        )
        for number in range(count)
    ])  # fmt: skip
    views = rng.integers(0, 200, count)
    catalogue.tally[:count] = np.array(Tally(1, 0.4, 0.1, 0.02, 0.02, 0.3, 0.01, 1)) * views[:, None]
    catalogue.shown[:count] = views
    withheld = rng.random(count) < 0.1
    catalogue.live[:count] = ~withheld
    seen = np.flatnonzero(rng.random(count) < rng.random())
    shares = rng.random(count).tolist()
    state = fold(State(), [watched(one, share=shares[one]) for one in seen.tolist()])
    served = np.flatnonzero(rng.random(count) < 0.1)
    blocked = catalogue.authors.find(UUID(int=int(one)).bytes for one in rng.choice(8, int(rng.integers(0, 4))))
    follows = catalogue.authors.find(UUID(int=int(one)).bytes for one in rng.choice(8, int(rng.integers(0, 4))))
    rows = np.arange(count)
    forbidden = {*np.flatnonzero(withheld).tolist(), *seen.tolist(), *served.tolist()}
    forbidden |= set(rows[np.isin(catalogue.author[:count], blocked)].tolist())
    forbidden |= {row for row in range(count) if not videos.is_old_enough(limits[row] or None, age)}
    interests = Interests(read_taste(state, catalogue, NOW_S), follows, catalogue.languages.find(["en"]))
    hidden = Hidden(catalogue.keys[served] >> np.uint64(16), state.seen, blocked, age=age)
    return Scene(world_of(catalogue), interests, hidden, frozenset(forbidden))
