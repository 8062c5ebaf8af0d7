"""Rows of a spreadsheet on their way into a shop; certificates that were looked at."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, PlainJson, UtcDateTime

revision = "0015_imports"
down_revision = "0014_fulfilment"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables; a certificate says when it was declared and what was decided on it."""
    op.create_table(
        "imports",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("person_ref", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("state", _one_of("state", "read", "running", "done", "discarded"), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("unknown", PlainJson, nullable=False),
        sa.Column("takes_moved_stock", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_imports_row_count_not_negative")),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_imports_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("ref", name=op.f("uq_imports_ref")),
    )
    op.create_index(op.f("ix_imports_seller_id"), "imports", ["seller_id"])
    op.create_table(
        "import_rows",
        sa.Column("id", BigId, nullable=False),
        sa.Column("import_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(260), nullable=False),
        sa.Column("sku", sa.String(20), nullable=True),
        sa.Column("kind", _one_of("kind", "new", "changed", "unchanged", "wrong"), nullable=False),
        sa.Column("has_moved_stock", sa.Boolean(), nullable=False),
        sa.Column("cells", PlainJson, nullable=False),
        sa.Column("wished", PlainJson, nullable=False),
        sa.Column("changes", PlainJson, nullable=False),
        sa.Column("faults", PlainJson, nullable=False),
        sa.Column("outcome", _one_of("outcome", "written", "skipped"), nullable=True),
        sa.Column("said", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_import_rows_import_id_number")),
    )
    op.create_index(op.f("ix_import_rows_import_id"), "import_rows", ["import_id"])
    op.add_column("certificates", sa.Column("declared_at", UtcDateTime(), nullable=True))
    op.add_column("certificates", sa.Column("refused_on", sa.Date(), nullable=True))
    op.add_column("certificates", sa.Column("judgement", sa.String(300), nullable=True))
    op.create_index(op.f("ix_certificates_declared_at"), "certificates", ["declared_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE import_refs AS bigint")


def downgrade() -> None:
    """Take them away."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE import_refs")
    op.drop_index(op.f("ix_certificates_declared_at"), "certificates")
    for column in ("judgement", "refused_on", "declared_at"):
        op.drop_column("certificates", column)
    op.drop_table("import_rows")
    op.drop_table("imports")
