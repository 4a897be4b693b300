"""what became of a programme's messages, found without reading all that it ever sent."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UNSETTLED = sa.text("state <> 'sent'")


def upgrade() -> None:
    op.drop_index("ix_message_programme_id", table_name="message")
    op.create_index("ix_message_of_programme", "message", ["programme_id", "queued_at"])
    op.create_index(
        "ix_message_unsettled", "message", ["programme_id"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED
    )


def downgrade() -> None:
    op.drop_index("ix_message_unsettled", table_name="message")
    op.drop_index("ix_message_of_programme", table_name="message")
    op.create_index("ix_message_programme_id", "message", ["programme_id"])
