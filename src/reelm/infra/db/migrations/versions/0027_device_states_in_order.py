"""The index of states gives a state's devices in their order, so that a page of them is read and no more."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_device_states_decision_id", "device_states"


def upgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, ["decision_id", "state", "device_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, ["decision_id", "state"])
