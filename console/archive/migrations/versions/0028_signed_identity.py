"""Signed identity: a site's keys and rules, what was wrong with identities, and a chat's external id"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("identity", sa.JSON(), nullable=False, server_default="{}"))
    # not in a batch, which would recreate the table and lose the triggers of the search index
    op.add_column("chats", sa.Column("external", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("chats", sa.Column("proven", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "refused_identities",
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "reason", name=op.f("pk_refused_identities")),
    )
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
