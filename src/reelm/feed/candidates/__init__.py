"""Where do candidates come from? Each source names rows with a score of its own; `gather` puts them together."""

from reelm.feed.candidates.gathering import Gathered, Source, gather

__all__ = ["Gathered", "Source", "gather"]
