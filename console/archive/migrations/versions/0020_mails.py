"""Mails to send"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("to", sa.String(254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("message_id", sa.String(254), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sa.UniqueConstraint("workspace", "message_id", name="uq_mails_workspace_message_id"),
    )
    op.create_index("ix_mails_workspace_waits", "mails", ["workspace", "waits"])
    op.create_index("ix_mails_workspace_chat", "mails", ["workspace", "chat"])
