"""keep how each reflection was signed, and take the words of what was taken back out of its address."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAMES = ("signed_name", "signed_place")
AS_NOW = """
    SELECT reflection.id, reflection.attribution, person.name, person.organisation
    FROM reflection JOIN person ON person.id = reflection.person_id
    WHERE person.left_at IS NULL AND reflection.attribution <> 'anonymous'
"""


def upgrade() -> None:
    for name in NAMES:
        op.add_column("reflection", sa.Column(name, sa.String(100), nullable=False, server_default=""))
    signed = [
        {
            "row": number,
            "name": {"name": name, "first-name": name.split(" ")[0]}.get(attribution, ""),
            "place": organisation,
        }
        for number, attribution, name, organisation in op.get_bind().execute(sa.text(AS_NOW)).all()
    ]
    if signed:
        sign = sa.text("UPDATE reflection SET signed_name = :name, signed_place = :place WHERE id = :row")
        op.get_bind().execute(sign, signed)
    # Nobody can find these by their old address any more, which answers 404 from now on.
    op.execute("UPDATE reflection SET slug = 'gone-' || id WHERE state = 'withdrawn'")


def downgrade() -> None:
    for name in NAMES:
        op.drop_column("reflection", name)
