"""how often somebody takes part, and whether they said "this one too"."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("every", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("membership", sa.Column("this_one_too", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "this_one_too")
    op.drop_column("membership", "every")
