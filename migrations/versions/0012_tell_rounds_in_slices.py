"""tell rounds slice by slice: mark what is still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TO_TELL = sa.text("to_tell")


def upgrade() -> None:
    for table in ("conversation", "left_out"):
        # What was sent before was told in the same moment.
        op.add_column(table, sa.Column("to_tell", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index(f"ix_{table}_to_tell", table, ["round_id"], sqlite_where=TO_TELL, postgresql_where=TO_TELL)


def downgrade() -> None:
    for table in ("conversation", "left_out"):
        op.drop_index(f"ix_{table}_to_tell", table)
        op.drop_column(table, "to_tell")
