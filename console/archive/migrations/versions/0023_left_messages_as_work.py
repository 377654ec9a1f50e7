"""Left messages as work: owner, state, since when the visitor waits; and the target of a queue"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    empty = sa.text("''")
    op.add_column("chats", sa.Column("owner", sa.String(64), nullable=False, server_default=empty))
    op.add_column("chats", sa.Column("owner_name", sa.Text(), nullable=False, server_default=empty))
    op.add_column("chats", sa.Column("state", sa.String(20), nullable=False, server_default=empty))
    op.add_column("chats", sa.Column("asked", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE chats SET state = 'open', asked = ended WHERE listed = 'left'")
    op.execute("UPDATE chats SET state = 'done' WHERE listed = 'handled'")
    op.add_column("sites", sa.Column("mails", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("queues", sa.Column("message_target_ms", sa.BigInteger(), nullable=False, server_default="32400000"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
