"""Several processes and machines on one database: who lives, whom somebody wants to end, and what was let go.

Revision: 0003, after 0002. Runs and findings of before stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("cancel_asked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "runners",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.drop_index("ix_findings_kind_subject", "findings")
    op.create_index("ix_findings_subject", "findings", ["kind", "subject", "number"])
    op.create_index("ix_findings_run", "findings", ["run"])


def downgrade() -> None:
    op.drop_index("ix_findings_run", "findings")
    op.drop_index("ix_findings_subject", "findings")
    op.create_index("ix_findings_kind_subject", "findings", ["kind", "subject"])
    op.drop_table("marks")
    op.drop_table("runners")
    op.drop_column("runs", "cancel_asked")
