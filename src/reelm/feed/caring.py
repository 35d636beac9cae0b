"""How likely is somebody to care for clips that they have not seen? By what they made of clips like these. Pure.

What speaks for a clip is what they made of others with its hashtags, by its creator and on its topic, each less what
they make of clips on average, and added up: who watches much of what everybody likes leans towards none of it.
`docs/decisions/`, 68, says how well that tells whom a clip is for.
"""

import numpy as np

from reelm.feed.catalogue import Catalogue, Numbers, Rows
from reelm.feed.resembling import RECENT, read_topics, resemble
from reelm.feed.taste import Taste, lean

# A creator's clips are on more than one topic: what was made of others by them says half as much.
_CREATOR = 0.5
# How likely somebody is to care where nothing speaks for or against it, and what has to speak for a clip (a few likes
# more than usual) until it is as likely as not.
_STRANGE, _AS_LIKELY = 0.05, 3.0


def read_care(catalogue: Catalogue, taste: Taste, rows: Rows) -> Numbers:
    """How likely this person is to care for each of these clips, [n], between 0 and 1.

    >>> read_care(Catalogue(), Taste(), np.zeros(1, np.int32)).tolist()
    [0.05000000074505806]
    """
    speaks = _weigh(catalogue, taste, rows) if len(taste.judged) else np.zeros(len(rows), np.float32)
    much = np.maximum(speaks, 0.0)
    unless = _STRANGE / (1.0 + np.maximum(-speaks, 0.0) / 2)
    return np.asarray(unless + (1.0 - unless) * much / (much + _AS_LIKELY), np.float32)


def _weigh(catalogue: Catalogue, taste: Taste, rows: Rows) -> Numbers:
    """What speaks for each clip, and below 0 against it, in what an act counts (`state.ACT_VALUES`)."""
    judged, opinion = taste.judged, taste.opinion[:, None]
    by_tag = lean(catalogue.tag_names.places, catalogue.tags[judged], opinion)
    by_creator = lean(catalogue.authors.places, catalogue.author[judged], opinion)
    tags = by_tag.whole(catalogue.tags.take(rows, axis=0)).sum(axis=1)
    creators = by_creator.whole(catalogue.author[rows])
    good = np.flatnonzero(taste.opinion > 0)[:RECENT]
    liked = read_topics(catalogue, judged[good], taste.opinion[good])
    return np.asarray(tags + _CREATOR * creators + resemble(catalogue, rows, liked), np.float32)
