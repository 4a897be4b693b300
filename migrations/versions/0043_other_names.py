"""other names of organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "other_name",
        sa.Column("spelling", sa.String(200), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("spelling", name=op.f("pk_other_name")),
    )
    op.create_index(op.f("ix_other_name_name"), "other_name", ["name"])


def downgrade() -> None:
    op.drop_table("other_name")
