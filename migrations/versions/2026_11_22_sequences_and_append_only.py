"""Sequences of public refs on PostgreSQL; rows that are only ever added are guarded by triggers."""

from alembic import op

from marketplace.core.database import append_only

revision = "0002_append_only"
down_revision = "0001_initial"
branch_labels = None
depends_on = None

SERIES = ("person", "organisation", "purchase", "order", "payment", "refund", "return", "ledger", "notice")
TABLES = ("movements", "order_steps", "ledger_transactions", "ledger_entries")


def upgrade() -> None:
    """Make the sequences and the triggers."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for name in SERIES:
            op.execute(f"CREATE SEQUENCE {name}_refs AS bigint")
    for table in TABLES:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    dialect = op.get_bind().dialect.name
    on_table = dialect == "postgresql"
    for table in TABLES:
        for what in ("change", "removal", *(["emptying"] if on_table else [])):
            op.execute(f"DROP TRIGGER {table}_refuses_{what}" + (f" ON {table}" if on_table else ""))
    if on_table:
        for name in SERIES:
            op.execute(f"DROP SEQUENCE {name}_refs")
