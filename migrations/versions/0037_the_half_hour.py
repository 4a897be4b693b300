"""keep what a conversation begins from, who had which question, and what people note for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("prompts", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("prompts_had", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("participation", sa.Column("notes", sa.LargeBinary(), nullable=True))
    op.add_column("participation", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("participation", "noted_at")
    op.drop_column("participation", "notes")
    op.drop_column("person", "prompts_had")
    op.drop_column("conversation", "prompts")
