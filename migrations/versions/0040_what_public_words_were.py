"""what public words were before they were changed."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reflection", sa.Column("was", sa.JSON()))


def downgrade() -> None:
    op.drop_column("reflection", "was")
