"""call the moment after which a message is not sent any more what it is called elsewhere."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("message", "pointless_at", new_column_name="expires_at")


def downgrade() -> None:
    op.alter_column("message", "expires_at", new_column_name="pointless_at")
