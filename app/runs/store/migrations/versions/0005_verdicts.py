"""The table `findings` is now called `verdicts`.

Revision: 0005, after 0004. All rows stay as they are, the stored outcomes too: `app.runs.models` reads the fields of
earlier versions. To rewrite gigabytes of JSON would keep the service from starting for minutes.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MARKS = ("findings are whole from", "verdicts are complete from")


def upgrade() -> None:
    _rename("findings", "verdicts")
    op.execute(f"UPDATE marks SET name = '{MARKS[1]}' WHERE name = '{MARKS[0]}'")  # noqa: S608 - constants


def downgrade() -> None:
    _rename("verdicts", "findings")
    op.execute(f"UPDATE marks SET name = '{MARKS[0]}' WHERE name = '{MARKS[1]}'")  # noqa: S608 - constants


def _rename(old: str, new: str) -> None:
    """The table with its indexes and, on PostgreSQL, the names that were made from the table's."""
    op.drop_index(f"ix_{old}_run", old)
    op.drop_index(f"ix_{old}_subject", old)
    op.rename_table(old, new)
    op.create_index(f"ix_{new}_subject", new, ["kind", "subject", "number"])
    op.create_index(f"ix_{new}_run", new, ["run"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER SEQUENCE {old}_number_seq RENAME TO {new}_number_seq")
        for constraint in ("pkey", "run_fkey"):
            op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {old}_{constraint} TO {new}_{constraint}")
