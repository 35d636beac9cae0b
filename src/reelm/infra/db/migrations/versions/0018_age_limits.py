"""From which age on people may watch a clip."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for clips in ("videos", "foreign_clips"):
        op.add_column(clips, sa.Column("age_limit", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    for clips in ("foreign_clips", "videos"):
        op.drop_column(clips, "age_limit")
