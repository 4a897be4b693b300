"""who is to hear that a programme has ended, or is back."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("to_tell", sa.Boolean(), nullable=False, server_default=sa.false()))
    to_tell = sa.text("to_tell")
    op.create_index(
        "ix_membership_to_tell", "membership", ["programme_id"], sqlite_where=to_tell, postgresql_where=to_tell
    )


def downgrade() -> None:
    op.drop_index("ix_membership_to_tell", "membership")
    op.drop_column("membership", "to_tell")
