"""find the mails whose words were not forgotten yet without a look at all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WORDED = sa.text("message_id <> ''")


def upgrade() -> None:
    op.create_index("ix_message_worded", "message", ["sent_at"], sqlite_where=WORDED, postgresql_where=WORDED)


def downgrade() -> None:
    op.drop_index("ix_message_worded", "message")
