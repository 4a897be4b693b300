"""remember how somebody took part before they stopped our mail, and tell everybody again of what is arranged."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("before_stop", sa.String(10), nullable=True))
    op.execute("DELETE FROM stopped WHERE kind IN ('invitation', 'moved', 'cancelled')")


def downgrade() -> None:
    op.drop_column("membership", "before_stop")
