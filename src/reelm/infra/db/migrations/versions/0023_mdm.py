"""Apple's devices under management, commands that wait for them, and certificates that may be delivered again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mdm_enrolments",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("push_token", sa.LargeBinary(), nullable=False),
        sa.Column("push_magic", sa.Text(), nullable=False),
        sa.Column("enrolled_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["managed_devices.id"], name=op.f("fk_mdm_enrolments_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_mdm_enrolments")),
    )
    op.create_table(
        "mdm_commands",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["mdm_enrolments.device_id"], name=op.f("fk_mdm_commands_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "number", name=op.f("pk_mdm_commands")),
    )
    op.add_column("enrolment_codes", sa.Column("transaction_id", sa.Text(), nullable=True))
    op.add_column("enrolment_codes", sa.Column("certificate", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolment_codes", "certificate")
    op.drop_column("enrolment_codes", "transaction_id")
    op.drop_table("mdm_commands")
    op.drop_table("mdm_enrolments")
