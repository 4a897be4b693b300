"""which draw somebody skips, and which they last had a heads-up about."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("skips", sa.Date()))
    op.add_column("membership", sa.Column("heads_up_for", sa.Date()))


def downgrade() -> None:
    op.drop_column("membership", "heads_up_for")
    op.drop_column("membership", "skips")
