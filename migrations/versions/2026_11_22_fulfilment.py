"""Short and weighed parcels, requests to cancel, and goods sent back."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime, append_only

revision = "0014_fulfilment"
down_revision = "0013_catalogue"
branch_labels = None
depends_on = None

OLD_STEPS = (
    "placed", "payment_declared", "payment_not_found", "paid", "revived", "confirmed", "shipped", "delivered",
    "completed", "cancelled", "undelivered", "taken_back", "refund_due", "refunded",
)  # fmt: skip
NEW_STEPS = (
    "shortened", "cancel_asked", "cancel_declined", "return_asked", "return_approved", "return_declined",
    "return_escalated", "return_sent", "return_received", "return_dismissed", "return_withdrawn",
)  # fmt: skip
SHORT_REASONS = ("out_of_stock", "not_good_enough", "lighter", "agreed", "other")
STATES = ("requested", "approved", "declined", "escalated", "received", "refunded", "dismissed", "withdrawn")
REASONS = ("damaged", "wrong_goods", "not_as_described", "out_of_date", "changed_mind", "other")
OPEN = sa.text("state IN ('requested', 'approved', 'escalated')")

# a column, its type, and the named checks that come with it
COLUMNS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("orders", "reduced_vnd", "BIGINT NOT NULL DEFAULT 0",
     (("reduced_within_total", "0 <= reduced_vnd AND reduced_vnd <= total_vnd"),)),
    ("orders", "reduced_commission_vnd", "BIGINT NOT NULL DEFAULT 0",
     (("reduced_commission_within_commission",
       "0 <= reduced_commission_vnd AND reduced_commission_vnd <= commission_vnd"),)),
    ("orders", "cancel_asked_at", "MOMENT", ()),
    ("order_lines", "estimated_grams", "INTEGER",
     (("estimated_grams_positive", "estimated_grams IS NULL OR estimated_grams > 0"),)),
    ("order_lines", "tolerance_percent", "INTEGER",
     (("tolerance_sensible", "tolerance_percent IS NULL OR tolerance_percent BETWEEN 0 AND 100"),)),
    ("order_lines", "shipped_grams", "BIGINT",
     (("shipped_grams_not_negative", "shipped_grams IS NULL OR shipped_grams >= 0"),)),
    ("order_lines", "settled_vnd", "BIGINT",
     (("settled_within_amount", "settled_vnd IS NULL OR (0 <= settled_vnd AND settled_vnd <= amount_vnd)"),)),
    ("order_lines", "short_reason", "VARCHAR(32)",
     (("short_reason", "short_reason IN (" + ", ".join(f"'{one}'" for one in SHORT_REASONS) + ")"),)),
    ("order_lines", "returned_quantity", "INTEGER NOT NULL DEFAULT 0",
     (("returned_within_shipped", "0 <= returned_quantity AND returned_quantity <= shipped_quantity"),)),
    ("order_lines", "returned_vnd", "BIGINT NOT NULL DEFAULT 0",
     (("returned_vnd_within_settled",
       "0 <= returned_vnd AND returned_vnd <= COALESCE(settled_vnd, amount_vnd)"),)),
)  # fmt: skip


def upgrade() -> None:
    """Add the columns with their checks, fill in what was shipped whole, widen the timeline, make the tables."""
    dialect = op.get_bind().dialect.name
    moment = "DATETIME" if dialect == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for table, name, kind, checks in COLUMNS:
        # checks that stand with their column need no copy of the table on SQLite, and fall with the column
        inline = "".join(f" CONSTRAINT ck_{table}_{check} CHECK ({rule})" for check, rule in checks)
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.replace('MOMENT', moment)}{inline}")
    op.execute("UPDATE order_lines SET settled_vnd = amount_vnd WHERE shipped_quantity > 0")
    _steps(OLD_STEPS + NEW_STEPS)
    _returns()


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


def _returns() -> None:
    op.create_table(
        "order_returns",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("state", _enum("state", STATES), nullable=False),
        sa.Column("reason", _enum("reason", REASONS), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("goods_vnd", sa.BigInteger(), nullable=False),
        sa.Column("freight_vnd", sa.BigInteger(), nullable=False),
        sa.Column("is_sent_back", sa.Boolean(), nullable=False),
        sa.Column("carrier", sa.String(length=60), nullable=False),
        sa.Column("tracking", sa.String(length=60), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("goods_vnd >= 0", name=op.f("ck_order_returns_goods_vnd_not_negative")),
        sa.CheckConstraint("freight_vnd >= 0", name=op.f("ck_order_returns_freight_vnd_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_returns_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_returns")),
        sa.UniqueConstraint("ref", name=op.f("uq_order_returns_ref")),
    )
    op.create_index(op.f("ix_order_returns_order_id"), "order_returns", ["order_id"])
    op.create_index("ix_order_returns_state_due", "order_returns", ["state", "due_at"])
    op.create_index(
        "ix_order_returns_one_open", "order_returns", ["order_id"],
        unique=True, sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    op.create_table(
        "order_return_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("return_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_return_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["return_id"], ["order_returns.id"], name=op.f("fk_order_return_lines_return_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f("fk_order_return_lines_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_return_lines")),
        sa.UniqueConstraint("return_id", "line_id", name=op.f("uq_order_return_lines_return_id_line_id")),
    )
    op.create_index(op.f("ix_order_return_lines_return_id"), "order_return_lines", ["return_id"])
    op.create_index(op.f("ix_order_return_lines_line_id"), "order_return_lines", ["line_id"])
    op.create_table(
        "order_return_photos",
        sa.Column("id", BigId, nullable=False),
        sa.Column("return_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["order_returns.id"], name=op.f("fk_order_return_photos_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_return_photos")),
        sa.UniqueConstraint("return_id", "position", name=op.f("uq_order_return_photos_return_id_position")),
    )
    op.create_index(op.f("ix_order_return_photos_return_id"), "order_return_photos", ["return_id"])


def downgrade() -> None:
    """Drop the tables, the new kinds of steps and the columns."""
    for table in ("order_return_photos", "order_return_lines", "order_returns"):
        op.drop_table(table)
    _steps(OLD_STEPS)
    for table, name, _kind, _checks in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
