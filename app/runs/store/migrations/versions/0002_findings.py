"""What runs say of claims and of speed, and runs of everything that are asked about some claims only.

Revision: 0002, after 0001. Runs of before have no findings.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("claims", sa.JSON()))
    op.create_table(
        "findings",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.Integer(), sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_findings_kind_subject", "findings", ["kind", "subject"])


def downgrade() -> None:
    op.drop_index("ix_findings_kind_subject", "findings")
    op.drop_table("findings")
    op.drop_column("runs", "claims")
