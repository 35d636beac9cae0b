"""The composition root: the only place that builds adapters from settings."""

from reelm.bootstrap.cell import Cell, open_cell
from reelm.bootstrap.workshop import Workshop, open_workshop

__all__ = ["Cell", "Workshop", "open_cell", "open_workshop"]
