"""what a programme says of itself in Welsh."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("about_cy", sa.String(length=500), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("programme", "about_cy")
