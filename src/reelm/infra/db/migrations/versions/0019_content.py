"""What clips are about and what they look like; gone with the caption, the clip or its being public."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_FORGET = """
CREATE FUNCTION feed_content_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM feed_content WHERE video_id = OLD.id;
    RETURN NULL;
END $$
"""
_OURS = """
CREATE TRIGGER feed_content_changes AFTER UPDATE OF caption, state, visibility ON videos FOR EACH ROW
    WHEN (OLD.caption <> NEW.caption OR NEW.state <> 'published' OR NEW.visibility <> 'public')
    EXECUTE FUNCTION feed_content_goes()
"""
_COPIES = """
CREATE TRIGGER feed_content_changes AFTER UPDATE OF caption ON foreign_clips FOR EACH ROW
    WHEN (OLD.caption <> NEW.caption) EXECUTE FUNCTION feed_content_goes()
"""
_GONE = "CREATE TRIGGER feed_content_goes AFTER DELETE ON {} FOR EACH ROW EXECUTE FUNCTION feed_content_goes()"


def upgrade() -> None:
    op.create_table(
        "feed_content",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("looks", sa.LargeBinary(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["clips.id"], name="fk_feed_content_video_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("video_id", name="pk_feed_content"),
    )
    op.create_index("ix_feed_content_made_at", "feed_content", ["made_at"])
    op.execute(_FORGET)
    for statement in (_OURS, _COPIES, _GONE.format("videos"), _GONE.format("foreign_clips")):
        op.execute(statement)


def downgrade() -> None:
    for table in ("foreign_clips", "videos"):
        op.execute(f"DROP TRIGGER feed_content_changes ON {table}")
        op.execute(f"DROP TRIGGER feed_content_goes ON {table}")
    op.execute("DROP FUNCTION feed_content_goes")
    op.drop_table("feed_content")
