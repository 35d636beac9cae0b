"""What the feed has learned of people, and how they took to clips that it showed them."""

from typing import Any, cast

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TALLIED = ("shown", "views", "completions", "likes", "comments", "shares", "skips", "refusals")
_FORGET = """
CREATE FUNCTION showings_go_with_clips() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM showings WHERE video_id = OLD.id;
    RETURN NULL;
END $$
"""
_WHEN = "CREATE TRIGGER showings_go AFTER DELETE ON clips FOR EACH ROW EXECUTE FUNCTION showings_go_with_clips()"


def _number(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, cast("Any", postgresql.REAL()), nullable=False, **options)


def upgrade() -> None:
    op.create_table(
        "feed_states",
        sa.Column("pseudonym", sa.Uuid(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pseudonym"], ["feed_people.pseudonym"], name="fk_feed_states_pseudonym", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_feed_states"),
    )
    op.create_table(
        "feed_tallies",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        *(_number(name, server_default="0") for name in _TALLIED),
        sa.ForeignKeyConstraint(["video_id"], ["clips.id"], name="fk_feed_tallies_video_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("video_id", name="pk_feed_tallies"),
    )
    op.create_table(
        "showings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.Uuid(), nullable=True),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _number("propensity"),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("features", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pseudonym"], ["feed_people.pseudonym"], name="fk_showings_pseudonym", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "id", name="pk_showings"),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index("ix_showings_pseudonym", "showings", ["pseudonym"])
    op.create_index("ix_showings_video_id", "showings", ["video_id"])
    op.execute("CREATE TABLE showings_rest PARTITION OF showings DEFAULT")
    op.execute(_FORGET)
    op.execute(_WHEN)
    op.execute(
        "INSERT INTO feed_tallies (video_id, shown, views, completions, likes, comments, shares)"
        " SELECT video_id, views, views, completions, likes, comments, shares FROM video_counts WHERE views > 0"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER showings_go ON clips")
    op.execute("DROP FUNCTION showings_go_with_clips")
    op.drop_table("showings")
    op.drop_table("feed_tallies")
    op.drop_table("feed_states")
