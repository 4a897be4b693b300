"""Connections to PostgreSQL: what is kept of them from one question to the next."""

from flask import Flask
from sqlalchemy import text

from unmentor.db import db

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked often%'")
# So often psycopg looks at a statement before it has it prepared.
OFTEN = 8


def test_what_is_asked_often_stays_prepared_when_a_transaction_is_undone(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        return  # SQLite keeps no statements for us, its driver does
    with db.engine.connect() as connection:
        for _time in range(OFTEN):
            connection.execute(text("SELECT 'asked often'"))
            connection.rollback()
        assert connection.scalar(PREPARED) == 1
