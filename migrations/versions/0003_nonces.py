"""Name people, memberships and parts in keys and sessions by a random nonce, never by a number that may come again."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NONCES = {
    "person": ("nonce", "session_nonce", "calendar_nonce"),
    "membership": ("nonce",),
    "participation": ("nonce",),
}


def upgrade() -> None:
    for table, names in NONCES.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(22), nullable=False, server_default=""))
        _fill(table, names)
        for name in names:
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=True)


def _fill(table: str, names: tuple[str, ...]) -> None:
    """Give each row that is there already its own: each is an address or a session that nobody may guess."""
    rows = sa.table(table, sa.column("id"), *map(sa.column, names))
    known = op.get_bind().scalars(sa.select(rows.c.id)).all()
    if known:
        new = rows.update().where(rows.c.id == sa.bindparam("row")).values({name: sa.bindparam(name) for name in names})
        fresh = [{"row": number} | {name: secrets.token_urlsafe(16) for name in names} for number in known]
        op.get_bind().execute(new, fresh)


def downgrade() -> None:
    for table, names in NONCES.items():
        for name in names:
            op.drop_index(op.f(f"ix_{table}_{name}"), table)
            op.drop_column(table, name)
