"""found a first programme where there is none: people can join at once."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

USUAL = {
    "slug": "unmentoring", "name": "UnMentoring", "about": "", "every": "monthly", "weekday": 0, "nth": 1,
    "lead_days": 3, "window_days": 14, "minutes": 30, "default_slot": "wed-mid", "odd": "trio",
    "same_organisation": "avoid", "review": "wait", "moderation": "first",
}  # fmt: skip


def upgrade() -> None:
    typed = {
        "draw_time": sa.Time(),
        "starts_on": sa.Date(),
        "created_at": sa.DateTime(timezone=True),
        "demo": sa.Boolean(),
    }
    columns = [sa.column(name, typed.get(name)) for name in (*USUAL, *typed, "time_zone")]
    programme, connection = sa.table("programme", *columns), op.get_bind()
    if connection.scalar(sa.select(sa.func.count()).select_from(programme)):
        return
    now, zone = datetime.now(UTC), current_app.extensions["settings"].time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    given = {"draw_time": time(9), "starts_on": today, "created_at": now, "demo": False, "time_zone": zone}
    connection.execute(sa.insert(programme).values(USUAL | given))


def downgrade() -> None:
    pass
