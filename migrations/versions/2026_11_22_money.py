"""Tax rules and what was withheld, payouts, monthly bills and bank statements of sellers."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, append_only

revision = "0017_money"
down_revision = "0016_cards"
branch_labels = None
depends_on = None

SERIES = ("payout_batch", "payout", "fee_bill", "bank_statement")
KINDS = ("goods", "services", "transport", "unknown")
VND, MOMENT = sa.BigInteger(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Reductions say what they take off the commission; the tables of the sellers' money."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for name in SERIES:
            op.execute(f"CREATE SEQUENCE {name}_refs AS bigint")
    op.add_column("ledger_transactions", sa.Column("commission_vnd", VND, server_default="0", nullable=False))
    _taxes()
    _payouts()
    _bills()
    _statements()
    for statement in append_only("withholdings", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    dialect = op.get_bind().dialect.name
    for table in (
        "statement_lines",
        "bank_statements",
        "fee_bills",
        "payouts",
        "payout_batches",
        "withholdings",
        "tax_rules",
    ):
        op.drop_table(table)
    op.drop_column("ledger_transactions", "commission_vnd")
    if dialect == "postgresql":
        for name in SERIES:
            op.execute(f"DROP SEQUENCE {name}_refs")


def _taxes() -> None:
    op.create_table(
        "tax_rules",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("residency", _one_of("residency", "resident", "non_resident"), nullable=False),
        sa.Column("vat_points", sa.Integer(), nullable=False),
        sa.Column("pit_points", sa.Integer(), nullable=False),
        sa.Column("freight_as", _one_of("freight_as", *KINDS), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("certainty", _one_of("certainty", "high", "medium", "low"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "vat_points BETWEEN 0 AND 10000 AND pit_points BETWEEN 0 AND 10000",
            name=op.f("ck_tax_rules_rates_are_parts"),
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_tax_rules_days_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rules")),
        sa.UniqueConstraint("ref", name=op.f("uq_tax_rules_ref")),
        sa.UniqueConstraint("kind", "residency", "valid_from", name=op.f("uq_tax_rules_kind_residency_valid_from")),
    )
    op.create_table(
        "withholdings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("rule_id", BigId, nullable=True),
        sa.Column("source_ref", sa.String(length=64), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("base_vnd", VND, nullable=False),
        sa.Column("vat_vnd", VND, nullable=False),
        sa.Column("pit_vnd", VND, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_withholdings_order_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["tax_rules.id"], name=op.f("fk_withholdings_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholdings")),
        sa.UniqueConstraint("source_ref", "kind", "rule_id", name=op.f("uq_withholdings_source_ref_kind_rule_id")),
    )
    op.create_index("ix_withholdings_order_id", "withholdings", ["order_id"])
    op.create_index("ix_withholdings_rule_id", "withholdings", ["rule_id"])


def _payouts() -> None:
    op.create_table(
        "payout_batches",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batches")),
        sa.UniqueConstraint("ref", name=op.f("uq_payout_batches_ref")),
    )
    op.create_table(
        "payouts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("state", _one_of("state", "planned", "done", "failed"), nullable=False),
        sa.Column("amount_vnd", VND, nullable=False),
        sa.Column("bank_bin", sa.String(length=6), nullable=False),
        sa.Column("account_number", sa.String(length=19), nullable=False),
        sa.Column("account_holder", sa.String(length=80), nullable=False),
        sa.Column("memo", sa.String(length=25), nullable=False),
        sa.Column("bank_ref", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payouts_amount_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batches.id"], name=op.f("fk_payouts_batch_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_payouts_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("ref", name=op.f("uq_payouts_ref")),
    )
    op.create_index("ix_payouts_batch_id", "payouts", ["batch_id"])
    op.create_index("ix_payouts_seller_id", "payouts", ["seller_id"])
    planned = sa.text("state = 'planned'")
    op.create_index(
        "uq_payouts_planned", "payouts", ["seller_id"], unique=True, postgresql_where=planned, sqlite_where=planned
    )


def _bills() -> None:
    op.create_table(
        "fee_bills",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", _one_of("state", "open", "paid", "withdrawn"), nullable=False),
        sa.Column("amount_vnd", VND, nullable=False),
        sa.Column("commission_vnd", VND, nullable=False),
        sa.Column("tax_vnd", VND, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("memo", sa.String(length=25), nullable=False),
        sa.Column("bank_ref", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_fee_bills_amount_positive")),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_fee_bills_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_bills")),
        sa.UniqueConstraint("ref", name=op.f("uq_fee_bills_ref")),
        sa.UniqueConstraint("seller_id", "month", name=op.f("uq_fee_bills_seller_id_month")),
    )
    op.create_index("ix_fee_bills_seller_id", "fee_bills", ["seller_id"])
    op.create_index("ix_fee_bills_state_due_on", "fee_bills", ["state", "due_on"])


def _statements() -> None:
    op.create_table(
        "bank_statements",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("settled_count", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_bank_statements_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("ref", name=op.f("uq_bank_statements_ref")),
    )
    op.create_index("ix_bank_statements_seller_id", "bank_statements", ["seller_id"])
    matches = ("exact", "again", "ended", "amount", "reference", "unnamed")
    op.create_table(
        "statement_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("statement_id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("amount_vnd", VND, nullable=False),
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("kind", _one_of("kind", *matches), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_statement_lines_amount_positive")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_statement_lines_statement_id")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_statement_lines_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_lines")),
        sa.UniqueConstraint(
            "statement_id", "number", "payment_id", name=op.f("uq_statement_lines_statement_id_number_payment_id")
        ),
    )
    op.create_index("ix_statement_lines_statement_id", "statement_lines", ["statement_id"])
    op.create_index("ix_statement_lines_payment_id", "statement_lines", ["payment_id"])


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
