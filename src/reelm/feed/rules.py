"""What may stand on one page together? Pure rules over ranked candidates."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TypeVar

from reelm.feed.model import Ranked
from reelm.kernel.ids import AccountId, VideoId

MOST_OF_A_CREATOR = 2
PER_PAGE_OF = 10

_Item = TypeVar("_Item", bound=Ranked)


def pick_page(ranked: Iterable[_Item], *, without: Collection[VideoId], limit: int) -> list[_Item]:
    """The best `limit` candidates, not in `without`, with at most 2 of a creator in each 10.

    Where that leaves the page short, the best of those held back fill it: a short page would end the feed.
    """
    page: list[_Item] = []
    held_back: list[_Item] = []
    of_creator: Counter[AccountId] = Counter()
    allowed = MOST_OF_A_CREATOR * -(-limit // PER_PAGE_OF)
    for item in ranked:
        if item.candidate.video in without:
            continue
        if of_creator[item.candidate.author] >= allowed:
            held_back.append(item)
            continue
        of_creator[item.candidate.author] += 1
        page.append(item)
        if len(page) == limit:
            return page
    return page + held_back[: limit - len(page)]
