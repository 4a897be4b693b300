"""the words of reflections, to find them by."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# PostgreSQL's words are taken as they were folded: its parser would read numbers and addresses in its own way.
POSTGRESQL = """
    CREATE INDEX ix_reflection_words ON reflection USING gin (array_to_tsvector(string_to_array(search, chr(32))))
"""
OLD = "INSERT INTO reflection_words(reflection_words, rowid, search) VALUES ('delete', old.id, old.search);"
NEW = "INSERT INTO reflection_words(rowid, search) VALUES (new.id, new.search);"
SQLITE = (
    "CREATE VIRTUAL TABLE reflection_words USING fts5(search, content='reflection', content_rowid='id')",
    "INSERT INTO reflection_words(reflection_words) VALUES ('rebuild')",
    f"CREATE TRIGGER reflection_words_new AFTER INSERT ON reflection BEGIN {NEW} END",
    f"CREATE TRIGGER reflection_words_gone AFTER DELETE ON reflection BEGIN {OLD} END",
    f"CREATE TRIGGER reflection_words_changed AFTER UPDATE OF search ON reflection BEGIN {OLD} {NEW} END",
)
TRIGGERS = ("reflection_words_new", "reflection_words_gone", "reflection_words_changed")


def upgrade() -> None:
    op.add_column("reflection", sa.Column("search", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    topics = dict[int, str]()
    belongs = "SELECT reflection_id, name FROM reflection_topic JOIN topic ON topic.id = topic_id"
    for number, name in connection.execute(sa.text(belongs)):
        topics[number] = f"{topics.get(number, '')} {name}"
    written = connection.execute(sa.text("SELECT id, text, signed_place FROM reflection")).all()
    rows = [{"number": each, "words": folded(f"{text} {topics.get(each, '')} {at}")} for each, text, at in written]
    if rows:
        connection.execute(sa.text("UPDATE reflection SET search = :words WHERE id = :number"), rows)
    for statement in (POSTGRESQL,) if connection.dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def folded(text: str) -> str:
    words = re.findall(r"(?:[^\W_][̀-ͯ]*)+", text)
    apart = [unicodedata.normalize("NFKD", word.casefold()) for word in words]
    return " ".join(filter(None, ("".join(letter for letter in word if letter.isalnum())[:60] for word in apart)))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_reflection_words")
    else:
        for trigger in TRIGGERS:
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE reflection_words")
    with op.batch_alter_table("reflection") as batch:
        batch.drop_column("search")
