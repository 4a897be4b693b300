"""keep where somebody says that a conversation is, and how often they did."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("place", sa.String(length=500), nullable=True))
    op.add_column("participation", sa.Column("places", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("participation", "places")
    op.drop_column("participation", "place")
