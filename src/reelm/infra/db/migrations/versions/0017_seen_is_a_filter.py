"""Who has seen what is in the filter of their state alone; what is written with each report costs less."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None

_FORGET = {
    "accounts": """
CREATE OR REPLACE FUNCTION watching_goes_with_accounts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM impressions WHERE account_id = OLD.id;{seen}
    RETURN NULL;
END $$
""",
    "clips": """
CREATE OR REPLACE FUNCTION watching_goes_with_clips() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN{seen}
    DELETE FROM impressions WHERE video_id = OLD.id;
    RETURN NULL;
END $$
""",
}
_SEEN = {
    "accounts": """
    DELETE FROM seen WHERE account_id = OLD.id;""",
    "clips": """
    DELETE FROM seen s USING (SELECT DISTINCT account_id FROM impressions WHERE video_id = OLD.id) i
        WHERE s.account_id = i.account_id AND s.video_id = OLD.id;""",
}


def upgrade() -> None:
    for table, function in _FORGET.items():
        op.execute(function.format(table=table, seen=""))
    op.drop_table("seen")
    # A state is random bits for the most part: PostgreSQL took longer to try to compress it than to write it.
    op.execute("ALTER TABLE feed_states ALTER COLUMN state SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE feed_tallies SET (fillfactor = 70)")


def downgrade() -> None:
    op.execute("ALTER TABLE feed_tallies RESET (fillfactor)")
    op.execute("ALTER TABLE feed_states ALTER COLUMN state SET STORAGE EXTENDED")
    op.create_table(
        "seen",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "video_id", name="pk_seen"),
    )
    op.execute(
        "INSERT INTO seen SELECT account_id, video_id, max(at) FROM impressions"
        " WHERE kind = 'view' AND account_id IS NOT NULL GROUP BY 1, 2"
    )
    for table, function in _FORGET.items():
        op.execute(function.format(table=table, seen=_SEEN[table]))
