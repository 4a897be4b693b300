"""how often somebody's calendar proposed another time."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("proposals", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("participation", "proposals")
