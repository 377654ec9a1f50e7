"""A full-text index of ended chats, and each chat's place in the lists

The index itself is filled in the background (`SearchIndex.build`): here only places are given, which takes seconds for
a million chats.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GIVE_PLACES = """
UPDATE chats SET
  place = counted.place,
  listed = CASE WHEN NOT left_message THEN 'ended' WHEN handled IS NULL THEN 'left' ELSE 'handled' END
FROM (
  SELECT workspace, id, ended * 10000 + row_number() OVER (PARTITION BY ended ORDER BY workspace, id) - 1 AS place
  FROM chats WHERE ended IS NOT NULL
) AS counted
WHERE chats.workspace = counted.workspace AND chats.id = counted.id
"""
BEGIN_BACKFILL = """
INSERT INTO search_backfill (workspace, below)
SELECT workspace, max(place) + 1 FROM chats WHERE place IS NOT NULL GROUP BY workspace
"""

# A chat that is deleted or continues is removed from the index by a trigger, so no code can forget it. In SQLite,
# batch_alter_table recreates a table without its triggers: a migration that recreates `chats` must recreate these too.
SQLITE = (
    "CREATE VIRTUAL TABLE chat_words USING"
    " fts5(words, tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '3 4 5 6 7')",
    "CREATE TRIGGER chat_words_of_deleted AFTER DELETE ON chats WHEN old.place IS NOT NULL"
    " BEGIN DELETE FROM chat_words WHERE rowid = old.place; END",
    "CREATE TRIGGER chat_words_of_moved AFTER UPDATE OF place ON chats"
    " WHEN old.place IS NOT NULL AND old.place IS NOT new.place"
    " BEGIN DELETE FROM chat_words WHERE rowid = old.place; END",
)
POSTGRESQL = (
    "CREATE TABLE chat_words (place bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX ix_chat_words_words ON chat_words USING gin (words)",
    "CREATE FUNCTION forget_chat_words() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN DELETE FROM chat_words WHERE place = old.place; RETURN NULL; END $$",
    "CREATE TRIGGER chat_words_of_deleted AFTER DELETE ON chats FOR EACH ROW"
    " WHEN (old.place IS NOT NULL) EXECUTE FUNCTION forget_chat_words()",
    "CREATE TRIGGER chat_words_of_moved AFTER UPDATE OF place ON chats FOR EACH ROW"
    " WHEN (old.place IS NOT NULL AND old.place IS DISTINCT FROM new.place) EXECUTE FUNCTION forget_chat_words()",
)


def upgrade() -> None:
    op.add_column("chats", sa.Column("listed", sa.String(length=20), nullable=False, server_default=sa.text("''")))
    op.add_column("chats", sa.Column("place", sa.BigInteger(), nullable=True))
    op.create_table(
        "search_backfill",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_search_backfill")),
    )
    op.execute(GIVE_PLACES)
    op.execute(BEGIN_BACKFILL)
    op.create_index(op.f("ix_chats_place"), "chats", ["place"], unique=True)
    op.create_index(op.f("ix_chats_workspace_listed_place"), "chats", ["workspace", "listed", "place"])
    op.drop_index(op.f("ix_chats_workspace_left_message_ended_id"), table_name="chats")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
