"""Reelm: short video whose data-protection claims anyone can check."""

__version__ = "0.1.0"
