"""PostgreSQL behind two handles: `ReadUnit` may look, `WriteUnit` may also change, and both are one transaction."""

from reelm.infra.db.columns import column, held, metadata
from reelm.infra.db.database import Database, HotPool
from reelm.infra.db.units import ReadUnit, Record, Values, WriteUnit

__all__ = ["Database", "HotPool", "ReadUnit", "Record", "Values", "WriteUnit", "column", "held", "metadata"]
