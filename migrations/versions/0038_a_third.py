"""who welcomes a third, and who joined a pair as one."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("welcomes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("participation", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("participation", "joined_at")
    op.drop_column("participation", "welcomes")
