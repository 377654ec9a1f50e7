"""Files that visitors and agents send: what is known of each, and what a site allows"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("cid", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("uploaded", sa.BigInteger(), nullable=False),
        sa.Column("named", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    kept = sa.text("state IN ('pending', 'clean', 'refused')")
    op.create_index(
        "uq_files_command",
        "files",
        ["workspace", "owner", "cid"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_index("ix_files_workspace", "files", ["workspace", "chat"])
    op.create_index("ix_files_uploaded", "files", ["workspace", "uploaded"])
    op.create_index("ix_files_state", "files", ["state"])
    with op.batch_alter_table("sites") as batch_op:
        batch_op.add_column(sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("file_size", sa.Integer(), nullable=False, server_default="10"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
