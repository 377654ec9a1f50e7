"""What a site says and asks before a chat, and what was answered"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("questions", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("sites", sa.Column("greetings", sa.JSON(), nullable=False, server_default="[]"))
    # not in a batch, which would recreate the table and lose the triggers of the search index
    op.add_column("chats", sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
