"""Which signed tokens were heard, so that none is taken twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard_tokens",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name="pk_heard_tokens"),
    )
    op.create_index("ix_heard_tokens_until", "heard_tokens", ["until"])


def downgrade() -> None:
    op.drop_table("heard_tokens")
