"""The register of incidents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("keep_until", at, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_year", "incidents", ["year", "number"], unique=True)
    op.create_table(
        "incident_steps",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("written_at", at, nullable=False),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id", "number", name="pk_incident_steps"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_steps_incident_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("incident_steps")
    op.drop_table("incidents")
