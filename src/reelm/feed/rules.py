"""What may stand on one page together? Pure rules over candidates in order, best first."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

MOST_OF_A_CREATOR = 2
PER_PAGE_OF = 10


def pick_page(authors: Sequence[int], sounds: Sequence[int], limit: int, tried: Sequence[int] = ()) -> list[int]:
    """Places of the best `limit` candidates, with at most 2 of a creator in each 10 and no sound twice in a row.

    `authors` and `sounds` are those of the candidates. Room is left for those in `tried` (places), which are put in
    by `place_tried`. Where the rules leave it short, the best of those held back fill it: a short page would end the
    feed.

    >>> pick_page(authors=[1, 1, 1, 2, 3], sounds=[1, 2, 3, 3, 4], limit=4)
    [0, 1, 3, 4]
    >>> pick_page(authors=[1, 1, 1], sounds=[1, 2, 3], limit=3)
    [0, 1, 2]
    """
    page, held_back = list[int](), list[int]()
    allowed = MOST_OF_A_CREATOR * -(-limit // PER_PAGE_OF)
    of_creator = Counter(authors[place] for place in tried)
    room = limit - len(tried)
    for place in range(len(authors)):
        if len(page) == room:
            break
        if place in tried:
            continue
        if of_creator[authors[place]] >= allowed or (page and sounds[page[-1]] == sounds[place]):
            held_back.append(place)
            continue
        of_creator[authors[place]] += 1
        page.append(place)
    return page + held_back[: room - len(page)]


_Item = TypeVar("_Item")


def place_tried(page: Sequence[_Item], tried: Sequence[_Item], draws: Sequence[float]) -> list[_Item]:
    """The page with those that are tried put in, never first; `draws` from [0, 1) say where.

    >>> place_tried([7, 8, 9], [4], [0.5])
    [7, 8, 4, 9]
    """
    whole = list(page)
    for place, draw in zip(tried, draws, strict=True):
        whole.insert(1 + int(draw * len(whole)) if whole else 0, place)
    return whole
