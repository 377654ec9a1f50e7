"""Tokens have scopes, may end, and may belong to an integration"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "integrations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrations")),
    )
    with op.batch_alter_table("tokens") as batch_op:
        batch_op.alter_column("member", existing_type=sa.String(64), nullable=True)
        batch_op.add_column(sa.Column("integration", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("scopes", sa.JSON(), nullable=False, server_default='["socket"]'))
        batch_op.add_column(sa.Column("expires", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("shown", sa.String(16), nullable=False, server_default=sa.text("''")))
        batch_op.create_index(op.f("ix_tokens_integration"), ["integration"])
        batch_op.create_foreign_key(
            op.f("fk_tokens_integration"), "integrations", ["integration"], ["id"], ondelete="CASCADE"
        )
