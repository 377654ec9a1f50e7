"""The language of a chat, and whose word it is

Chats from before are indexed anew in the background, so that they too are found by their language.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BEGIN_BACKFILL = """
INSERT INTO search_backfill (workspace, below)
SELECT workspace, max(place) + 1 FROM chats WHERE place IS NOT NULL GROUP BY workspace
"""


def upgrade() -> None:
    # not in a batch, which would recreate the table and lose the triggers of the search index
    op.add_column("chats", sa.Column("language", sa.String(8), nullable=False, server_default=sa.text("''")))
    op.add_column("chats", sa.Column("language_by", sa.String(20), nullable=False, server_default=sa.text("''")))
    op.execute("DELETE FROM search_backfill")
    op.execute(BEGIN_BACKFILL)
