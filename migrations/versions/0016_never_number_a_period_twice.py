"""never give the number of a period that was deleted to another: mail is about a period by its number."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL never does.
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("period", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    pass
