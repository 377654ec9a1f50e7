"""Identity providers, and whom they vouch for"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_providers"),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(2_000), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        sa.ForeignKeyConstraint(["member"], ["members.id"], name="fk_identities_member", ondelete="CASCADE"),
    )
    op.create_index("ix_identities_member", "identities", ["member"])
    op.create_table(
        "used_states",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used_states"),
    )
    op.create_index("ix_used_states_expires", "used_states", ["expires"])
