"""What clients may still start, and the daily key that hides who they are.

Revision: 0004, after 0003. Nobody has started anything yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allowances",
        sa.Column("client", sa.LargeBinary(16), nullable=False),
        sa.Column("whole_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("client"),
    )
    op.create_table(
        "client_keys",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )


def downgrade() -> None:
    op.drop_table("client_keys")
    op.drop_table("allowances")
