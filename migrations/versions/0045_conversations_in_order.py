"""conversations of a round in order of time."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversation_round_id_starts_at", "conversation", ["round_id", "starts_at"])
    op.drop_index("ix_conversation_round_id", "conversation")


def downgrade() -> None:
    op.create_index("ix_conversation_round_id", "conversation", ["round_id"])
    op.drop_index("ix_conversation_round_id_starts_at", "conversation")
