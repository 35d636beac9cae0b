"""Which clips may be shown, and what is known of each? Columns of numbers; a clip's row is its place in them.

Rows are given out in the order clips were told and never change while the process runs. A clip that is no longer
public keeps its row and is not `live`. A million clips take about 250 MB.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from reelm.feed.content.codes import CONTENT_BYTES

Rows = NDArray[np.int32]
Numbers = NDArray[np.float32]
# Of clips, [n, 16].
Ids = NDArray[np.uint8]

MOST_TAGS = 4
NOBODY = -1
_KEY = np.dtype("<u8")
_HASHTAG = re.compile(r"[#＃]([^\W_][\w\-·]{0,63})", re.UNICODE)


class Told(NamedTuple):
    """What the database tells of a clip. `sound` is the clip whose sound it plays, `None` for its own.

    `age_limit` in full years; 0 is for everybody. `content` is what it is about, in codes (`content/codes.py`), empty
    where that has not been worked out.
    """

    id: bytes
    author: bytes
    sound: bytes | None
    published_at: float
    duration_ms: int
    language: str
    caption: str
    age_limit: int = 0
    content: bytes = b""


class Tally(NamedTuple):
    """How people took to a clip so far: how often it was shown to them, and what they did."""

    views: float = 0
    completions: float = 0
    likes: float = 0
    comments: float = 0
    shares: float = 0
    skips: float = 0
    refusals: float = 0
    shown: float = 0


def list_tags(caption: str) -> list[str]:
    """The hashtags of a caption, each once, as they are compared.

    >>> list_tags("Été à #Paris #PARIS #café!")
    ['paris', 'café']
    """
    return list(dict.fromkeys(normal(tag) for tag in _HASHTAG.findall(caption)))


def normal(word: str) -> str:
    """A word or hashtag as it is compared: NFKC, without case."""
    return unicodedata.normalize("NFKC", word).casefold()


class Places:
    """Finds numbers among a few of them without searching: in a table that is written in for the time of a call."""

    def __init__(self) -> None:
        self._table = np.full(64, NOBODY, np.int32)

    def of(self, numbers: Rows, some: Rows) -> Rows:
        """Where each of `numbers` stands among `some`; `NOBODY` where it does not, and for `NOBODY` itself."""
        self._make_room(max(int(numbers.max(initial=0)), int(some.max(initial=0))))
        self._table[some] = np.arange(len(some), dtype=np.int32)
        found = self._table[numbers]
        self._table[some] = NOBODY
        return found

    def group(self, numbers: Rows) -> Rows:
        """For each number the place of one that equals it, the same for all equal ones."""
        self._make_room(int(numbers.max(initial=0)))
        self._table[numbers] = np.arange(len(numbers), dtype=np.int32)
        found = self._table[numbers]
        self._table[numbers] = NOBODY
        return found

    def _make_room(self, highest: int) -> None:
        if len(self._table) < highest + 2:
            self._table = np.full(2 * highest + 2, NOBODY, np.int32)


class Words:
    """Numbers for names, from 0 on."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.names: list[Any] = []
        self.places = Places()

    def add(self, name: Any) -> int:
        number = self.numbers.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number

    def find(self, names: Iterable[Any]) -> Rows:
        """The numbers of those that are known."""
        found = (self.numbers.get(name) for name in names)
        return np.array([one for one in found if one is not None], np.int32)

    def __len__(self) -> int:
        return len(self.numbers)


class Catalogue:
    """Every clip by its row.

    `published` in seconds of the epoch; `tally` has a column per field of `Tally`; `sound` is the row of the clip
    whose sound it is; `content` what it is about, in codes (`content/codes.py`), all 0 where that is not known.
    `heat` is what made it popular lately, `heat_now` in the last hour or two; `warmth` is all that ever did when
    tallies were last read.
    """

    def __init__(self, room: int = 1024) -> None:
        self.size = 0
        self.ids = np.zeros((room, 16), np.uint8)
        self.keys = np.zeros(room, _KEY)
        self.author = np.zeros(room, np.int32)
        self.sound = np.zeros(room, np.int32)
        self.language = np.zeros(room, np.int32)
        self.tags = np.full((room, MOST_TAGS), NOBODY, np.int32)
        self.published = np.zeros(room, np.float64)
        self.duration_ms = np.zeros(room, np.float32)
        self.age_limit = np.zeros(room, np.uint8)
        self.live = np.zeros(room, np.bool_)
        self.tally = np.zeros((room, len(Tally._fields)), np.float32)
        self.heat = np.zeros(room, np.float32)
        self.heat_now = np.zeros(room, np.float32)
        self.warmth = np.zeros(room, np.float32)
        self.shown = np.zeros(room, np.float32)
        self.content = np.zeros((room, CONTENT_BYTES), np.uint8)
        self.authors, self.languages, self.tag_names = Words(), Words(), Words()
        self.row_places = Places()
        self.of_author: list[array[int]] = []
        self.of_tag: list[array[int]] = []
        self._sorted = np.zeros(0, _KEY)
        self._sorted_rows = np.zeros(0, np.int32)
        self._recent: dict[int, int] = {}

    def add(self, clips: Sequence[Told]) -> Rows:
        """Give rows to clips; one that has a row is shown again, as it is told now."""
        keys = key_of([clip.id for clip in clips])
        known = self.find_keys(keys)
        rows = np.empty(len(clips), np.int32)
        for place, clip in enumerate(clips):
            row = int(known[place])
            if row == NOBODY:
                row = self._recent.get(int(keys[place]), NOBODY)
            rows[place] = self._add(clip, int(keys[place])) if row == NOBODY else row
        self.live[rows] = True
        if len(self._recent) > 4096 + self.size // 16:
            self.settle()
        return rows

    def _add(self, clip: Told, key: int) -> int:
        row = self.size
        if row == len(self.keys):
            self._grow()
        self.size += 1
        self.ids[row] = np.frombuffer(clip.id, np.uint8)
        self.keys[row] = key
        self.author[row] = author = self.authors.add(clip.author)
        sound = int(self.find([clip.sound])[0]) if clip.sound else NOBODY
        self.sound[row] = row if sound == NOBODY else sound
        self.language[row] = self.languages.add(clip.language)
        self.published[row] = clip.published_at
        self.duration_ms[row] = clip.duration_ms
        self.age_limit[row] = clip.age_limit
        _note(self.of_author, author, row)
        for place, name in enumerate(list_tags(clip.caption)[:MOST_TAGS]):
            self.tags[row, place] = tag = self.tag_names.add(name)
            _note(self.of_tag, tag, row)
        if clip.content:
            self.content[row] = np.frombuffer(clip.content, np.uint8)
        self._recent[key] = row
        return row

    def _grow(self) -> None:
        room = len(self.keys) * 3 // 2 + 1
        for name, column in list(vars(self).items()):
            if isinstance(column, np.ndarray) and not name.startswith("_"):
                empty = NOBODY if name == "tags" else 0
                told = cast("NDArray[Any]", column)
                bigger = np.full((room, *told.shape[1:]), empty, told.dtype)
                bigger[: self.size] = told[: self.size]
                setattr(self, name, bigger)

    def settle(self) -> None:
        """Sort what was added lately in among the rest, so that it is found as fast."""
        order = np.argsort(self.keys[: self.size], kind="stable")
        self._sorted, self._sorted_rows = self.keys[: self.size][order], order.astype(np.int32)
        self._recent.clear()

    def find_keys(self, keys: NDArray[np.uint64]) -> Rows:
        """The rows of clips by their keys; `NOBODY` for one that is not here."""
        rows = np.full(len(keys), NOBODY, np.int32)
        if len(self._sorted):
            at = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
            found = self._sorted[at] == keys
            rows[found] = self._sorted_rows[at[found]]
        if self._recent:
            for place in np.flatnonzero(rows == NOBODY):
                rows[place] = self._recent.get(int(keys[place]), NOBODY)
        return rows

    def find(self, ids: Sequence[bytes]) -> Rows:
        """The rows of clips by their ids; `NOBODY` for one that is not here."""
        return self.find_keys(key_of(ids))

    def count(self, rows: Rows, more: Numbers) -> None:
        """Add to the tallies, [rows, fields of `Tally`]; rows may repeat."""
        np.add.at(self.tally, rows, more)

    def describe(self, ids: Sequence[bytes], contents: Sequence[bytes]) -> bool:
        """Take in what was worked out of clips that are here. Whether anything of it was new."""
        rows = self.find(ids)
        told = np.frombuffer(b"".join(contents), np.uint8).reshape(len(contents), CONTENT_BYTES)[rows != NOBODY]
        rows = rows[rows != NOBODY]
        is_new = bool((self.content[rows] != told).any())
        self.content[rows] = told
        return is_new

    @property
    def rows(self) -> slice:
        """Those that are filled."""
        return slice(0, self.size)


def key_of(ids: Sequence[bytes]) -> NDArray[np.uint64]:
    """The random tails of ids, by which state and seen filters know clips."""
    return np.frombuffer(b"".join(id[8:] for id in ids), _KEY)


def keys_of(ids: Ids) -> NDArray[np.uint64]:
    """The same of ids [n, 16]."""
    return np.ascontiguousarray(ids[:, 8:]).view(_KEY).ravel()


def no_rows() -> Rows:
    """None."""
    return np.zeros(0, np.int32)


def _note(lists: "list[array[int]]", number: int, row: int) -> None:
    if number == len(lists):
        lists.append(array("i"))
    lists[number].append(row)


def seconds(at: datetime) -> float:
    """Of the epoch."""
    return at.timestamp()
