"""who follows by email, and what they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follow_request",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("nonce", sa.String(22), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False, index=True),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("how_often", sa.String(7), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False, index=True),
        sa.Column("answered_at", MOMENT, nullable=True, index=True),
    )
    op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("nonce", sa.String(22), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("how_often", sa.String(7), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.UniqueConstraint("email", "topic"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slot", sa.String(30), nullable=False, unique=True),
        sa.Column("how_often", sa.String(7), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("told_to", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True, index=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "in_bulletin",
        sa.Column("reflection_id", sa.Integer(), sa.ForeignKey("reflection.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("how_often", sa.String(7), primary_key=True),
        sa.Column(
            "bulletin_id", sa.Integer(), sa.ForeignKey("bulletin.id", ondelete="CASCADE"), nullable=False, index=True
        ),
    )
    stranger = sa.text("person_id IS NULL")
    op.create_index(
        "ix_message_to_strangers", "message", ["kind", "queued_at"],
        sqlite_where=stranger, postgresql_where=stranger,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_message_to_strangers", "message")
    for table in ("in_bulletin", "bulletin", "follower", "follow_request"):
        op.drop_table(table)
