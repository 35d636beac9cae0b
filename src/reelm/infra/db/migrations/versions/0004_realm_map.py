"""Maps of realms that came into force."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "realm_maps",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("effective_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("noted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "effective_at", name=op.f("pk_realm_maps")),
    )
