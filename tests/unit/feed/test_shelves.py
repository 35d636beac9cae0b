"""What is popular: lately, and in this very hour."""

import numpy as np
from tests.unit.feed.worlds import NOW_S, clip

from reelm.feed.catalogue import Catalogue
from reelm.feed.shelves import stock


def _catalogue() -> Catalogue:
    """Forty clips of one age in two languages; the later, the more popular they were lately."""
    catalogue = Catalogue()
    rows = catalogue.add([clip(n, author=n, age_h=5, language="en" if n % 2 else "fr-CA") for n in range(40)])
    catalogue.heat[rows] = 1 + rows
    return catalogue


def test_every_fourth_popular_clip_is_one_of_this_hour_while_there_are_any() -> None:
    catalogue = _catalogue()
    catalogue.heat_now[[0, 1, 2]] = [10, 30, 20]
    popular = stock(catalogue, NOW_S).popular[-1].tolist()
    assert [popular[place] for place in (0, 4, 8)] == [1, 2, 0]
    rest = [one for place, one in enumerate(popular) if place not in (0, 4, 8)]
    assert rest == sorted(rest, reverse=True)
    assert sorted(popular) == list(range(40))


def test_the_hour_is_that_of_each_language() -> None:
    catalogue = _catalogue()
    catalogue.heat_now[[0, 1]] = [10, 30]
    shelves = stock(catalogue, NOW_S)
    numbers = catalogue.languages.numbers
    assert int(shelves.popular[numbers["en"]][0]) == 1
    assert int(shelves.popular[numbers["fr-CA"]][0]) == 0
    assert (catalogue.language[shelves.popular[numbers["en"]]] == numbers["en"]).all()


def test_without_anything_of_this_hour_what_was_popular_lately_stands_alone() -> None:
    catalogue = _catalogue()
    catalogue.heat_now[:] = np.float32(1e-6)  # what is left of it after a day
    assert stock(catalogue, NOW_S).popular[-1].tolist() == list(reversed(range(40)))
