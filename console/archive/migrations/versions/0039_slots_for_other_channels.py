"""Slots of members for chats of other channels"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("channel_slots", sa.Integer(), nullable=True))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
