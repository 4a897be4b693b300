"""the nation whose bank holidays a programme keeps, its notice, a word from its organisers, and when it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("nation", sa.String(17), nullable=False, server_default="england-and-wales"))
    op.add_column("programme", sa.Column("notice", sa.Integer()))
    op.add_column("programme", sa.Column("word", sa.String(500), nullable=False, server_default=""))
    op.add_column("programme", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("round", sa.Column("word", sa.String(500), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("round", "word")
    for name in ("ended_at", "word", "notice", "nation"):
        op.drop_column("programme", name)
