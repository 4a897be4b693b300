"""never give the number of a round that was drawn again to another: mail is about a round by its number."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL never does.
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("round", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    pass
