"""Everything that is held of a person is reached: checked against the database's own catalogue, not our lists."""

import re

from tests.integration.world import Realm

from reelm.bootstrap import ABOUT
from reelm.privacy.rights import WITHHELD, find_unreached

# Every foreign key that leads to a person, and every column without one that `tests/house/test_tables.py` knows.
REFERENCES = """
SELECT c.conrelid::regclass::text AS table, a.attname AS column
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid IN ('accounts'::regclass, 'people'::regclass)
"""
WITHOUT_KEY = (
    "accounts.id",
    *(f"access_requests.{name}" for name in ("subject_id", "asked_by", "decided_by", "ended_by", "reviewed_by")),
    "ledger_entries.actor_id",
    "ledger_entries.subject_id",
    "person_keys.person_id",
    "impressions.account_id",
)


async def test_every_column_that_names_a_person_is_reached_or_withheld_with_a_reason(realm: Realm) -> None:
    named = {f"{row['table']}.{row['column']}" for row in await realm.rows(REFERENCES)}
    assert len(named) > 25
    assert find_unreached(named | set(WITHOUT_KEY), ABOUT, WITHHELD) == []


def test_a_table_that_is_not_reached_is_found() -> None:
    assert find_unreached(["secrets.account_id"], ABOUT, WITHHELD) == ["secrets.account_id"]


def test_what_is_withheld_says_why() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", column) and why for column, why in WITHHELD.items())
