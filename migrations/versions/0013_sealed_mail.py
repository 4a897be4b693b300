"""sealed mail: a message knows its programme, and the words of mails that let somebody in are not kept.

Other bodies that are stored already stay as they are: they begin as no sealed one does, and are read as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEYS = "('sign-in', 'confirm', 'follow-confirm')"
# What a message is about, as "conversation:12", leads to its programme.
PROGRAMMES = {
    "conversation": (
        "SELECT round.programme_id FROM conversation JOIN round ON round.id = conversation.round_id"
        " WHERE conversation.id = {number}"
    ),
    "participation": (
        "SELECT round.programme_id FROM participation"
        " JOIN conversation ON conversation.id = participation.conversation_id"
        " JOIN round ON round.id = conversation.round_id WHERE participation.id = {number}"
    ),
    "round": "SELECT round.programme_id FROM round WHERE round.id = {number}",
    "reflection": "SELECT reflection.programme_id FROM reflection WHERE reflection.id = {number}",
}


def upgrade() -> None:
    # In words, because only so both databases take a column and its key in one.
    op.execute(
        "ALTER TABLE message ADD COLUMN programme_id INTEGER"
        " CONSTRAINT fk_message_programme_id_programme REFERENCES programme (id)"
    )
    op.create_index("ix_message_programme_id", "message", ["programme_id"])
    for what, programme in PROGRAMMES.items():
        found = programme.format(number=_number())
        op.execute(sa.text(f"UPDATE message SET programme_id = ({found}) WHERE about LIKE '{what}:%'"))  # noqa: S608 - our own words
    settled = f"SELECT id FROM message WHERE kind IN {KEYS} AND state IN ('sent', 'failed', 'expired')"  # noqa: S608
    op.execute(f"DELETE FROM body WHERE id IN ({settled})")  # noqa: S608
    op.execute(f"UPDATE message SET subject = '' WHERE kind IN {KEYS}")  # noqa: S608


def downgrade() -> None:
    op.drop_index("ix_message_programme_id", "message")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("programme_id")


def _number() -> str:
    """Return the number in ``about``, which in a reflection's is followed by its moment."""
    if op.get_bind().dialect.name == "postgresql":
        return "CAST(split_part(message.about, ':', 2) AS INTEGER)"
    return "CAST(substr(message.about, instr(message.about, ':') + 1) AS INTEGER)"
