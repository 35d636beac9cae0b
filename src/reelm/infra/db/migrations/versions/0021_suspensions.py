"""Decisions to suspend an app, what was done with each, and when to look again at whom they bind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = (
    "suspension_changes",
    "suspension_decisions",
    "suspension_replies",
    "suspension_reviews",
    "suspension_tellings",
    "suspension_exceptions",
)
# What may change whom a decision binds. `suspension_changes` counts up in the transaction that changes it.
_BINDS = {
    "organisation_proofs": "INSERT OR DELETE OR UPDATE OF proven_at, lost_at",
    "suspension_decisions": "INSERT OR DELETE OR UPDATE",
    "suspension_reviews": "INSERT OR DELETE",
    "suspension_exceptions": "INSERT OR DELETE OR UPDATE",
    "managed_devices": "INSERT OR DELETE OR UPDATE OF ownership, person_id, active, thumbprint, addresses",
    "device_groups": "INSERT OR DELETE",
    "device_sessions": "INSERT OR DELETE",
    "directory_members": "INSERT OR DELETE",
    "directory_people": "DELETE OR UPDATE OF active",
}
_COUNT = """
CREATE FUNCTION suspensions_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE suspension_changes SET number = number + 1;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _suspension_changes()
    _suspension_decisions()
    _suspension_replies()
    _suspension_reviews()
    _suspension_tellings()
    _suspension_exceptions()
    op.execute("INSERT INTO suspension_changes (id, number) VALUES (1, 0)")
    op.execute(_COUNT)
    for table, events in _BINDS.items():
        op.execute(
            f"CREATE TRIGGER suspensions_change AFTER {events} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION suspensions_change()"
        )


def downgrade() -> None:
    for table in _BINDS:
        op.execute(f"DROP TRIGGER suspensions_change ON {table}")
    op.execute("DROP FUNCTION suspensions_change")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _suspension_changes() -> None:
    op.create_table(
        "suspension_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_changes")),
    )


def _suspension_decisions() -> None:
    op.create_table(
        "suspension_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_entry", sa.Text(), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_entry", sa.Text(), nullable=True),
        sa.Column("replaced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_entry", sa.Text(), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=True),
        sa.Column("lapsed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lapsed_entry", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_suspension_decisions_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_suspension_decisions")),
        sa.UniqueConstraint("digest", name=op.f("uq_suspension_decisions_digest")),
    )
    op.create_index(
        "ix_suspension_decisions_organisation_id", "suspension_decisions", ["organisation_id"], unique=False
    )


def _suspension_replies() -> None:
    op.create_table(
        "suspension_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id", "version"],
            ["suspension_decisions.id", "suspension_decisions.version"],
            name=op.f("fk_suspension_replies_decision_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_replies")),
    )
    op.create_index(
        "ix_suspension_replies_decision_id", "suspension_replies", ["decision_id", "version"], unique=False
    )


def _suspension_reviews() -> None:
    op.create_table(
        "suspension_reviews",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id", "version"],
            ["suspension_decisions.id", "suspension_decisions.version"],
            name=op.f("fk_suspension_reviews_decision_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("decision_id", "version", "at", name=op.f("pk_suspension_reviews")),
    )


def _suspension_tellings() -> None:
    op.create_table(
        "suspension_tellings",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("acknowledged_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id", "version"],
            ["suspension_decisions.id", "suspension_decisions.version"],
            name=op.f("fk_suspension_tellings_decision_id_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["directory_people.id"], name=op.f("fk_suspension_tellings_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("decision_id", "version", "person_id", name=op.f("pk_suspension_tellings")),
    )
    op.create_index("ix_suspension_tellings_person_id", "suspension_tellings", ["person_id"], unique=False)


def _suspension_exceptions() -> None:
    op.create_table(
        "suspension_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("mitigations", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_entry", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_entry", sa.Text(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_entry", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(device_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_suspension_exceptions_one_of_them")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["managed_devices.id"], name=op.f("fk_suspension_exceptions_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_suspension_exceptions_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["directory_people.id"],
            name=op.f("fk_suspension_exceptions_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_exceptions")),
    )
    op.create_index("ix_suspension_exceptions_decision_id", "suspension_exceptions", ["decision_id"], unique=False)
    op.create_index("ix_suspension_exceptions_device_id", "suspension_exceptions", ["device_id"], unique=False)
    op.create_index("ix_suspension_exceptions_person_id", "suspension_exceptions", ["person_id"], unique=False)
