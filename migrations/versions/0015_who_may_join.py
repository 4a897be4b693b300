"""Let a programme ask for an organiser's yes, or for an address at certain domains, before somebody's first draw."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("approval", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("programme", sa.Column("domains", sa.JSON(), nullable=False, server_default="[]"))
    # Who takes part already was let in.
    op.add_column("membership", sa.Column("approved", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("membership", "approved")
    op.drop_column("programme", "domains")
    op.drop_column("programme", "approval")
