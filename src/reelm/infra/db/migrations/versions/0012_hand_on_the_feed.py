"""Blocks, mutes, and what somebody chose for their feed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _apart(name: str, other: str) -> None:
    """A table of whom somebody does not want to see."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(other, sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(f"account_id <> {other}", name=op.f(f"ck_{name}_not_yourself")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{name}_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint([other], ["people.id"], name=f"fk_{name}_{other}", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("account_id", other, name=f"uq_{name}_account_id_{other}"),
    )
    op.create_index(f"ix_{name}_{other}", name, [other])


def _of_account(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{name}_account_id", ondelete="CASCADE")


def upgrade() -> None:
    _apart("blocks", "blocked_id")
    _apart("mutes", "muted_id")
    op.create_table(
        "feed_people",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('for-you', 'plain')", name=op.f("ck_feed_people_mode")),
        _of_account("feed_people"),
        sa.PrimaryKeyConstraint("account_id", name="pk_feed_people"),
        sa.UniqueConstraint("pseudonym", name="uq_feed_people_pseudonym"),
    )
    op.create_table(
        "feed_choices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        _of_account("feed_choices"),
        sa.PrimaryKeyConstraint("account_id", "kind", "value", name="pk_feed_choices"),
    )
    op.create_table(
        "feed_less_creators",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        _of_account("feed_less_creators"),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["people.id"], name="fk_feed_less_creators_creator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "creator_id", name="pk_feed_less_creators"),
    )
    op.create_index("ix_feed_less_creators_creator_id", "feed_less_creators", ["creator_id"])


def downgrade() -> None:
    for name in ("feed_less_creators", "feed_choices", "feed_people", "mutes", "blocks"):
        op.drop_table(name)
