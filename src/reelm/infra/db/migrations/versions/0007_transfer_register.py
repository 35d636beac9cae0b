"""The transfer register: what crossed per day, counted from the entries that are numbered already."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WORDS = (
    "direction",
    "sender",
    "receiver",
    "message",
    "purpose",
    "legal_basis",
    "classes",
    "assessment",
    "agreement",
    "policy",
    "rule",
)
_SUMS = ("messages", "fields", "bytes", "epsilon_micro")

# As `ledger/register.py` does it.
COUNT = """
    WITH told AS (
        SELECT kind, convert_from(body, 'UTF8')::jsonb AS entry FROM ledger_entries
        WHERE log_index IS NOT NULL AND kind IN ('arrival', 'crossing', 'crossing-refused', 'disclosure')
    ), facts AS (SELECT kind, entry, entry -> 'fact' AS fact FROM told)
    INSERT INTO ledger_register
    SELECT left(entry ->> 'at', 10)::date,
           CASE kind WHEN 'arrival' THEN 'in' WHEN 'crossing-refused' THEN 'refused' ELSE 'out' END,
           CASE kind WHEN 'arrival' THEN fact ->> 'from' ELSE entry ->> 'realm' END,
           CASE kind WHEN 'arrival' THEN entry ->> 'realm' WHEN 'disclosure' THEN fact ->> 'country'
                     ELSE fact ->> 'to' END,
           CASE kind WHEN 'disclosure' THEN 'disclosure-' || (fact ->> 'to') ELSE fact ->> 'message' END,
           coalesce(fact ->> 'purpose', ''), coalesce(fact ->> 'legal_basis', ''),
           (SELECT string_agg(one, ' ' ORDER BY one COLLATE "C")
            FROM jsonb_array_elements_text(fact -> 'classes') one),
           coalesce(fact ->> 'assessment', ''), coalesce(fact ->> 'agreement', ''),
           coalesce(fact ->> 'policy', ''), coalesce(fact ->> 'rule', ''),
           count(*), coalesce(sum((fact ->> 'fields')::bigint), 0), coalesce(sum((fact ->> 'bytes')::bigint), 0),
           coalesce(sum((fact ->> 'epsilon_micro')::bigint), 0)
    FROM facts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""


def upgrade() -> None:
    op.create_table(
        "ledger_register",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _WORDS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("day", *_WORDS, name="pk_ledger_register"),
    )
    op.execute(COUNT)


def downgrade() -> None:
    op.drop_table("ledger_register")
