"""Legal holds, and what each night of retention found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("began_at", at, nullable=False),
        sa.Column("until", at, nullable=False),
        sa.Column("ended_at", at, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_table(
        "legal_hold_people",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "account_id", name="pk_legal_hold_people"),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["legal_holds.id"], name="fk_legal_hold_people_hold_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_legal_hold_people_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_legal_hold_people_account_id", "legal_hold_people", ["account_id"])
    op.create_table(
        "retention_nights",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("left_over", sa.Integer(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.PrimaryKeyConstraint("day", "table_name", name="pk_retention_nights"),
    )


def downgrade() -> None:
    op.drop_table("retention_nights")
    op.drop_table("legal_hold_people")
    op.drop_table("legal_holds")
