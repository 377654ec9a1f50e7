"""Who invited, so that invitations end with their member"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("inviter", sa.String(64), nullable=False, server_default=sa.text("''")))
