"""what somebody reports went wrong, and who is kept apart for good."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.String(254), nullable=False),
        sa.Column("other", sa.String(254), nullable=False),
        sa.Column("programme_id", sa.Integer()),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_kept_apart_programme_id_programme"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sa.UniqueConstraint("one", "other", name=op.f("uq_kept_apart_one_other")),
    )
    op.create_index(op.f("ix_kept_apart_other"), "kept_apart", ["other"])
    op.create_index(op.f("ix_kept_apart_programme_id"), "kept_apart", ["programme_id"])
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("participation_id", sa.Integer()),
        sa.Column("reflection_id", sa.Integer()),
        sa.Column("begins", sa.String(100), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(5), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_report_programme_id_programme"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_report_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_programme_id_settled_at"), "report", ["programme_id", "settled_at"])
    for name in ("at", "participation_id", "reflection_id"):
        op.create_index(op.f(f"ix_report_{name}"), "report", [name])


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("kept_apart")
