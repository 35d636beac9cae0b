"""How good is a clip for anybody? Fresh, liked and watched to the end, each between 0 and 1."""

from collections.abc import Iterable
from datetime import datetime

from reelm.feed.model import Candidate, Ranked, Reason

HALF_LIFE_H = 36.0
# Rates are pulled towards these until a clip has been viewed often (a beta prior of `PRIOR_VIEWS` views).
PRIOR_VIEWS = 20.0
PRIOR_LIKES = 0.08
PRIOR_COMPLETION = 0.35
WEIGHTS = {Reason.FRESH: 1.0, Reason.POPULAR: 2.5, Reason.WATCHED_THROUGH: 1.2}


def score_candidate(candidate: Candidate, now: datetime) -> Ranked:
    """The weighted sum, with the part that stands out most against a new, unknown clip as its reason."""
    age_h = max(0.0, (now - candidate.published_at).total_seconds() / 3600)
    views = candidate.views + PRIOR_VIEWS
    parts = {
        Reason.FRESH: 0.5 ** (age_h / HALF_LIFE_H),
        Reason.POPULAR: (min(candidate.likes, candidate.views) + PRIOR_LIKES * PRIOR_VIEWS) / views,
        Reason.WATCHED_THROUGH: (min(candidate.completions, candidate.views) + PRIOR_COMPLETION * PRIOR_VIEWS)
        / views,
    }
    usual = {Reason.FRESH: 0.25, Reason.POPULAR: PRIOR_LIKES, Reason.WATCHED_THROUGH: PRIOR_COMPLETION}
    reason = max(parts, key=lambda part: WEIGHTS[part] * (parts[part] - usual[part]))
    return Ranked(candidate, sum(WEIGHTS[part] * value for part, value in parts.items()), reason)


def rank(candidates: Iterable[Candidate], now: datetime) -> list[Ranked]:
    """Best first; ties by id, so that equal inputs give equal pages."""
    scored = (score_candidate(candidate, now) for candidate in candidates)
    return sorted(scored, key=lambda item: (-item.score, item.candidate.video.int))
