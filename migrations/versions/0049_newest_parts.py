"""somebody's parts in conversations, the newest first."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_participation_person_id", "participation")
    op.create_index("ix_participation_person_id", "participation", ["person_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_participation_person_id", "participation")
    op.create_index("ix_participation_person_id", "participation", ["person_id"])
