"""Orders on terms: the paper they follow, when their money is due, and how their goods were taken over."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime, append_only

revision = "0022_terms_orders"
down_revision = "0021_contracts"
branch_labels = None
depends_on = None

OLD_STEPS = (
    "placed", "payment_declared", "payment_not_found", "paid", "revived", "confirmed", "shipped", "delivered",
    "completed", "cancelled", "undelivered", "taken_back", "refund_due", "refunded", "shortened", "cancel_asked",
    "cancel_declined", "return_asked", "return_approved", "return_declined", "return_escalated", "return_sent",
    "return_received", "return_dismissed", "return_withdrawn",
)  # fmt: skip
NEW_STEPS = ("checked", "unchecked")
REASONS = ("damaged", "wrong_goods", "poor_quality", "out_of_date", "missing", "other")

# a column, its type, and the named checks that come with it
COLUMNS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("orders", "cancel_asked_by", "VARCHAR(32)",
     (("cancel_asked_by", "cancel_asked_by IN ('buyer', 'seller', 'platform')"),)),
    ("orders", "basis_ref", "VARCHAR(32) NOT NULL DEFAULT ''", ()),
    ("orders", "payment_days", "INTEGER", ()),
    ("payments", "due_on", "DATE", ()),
    ("payments", "overdue_told_at", "MOMENT", ()),
)  # fmt: skip


def upgrade() -> None:
    """Add the columns, widen the timeline, make the tables of receipts."""
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for table, name, kind, checks in COLUMNS:
        # checks that stand with their column need no copy of the table on SQLite, and fall with the column
        inline = "".join(f" CONSTRAINT ck_{table}_{check} CHECK ({rule})" for check, rule in checks)
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.replace('MOMENT', moment)}{inline}")
    op.create_index(op.f("ix_orders_basis_ref"), "orders", ["basis_ref"])
    op.create_index("ix_payments_state_due_on", "payments", ["state", "due_on"])
    _steps(OLD_STEPS + NEW_STEPS)
    _receipts()


def _steps(kinds: tuple[str, ...]) -> None:
    """The timeline's kinds; what it no longer knows is left out."""
    dialect = op.get_bind().dialect.name
    known = ", ".join(f"'{one}'" for one in kinds)
    if dialect == "postgresql":
        op.execute("ALTER TABLE order_steps DISABLE TRIGGER USER")
        op.execute("ALTER TABLE order_steps DROP CONSTRAINT ck_order_steps_kind")
        op.execute(f"DELETE FROM order_steps WHERE kind NOT IN ({known})")
        op.execute(f"ALTER TABLE order_steps ADD CONSTRAINT ck_order_steps_kind CHECK (kind IN ({known}))")
        op.execute("ALTER TABLE order_steps ENABLE TRIGGER USER")
        return
    op.execute("DROP INDEX ix_order_steps_order_id")
    op.execute("ALTER TABLE order_steps RENAME TO order_steps_before")
    op.create_table(
        "order_steps",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("kind", _enum("kind", kinds), nullable=False),
        sa.Column("side", _enum("side", ("buyer", "seller", "platform")), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_steps_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_steps")),
    )
    columns = "id, order_id, kind, side, note, at"
    op.execute(f"INSERT INTO order_steps ({columns}) SELECT {columns} FROM order_steps_before WHERE kind IN ({known})")
    op.execute("DROP TABLE order_steps_before")
    op.create_index(op.f("ix_order_steps_order_id"), "order_steps", ["order_id"])
    for statement in append_only("order_steps", dialect):
        op.execute(statement)


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _receipts() -> None:
    op.create_table(
        "order_receipts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_ref", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_receipts_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_receipts")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_receipts_order_id")),
    )
    op.create_table(
        "order_receipt_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("receipt_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reason", _enum("reason", REASONS), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(rejected = 0) = (reason IS NULL)", name=op.f("ck_order_receipt_lines_rejected_for_a_reason")
        ),
        sa.CheckConstraint("accepted >= 0", name=op.f("ck_order_receipt_lines_accepted_not_negative")),
        sa.CheckConstraint("rejected >= 0", name=op.f("ck_order_receipt_lines_rejected_not_negative")),
        sa.ForeignKeyConstraint(["receipt_id"], ["order_receipts.id"], name=op.f("fk_order_receipt_lines_receipt_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f("fk_order_receipt_lines_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_receipt_lines")),
        sa.UniqueConstraint("receipt_id", "line_id", name=op.f("uq_order_receipt_lines_receipt_id_line_id")),
    )
    op.create_index(op.f("ix_order_receipt_lines_receipt_id"), "order_receipt_lines", ["receipt_id"])
    op.create_index(op.f("ix_order_receipt_lines_line_id"), "order_receipt_lines", ["line_id"])
    op.create_table(
        "order_receipt_photos",
        sa.Column("id", BigId, nullable=False),
        sa.Column("receipt_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["order_receipts.id"], name=op.f("fk_order_receipt_photos_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_receipt_photos")),
        sa.UniqueConstraint("receipt_id", "position", name=op.f("uq_order_receipt_photos_receipt_id_position")),
    )
    op.create_index(op.f("ix_order_receipt_photos_receipt_id"), "order_receipt_photos", ["receipt_id"])


def downgrade() -> None:
    """Drop the tables, the new kinds of steps and the columns."""
    for table in ("order_receipt_photos", "order_receipt_lines", "order_receipts"):
        op.drop_table(table)
    _steps(OLD_STEPS)
    op.drop_index("ix_payments_state_due_on", table_name="payments")
    op.drop_index(op.f("ix_orders_basis_ref"), table_name="orders")
    for table, name, _kind, _checks in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
