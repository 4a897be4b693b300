"""what words begin with, as words of their own, on PostgreSQL: what many words begin with takes long to gather."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# Kinds, such as a topic, are whole or not at all. FTS5 indexes beginnings by itself.
WORDS = """
    CREATE FUNCTION reflection_words_of(search text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT array_to_tsvector(coalesce(array_agg(DISTINCT part), ARRAY[]::text[]))
        FROM unnest(string_to_array(search, chr(32))) AS word, LATERAL (
            SELECT word AS part
            UNION ALL
            SELECT left(word, n) FROM generate_series(4, 6) AS n WHERE length(word) > n AND left(word, 1) <> chr(57344)
        ) AS parts
    $$
"""
KEEP = """
    CREATE OR REPLACE FUNCTION reflection_words_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM reflection_words WHERE id = new.id;
        INSERT INTO reflection_words
        SELECT new.id, new.published_at, {words}
        WHERE new.state = 'published' AND new.published_at IS NOT NULL;
        RETURN NULL;
    END $$
"""
AGAIN = "UPDATE reflection_words SET words = {words} FROM reflection WHERE reflection.id = reflection_words.id"
WHOLE = "array_to_tsvector(string_to_array({}.search, chr(32)))"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(WORDS)
        op.execute(KEEP.format(words="reflection_words_of(new.search)"))
        op.execute(AGAIN.format(words="reflection_words_of(reflection.search)"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(KEEP.format(words=WHOLE.format("new")))
        op.execute(AGAIN.format(words=WHOLE.format("reflection")))
        op.execute("DROP FUNCTION reflection_words_of")
