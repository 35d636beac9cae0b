"""People and clips of other realms, known here by copies of what is public there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What pointed to accounts and videos of this realm, and may point to those of another from now on.
_TO_PEOPLE = (
    ("follows", "follower_id"),
    ("follows", "followed_id"),
    ("comments", "author_id"),
    ("notifications", "actor_id"),
)
_TO_CLIPS = (
    ("comments", "video_id"),
    ("impressions", "video_id"),
    ("likes", "video_id"),
    ("seen", "video_id"),
    ("video_counts", "video_id"),
)


def _point(columns: Sequence[tuple[str, str]], target: str) -> None:
    for table, column in columns:
        name = f"fk_{table}_{column}"
        op.drop_constraint(name, table, type_="foreignkey")
        op.create_foreign_key(name, table, target, [column], ["id"], ondelete="CASCADE")


def _known(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("realm", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{name}_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.CheckConstraint("(account_id IS NULL) <> (realm IS NULL)", name=op.f(f"ck_{name}_ours_or_abroad")),
    )
    op.create_index(f"ix_{name}_account_id", name, ["account_id"])


def upgrade() -> None:
    _known("people")
    _known("clips")
    op.execute("INSERT INTO people (id, account_id) SELECT id, id FROM accounts")
    op.execute("INSERT INTO clips (id, account_id) SELECT id, author_id FROM videos")
    _point(_TO_PEOPLE, "people")
    _point(_TO_CLIPS, "clips")
    op.create_foreign_key("fk_videos_id", "videos", "clips", ["id"], ["id"], ondelete="CASCADE")
    op.create_table(
        "foreign_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=True),
        sa.Column("followers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["people.id"], name="fk_foreign_people_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_foreign_people"),
    )
    op.create_index("ix_foreign_people_handle", "foreign_people", ["realm", "handle"])
    op.create_table(
        "foreign_clips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("allow_comments", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("media", postgresql.JSONB(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("views", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("likes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["clips.id"], name="fk_foreign_clips_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_foreign_clips_author_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_foreign_clips"),
    )
    op.create_index("ix_foreign_clips_author_id", "foreign_clips", ["author_id", "id"])
    op.create_index("ix_foreign_clips_listed", "foreign_clips", [sa.text("published_at DESC"), sa.text("id DESC")])
    op.create_table(
        "counts_abroad",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_counts_abroad_video_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("video_id", "realm", name="pk_counts_abroad"),
    )
    op.create_table(
        "releases",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("epsilon_micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "realm", name="pk_releases"),
    )


def downgrade() -> None:
    op.drop_table("releases")
    op.drop_table("counts_abroad")
    op.drop_table("foreign_clips")
    op.drop_table("foreign_people")
    op.drop_constraint("fk_videos_id", "videos", type_="foreignkey")
    for table, column in _TO_PEOPLE:
        op.execute(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM accounts)")  # noqa: S608
    for table, column in _TO_CLIPS:
        op.execute(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM videos)")  # noqa: S608
    _point(_TO_PEOPLE, "accounts")
    _point(_TO_CLIPS, "videos")
    op.drop_table("clips")
    op.drop_table("people")
