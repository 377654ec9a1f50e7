"""Mails that came in"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mails_received",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mails_received"),
        sa.UniqueConstraint("workspace", "digest", name="uq_mails_received_workspace_digest"),
    )
    op.create_index("ix_mails_received_workspace_code", "mails_received", ["workspace", "code"])
    op.create_index("ix_mails_received_workspace_chat", "mails_received", ["workspace", "chat"])
