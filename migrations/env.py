"""Run migrations over the app's own connection, with its own rules."""

from alembic import context
from flask import current_app

from unmentor.db import Moment


def plainly(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as what it is underneath, so that migrations import nothing of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


database = current_app.extensions["migrate"].db

with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        compare_type=True,
        render_item=plainly,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
