"""another address, and lists of whom to avoid that follow it."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(22), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(254), nullable=False),
        sa.Column("new", sa.String(254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_email_change_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_email_change_nonce"), "email_change", ["nonce"], unique=True)
    op.create_index(op.f("ix_email_change_person_id"), "email_change", ["person_id"])
    op.add_column("exclusion", sa.Column("typed", sa.String(254), nullable=True))
    op.execute("UPDATE exclusion SET typed = email")
    with op.batch_alter_table("exclusion") as batch:
        batch.alter_column("typed", existing_type=sa.String(254), nullable=False)
        batch.drop_constraint(op.f("uq_exclusion_person_id_email"), type_="unique")
        batch.create_index(op.f("ix_exclusion_person_id"), ["person_id"])
    op.execute("ALTER TABLE erasure RENAME COLUMN address_hash TO mark")


def downgrade() -> None:
    op.execute("ALTER TABLE erasure RENAME COLUMN mark TO address_hash")
    # What followed somebody may be there twice.
    op.execute("DELETE FROM exclusion WHERE id NOT IN (SELECT min(id) FROM exclusion GROUP BY person_id, email)")
    with op.batch_alter_table("exclusion") as batch:
        batch.drop_index(op.f("ix_exclusion_person_id"))
        batch.create_unique_constraint(op.f("uq_exclusion_person_id_email"), ["person_id", "email"])
        batch.drop_column("typed")
    op.drop_table("email_change")
