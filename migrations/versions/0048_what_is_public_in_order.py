"""what is public, newest first, with the words it is found by."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# A narrow table beside its words: pages are cut from it before any text is read. GIN takes each word in at once, so
# that nobody's search reads a list of what is new.
POSTGRESQL = (
    "DROP INDEX ix_reflection_words",
    """
    CREATE TABLE reflection_words (
        id integer PRIMARY KEY REFERENCES reflection ON DELETE CASCADE,
        at timestamptz NOT NULL,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_reflection_words ON reflection_words USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX ix_reflection_words_at ON reflection_words (at DESC, id DESC)",
    """
    CREATE FUNCTION reflection_words_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM reflection_words WHERE id = new.id;
        INSERT INTO reflection_words
        SELECT new.id, new.published_at, array_to_tsvector(string_to_array(new.search, chr(32)))
        WHERE new.state = 'published' AND new.published_at IS NOT NULL;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER reflection_words_keep AFTER INSERT OR UPDATE OF search, state, published_at ON reflection
    FOR EACH ROW EXECUTE FUNCTION reflection_words_keep()
    """,
)
# FTS5 hands out rows in the order of their numbers: here that is when they became public, to the millisecond, and
# which was first within one. The words are kept once, by the reflection; their beginnings are indexed as far as most
# are typed, since FTS5 would gather longer words one by one.
AT = (
    "(CAST(strftime('%s', new.published_at) AS INTEGER) * 1000 + CAST(substr(new.published_at, 21, 3) AS INTEGER))"
    " * 1000000"
)
SEEN = "search, state, published_at"
DROP = """
    INSERT INTO reflection_words(reflection_words, rowid, search)
    SELECT 'delete', place, old.search FROM reflection_words_place WHERE reflection_id = old.id;
    DELETE FROM reflection_words_place WHERE reflection_id = old.id;
"""
ADD = f"""
    INSERT INTO reflection_words_place(place, reflection_id)
    SELECT coalesce(
        (SELECT max(place) + 1 FROM reflection_words_place WHERE place BETWEEN {AT} AND {AT} + 999999), {AT}
    ), new.id WHERE new.state = 'published' AND new.published_at IS NOT NULL;
    INSERT INTO reflection_words(rowid, search)
    SELECT place, new.search FROM reflection_words_place WHERE reflection_id = new.id;
"""  # noqa: S608 - of our own words
OLD_TRIGGERS = ("reflection_words_new", "reflection_words_gone", "reflection_words_changed")
SQLITE = (
    *(f"DROP TRIGGER {trigger}" for trigger in OLD_TRIGGERS),
    "DROP TABLE reflection_words",
    "CREATE TABLE reflection_words_place (place INTEGER PRIMARY KEY, reflection_id INTEGER NOT NULL UNIQUE)",
    """
    CREATE VIRTUAL TABLE reflection_words USING fts5(search, content='', detail=none, prefix='4 5 6 7 8')
    """,
    f"CREATE TRIGGER reflection_words_new AFTER INSERT ON reflection BEGIN {ADD} END",
    f"CREATE TRIGGER reflection_words_gone AFTER DELETE ON reflection BEGIN {DROP} END",
    f"CREATE TRIGGER reflection_words_changed AFTER UPDATE OF {SEEN} ON reflection BEGIN {DROP} {ADD} END",
)
OLD_POSTGRESQL = (
    "DROP TRIGGER reflection_words_keep ON reflection",
    "DROP FUNCTION reflection_words_keep",
    "DROP TABLE reflection_words",
    """
    CREATE INDEX ix_reflection_words ON reflection USING gin (array_to_tsvector(string_to_array(search, chr(32))))
    """,
)
OLD_DROP = "INSERT INTO reflection_words(reflection_words, rowid, search) VALUES ('delete', old.id, old.search);"
OLD_ADD = "INSERT INTO reflection_words(rowid, search) VALUES (new.id, new.search);"
OLD_SQLITE = (
    *(f"DROP TRIGGER {trigger}" for trigger in OLD_TRIGGERS),
    "DROP TABLE reflection_words",
    "DROP TABLE reflection_words_place",
    "CREATE VIRTUAL TABLE reflection_words USING fts5(search, content='reflection', content_rowid='id')",
    "INSERT INTO reflection_words(reflection_words) VALUES ('rebuild')",
    f"CREATE TRIGGER reflection_words_new AFTER INSERT ON reflection BEGIN {OLD_ADD} END",
    f"CREATE TRIGGER reflection_words_gone AFTER DELETE ON reflection BEGIN {OLD_DROP} END",
    f"CREATE TRIGGER reflection_words_changed AFTER UPDATE OF search ON reflection BEGIN {OLD_DROP} {OLD_ADD} END",
)


def upgrade() -> None:
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
    _mark("UPDATE reflection SET search = search || :kinds WHERE id = :number")


def downgrade() -> None:
    for statement in OLD_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else OLD_SQLITE:
        op.execute(statement)
    _mark("UPDATE reflection SET search = replace(search, :kinds, '') WHERE id = :number")


def _mark(update: str) -> None:
    """Add to the words of every reflection what it is filtered by, or take it away; triggers index what is public."""
    connection = op.get_bind()
    topics = dict[int, str]()
    belongs = "SELECT reflection_id, slug FROM reflection_topic JOIN topic ON topic.id = topic_id ORDER BY slug"
    for number, slug in connection.execute(sa.text(belongs)):
        topics[number] = topics.get(number, "") + _kind("t", slug)
    written = connection.execute(sa.text("SELECT id, programme_id, language FROM reflection")).all()
    rows = [
        {"number": number, "kinds": _kind("p", str(programme)) + _kind("l", language) + topics.get(number, "")}
        for number, programme, language in written
    ]
    if rows:
        connection.execute(sa.text(update), rows)


def _kind(of: str, value: str) -> str:
    return " \ue000" + of + value.replace("-", "\ue001")
