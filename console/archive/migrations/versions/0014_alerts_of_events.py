"""Alerts of messages that were left and of chats that came"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = ("message_left", "chat_came")


def upgrade() -> None:
    with op.batch_alter_table("alert_rules") as batch_op:
        for name in COLUMNS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
