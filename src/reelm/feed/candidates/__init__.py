"""Where do candidates come from? Each source names rows with a score of its own; `gather` puts them together."""

from reelm.feed.candidates.gathering import COLUMNS, Gathered, Source, gather

__all__ = ["COLUMNS", "Gathered", "Source", "gather"]
