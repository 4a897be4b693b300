"""nobody asks twice that the same words are read again."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None
INDEX = "ix_report_reflection_id_participation_id"


def upgrade() -> None:
    op.create_index(INDEX, "report", ["reflection_id", "participation_id"], unique=True)
    op.drop_index("ix_report_reflection_id", "report")


def downgrade() -> None:
    op.create_index("ix_report_reflection_id", "report", ["reflection_id"])
    op.drop_index(INDEX, "report")
