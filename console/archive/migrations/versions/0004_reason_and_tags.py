"""What a chat was about: its reason for contact and its tags"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain columns with defaults: no database rewrites the table for these, however many chats it holds.
    op.add_column("chats", sa.Column("reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("chats", sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
