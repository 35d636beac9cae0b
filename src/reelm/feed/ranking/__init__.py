"""Which candidate is better? Pure scores over plain data."""

from reelm.feed.ranking.score import rank, score_candidate

__all__ = ["rank", "score_candidate"]
