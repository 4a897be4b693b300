"""keep what came of a conversation, and when that was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = ("came", "came_line", "came_at", "came_asks", "came_asked_at")


def upgrade() -> None:
    op.add_column("participation", sa.Column("came", sa.String(length=8), nullable=True))
    op.add_column("participation", sa.Column("came_line", sa.String(length=280), nullable=False, server_default=""))
    op.add_column("participation", sa.Column("came_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participation", sa.Column("came_asks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("participation", sa.Column("came_asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("participation", column)
