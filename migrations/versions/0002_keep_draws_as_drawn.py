"""keep draws as they were drawn, with who had met by then, and the draws that mended them."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROUND = sa.table("round", sa.column("id"), sa.column("groups", sa.JSON), sa.column("learned", sa.JSON))
DRAWN = """
    SELECT conversation.round_id, conversation.id, participation.person_id
    FROM conversation JOIN participation ON participation.conversation_id = conversation.id
    WHERE NOT conversation.mended
    ORDER BY conversation.round_id, conversation.id, participation.id
"""
# As rounds were drawn again until now: from what the moments of their rows say of the moment of the draw.
KNOWN = """
    SELECT before.number, one.person_id, other.person_id
    FROM round
    JOIN round AS before ON before.programme_id = round.programme_id AND before.number < round.number
    JOIN conversation ON conversation.round_id = before.id
    JOIN participation AS one ON one.conversation_id = conversation.id
    JOIN participation AS other ON other.conversation_id = conversation.id AND one.person_id < other.person_id
    WHERE round.id = :round AND before.sent_at <= round.drawn_at AND conversation.arranged_at <= round.drawn_at
    AND (conversation.state <> 'cancelled' OR conversation.stamped_at > round.drawn_at)
    AND (one.withdrew_at IS NULL OR one.withdrew_at > round.drawn_at)
    AND (other.withdrew_at IS NULL OR other.withdrew_at > round.drawn_at)
"""


def upgrade() -> None:
    op.add_column("round", sa.Column("groups", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("round", sa.Column("learned", sa.JSON(), nullable=False, server_default='{"new": [], "gone": []}'))
    op.create_table(
        "mending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.JSON(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_mending_round_id_round", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_mending"),
    )
    op.create_index("ix_mending_round_id", "mending", ["round_id"])
    remember(op.get_bind())


def remember(connection: sa.Connection) -> None:
    """Give the rounds that are there what their rows say of their draws."""
    for number, groups in _drawn(connection.execute(sa.text(DRAWN)).all()):
        connection.execute(sa.update(ROUND).where(ROUND.c.id == number).values(groups=groups))
    rounds = connection.execute(sa.text("SELECT programme_id, id FROM round ORDER BY programme_id, number")).all()
    for _programme, of_it in groupby(rounds, itemgetter(0)):
        before: set[tuple[int, int, int]] = set()
        for _, number in of_it:
            known = {(met, one, other) for met, one, other in connection.execute(sa.text(KNOWN), {"round": number})}
            news = {"new": sorted(known - before), "gone": sorted(before - known)}
            connection.execute(sa.update(ROUND).where(ROUND.c.id == number).values(learned=news))
            before = known


def _drawn(rows: Iterable[sa.Row]) -> Iterable[tuple[int, list[list[int]]]]:
    for number, of_round in groupby(rows, itemgetter(0)):
        yield number, [[person for *_, person in talk] for _, talk in groupby(of_round, itemgetter(1))]


def downgrade() -> None:
    op.drop_table("mending")
    op.drop_column("round", "learned")
    op.drop_column("round", "groups")
