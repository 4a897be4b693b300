"""indexes of what is to be told that SQLite uses, and one of whose turn it was to be third."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TO_TELL = {"conversation": "round_id", "left_out": "round_id", "membership": "programme_id"}


def upgrade() -> None:
    _index_to_tell("to_tell = 1")
    yes = {"sqlite_where": sa.text("third = 1"), "postgresql_where": sa.text("third")}
    op.create_index("ix_participation_third", "participation", ["person_id"], **yes)


def downgrade() -> None:
    op.drop_index("ix_participation_third", "participation")
    _index_to_tell("to_tell")


def _index_to_tell(where: str) -> None:
    """Index the rows where SQLite is asked for them in these words; PostgreSQL has a right index already."""
    if op.get_context().dialect.name == "sqlite":
        for table, column in TO_TELL.items():
            op.drop_index(f"ix_{table}_to_tell", table)
            op.create_index(f"ix_{table}_to_tell", table, [column], sqlite_where=sa.text(where))
