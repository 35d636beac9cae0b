"""PostgreSQL behind two handles: `ReadUnit` may look, `WriteUnit` may also change, and both are one transaction."""

from reelm.infra.db.belongings import (
    Belongings,
    RowMalformed,
    count_rows,
    insert_rows,
    list_rows,
    read_pages,
    read_row,
)
from reelm.infra.db.columns import column, held, kept_by_trigger, metadata
from reelm.infra.db.database import Database, HotPool
from reelm.infra.db.quick import is_among, may_pass, quick_uuid, write_numbers, write_uuids
from reelm.infra.db.units import ReadUnit, Record, Values, WriteUnit

__all__ = [
    "Belongings",
    "Database",
    "HotPool",
    "ReadUnit",
    "Record",
    "RowMalformed",
    "Values",
    "WriteUnit",
    "column",
    "count_rows",
    "held",
    "insert_rows",
    "is_among",
    "kept_by_trigger",
    "list_rows",
    "may_pass",
    "metadata",
    "quick_uuid",
    "read_pages",
    "read_row",
    "write_numbers",
    "write_uuids",
]
