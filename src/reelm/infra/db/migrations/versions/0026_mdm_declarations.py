"""What stands in the address of a device's profile, and what the device says of what is declared to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TABLE = "mdm_enrolments"
_RANDOM = "sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))"


def upgrade() -> None:
    at = postgresql.TIMESTAMP(timezone=True)
    for column in (
        sa.Column("profile_key", sa.LargeBinary(), nullable=False, server_default=sa.text(_RANDOM)),
        sa.Column("told_token", sa.Text(), nullable=False, server_default=""),
        sa.Column("told_hidden", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("told_fault", sa.Text(), nullable=False, server_default=""),
        sa.Column("told_at", at, nullable=True),
        sa.Column("told_changed_at", at, nullable=True),
    ):
        op.add_column(_TABLE, column)


def downgrade() -> None:
    for column in ("told_changed_at", "told_at", "told_fault", "told_hidden", "told_token", "profile_key"):
        op.drop_column(_TABLE, column)
