"""what a programme's next draw has committed to, and what a round was drawn by."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

PROGRAMME = (
    sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
    sa.Column("commitment", sa.String(64), nullable=True),
    sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("draws", sa.Integer(), nullable=False, server_default="0"),
)
ROUND = (
    sa.Column("commitment", sa.String(64), nullable=True),
    sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("secret", sa.String(64), nullable=True),
    sa.Column("own_seed", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("draws", sa.Integer(), nullable=True),
    sa.Column("tries", sa.Integer(), nullable=True),
)


def upgrade() -> None:
    for table, columns in (("programme", PROGRAMME), ("round", ROUND)):
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, columns in (("round", ROUND), ("programme", PROGRAMME)):
        for column in reversed(columns):
            op.drop_column(table, column.name)
