"""Showings by day, with how they ended and whether they are ours; their references kept by triggers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# PostgreSQL 18 names what is not null, too.
_MAKE_ROOM = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = 'impressions_before'::regclass LOOP
        EXECUTE format('ALTER TABLE impressions_before RENAME CONSTRAINT %I TO %I', one, one || '_before');
    END LOOP;
END $$
"""
_DAYS = """
DO $$ DECLARE one date; BEGIN
    FOR one IN SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM impressions_before LOOP
        EXECUTE format('CREATE TABLE impressions_%s PARTITION OF impressions FOR VALUES FROM (%L) TO (%L)'
            ' WITH (fillfactor = 85)', to_char(one, 'YYYYMMDD'), one, one + 1);
    END LOOP;
END $$
"""
# Row by row, as a cascade does it; by their names they run after PostgreSQL's own, which wait for whoever counts.
_FORGET = {
    "accounts": """
CREATE FUNCTION watching_goes_with_accounts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM impressions WHERE account_id = OLD.id;
    DELETE FROM seen WHERE account_id = OLD.id;
    RETURN NULL;
END $$
""",
    # Whoever has seen a clip has an impression of it: no index of its own is needed to find them.
    "clips": """
CREATE FUNCTION watching_goes_with_clips() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM seen s USING (SELECT DISTINCT account_id FROM impressions WHERE video_id = OLD.id) i
        WHERE s.account_id = i.account_id AND s.video_id = OLD.id;
    DELETE FROM impressions WHERE video_id = OLD.id;
    RETURN NULL;
END $$
""",
}
_WHEN = """
CREATE TRIGGER watching_goes AFTER DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION watching_goes_with_{table}()
"""


def upgrade() -> None:
    op.rename_table("impressions", "impressions_before")
    op.execute(_MAKE_ROOM)
    op.drop_index("ix_impressions_account_id", "impressions_before")
    op.drop_index("ix_impressions_video_id", "impressions_before")
    op.create_table(
        "impressions",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("watched_ms", sa.Integer(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "id", "kind", name="pk_impressions"),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index("ix_impressions_account_id", "impressions", ["account_id"])
    op.create_index("ix_impressions_video_id", "impressions", ["video_id"])
    op.execute(_DAYS)
    op.execute("CREATE TABLE impressions_rest PARTITION OF impressions DEFAULT")
    op.execute(
        "INSERT INTO impressions SELECT (received_at AT TIME ZONE 'UTC')::date, id, kind, video_id, account_id,"
        " watched_ms, 0, NULL, false, at, received_at FROM impressions_before"
    )
    op.drop_table("impressions_before")
    op.drop_constraint("fk_seen_account_id", "seen", type_="foreignkey")
    op.drop_constraint("fk_seen_video_id", "seen", type_="foreignkey")
    op.execute(
        "ALTER TABLE video_counts SET (fillfactor = 70)"
    )  # a count stays in its page, and its indexes as they are
    op.drop_index("ix_seen_video_id", "seen")
    for table, function in _FORGET.items():
        op.execute(function)
        op.execute(_WHEN.format(table=table))


def downgrade() -> None:
    op.execute("ALTER TABLE video_counts RESET (fillfactor)")
    op.create_index("ix_seen_video_id", "seen", ["video_id"])
    for table in _FORGET:
        op.execute(f"DROP TRIGGER watching_goes ON {table}")
        op.execute(f"DROP FUNCTION watching_goes_with_{table}")
    for table, column, target in (("seen", "account_id", "accounts"), ("seen", "video_id", "clips")):
        op.create_foreign_key(f"fk_{table}_{column}", table, target, [column], ["id"], ondelete="CASCADE")
    op.execute(
        "CREATE TABLE impressions_before AS SELECT DISTINCT ON (id, kind) id, kind, video_id, account_id, watched_ms,"
        " at, received_at FROM impressions WHERE kind IN ('view', 'like', 'share', 'not_interested')"
        " ORDER BY id, kind, watched_ms DESC"
    )
    op.drop_table("impressions")
    op.rename_table("impressions_before", "impressions")
    for column in ("id", "kind", "video_id", "watched_ms", "at", "received_at"):
        op.alter_column("impressions", column, nullable=False)
    op.create_primary_key("pk_impressions", "impressions", ["id", "kind"])
    op.create_foreign_key(
        "fk_impressions_account_id", "impressions", "accounts", ["account_id"], ["id"], ondelete="CASCADE"
    )
    op.create_foreign_key("fk_impressions_video_id", "impressions", "clips", ["video_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_impressions_account_id", "impressions", ["account_id"])
    op.create_index("ix_impressions_video_id", "impressions", ["video_id"])
