"""keep what people change of a draw by hand, and when a round is to leave."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("send_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "round_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("undone", sa.JSON(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_change_round_id_round", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_round_change"),
    )
    op.create_index("ix_round_change_round_id", "round_change", ["round_id"])


def downgrade() -> None:
    op.drop_table("round_change")
    op.drop_column("round", "send_at")
