"""A second factor, its recovery codes, and what a sign-in still owes"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _member() -> sa.Column[str]:
    return sa.Column("member", sa.String(64), nullable=False)


def _of_members(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["member"], ["members.id"], name=f"fk_{table}_member", ondelete="CASCADE")


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.add_column(sa.Column("provider", sa.String(64), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "sign_in_steps",
        sa.Column("digest", sa.String(64), nullable=False),
        _member(),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("known", sa.String(20), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_steps"),
        _of_members("sign_in_steps"),
    )
    op.create_index("ix_sign_in_steps_member", "sign_in_steps", ["member"])
    op.create_index("ix_sign_in_steps_expires", "sign_in_steps", ["expires"])
    op.create_table(
        "second_factors",
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_second_factors"),
        _of_members("second_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.String(64), nullable=False),
        _member(),
        sa.Column("used", sa.BigInteger()),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_codes"),
        _of_members("recovery_codes"),
    )
    op.create_index("ix_recovery_codes_member", "recovery_codes", ["member"])
