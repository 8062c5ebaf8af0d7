"""Sessions of a card provider and what it refunds."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, PlainJson

revision = "0016_cards"
down_revision = "0015_imports"
branch_labels = None
depends_on = None

BEFORE = ("waiting_for_account", "due", "done")
AFTER = ("waiting_for_account", "due", "requested", "pending", "failed", "done")


def upgrade() -> None:
    """A page of the card company for each purchase; refunds know their charge and their tries."""
    op.create_table(
        "card_sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("purchase_id", BigId, nullable=False),
        sa.Column("state", _states("wanted", "open", "paid", "ended"), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("parts", PlainJson, nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("charge_ref", sa.String(length=120), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_card_sessions_amount_positive")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_card_sessions_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_sessions")),
        sa.UniqueConstraint("ref", name=op.f("uq_card_sessions_ref")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_card_sessions_provider_ref")),
        sa.UniqueConstraint("charge_ref", name=op.f("uq_card_sessions_charge_ref")),
    )
    op.create_index("ix_card_sessions_purchase_id", "card_sessions", ["purchase_id"])
    op.create_index("ix_card_sessions_state_asked_at", "card_sessions", ["state", "asked_at"])
    op.add_column("payments", sa.Column("charge_ref", sa.String(length=120), nullable=True))
    op.add_column("refunds", sa.Column("charge_ref", sa.String(length=120), nullable=True))
    op.add_column("refunds", sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("refunds", sa.Column("provider_ref", sa.String(length=120), nullable=True))
    op.add_column("refunds", sa.Column("failure", sa.String(length=60), nullable=False, server_default=""))
    _change_states(AFTER)
    op.create_index("ix_refunds_provider_ref", "refunds", ["provider_ref"])
    op.create_index("ix_refunds_state_due_at", "refunds", ["state", "due_at"])


def downgrade() -> None:
    """Refunds of card money that are still under way wait for an account again."""
    op.drop_index("ix_refunds_state_due_at", "refunds")
    op.drop_index("ix_refunds_provider_ref", "refunds")
    op.execute("UPDATE refunds SET state = 'waiting_for_account' WHERE state IN ('requested', 'pending', 'failed')")
    _change_states(BEFORE)
    for column in ("failure", "provider_ref", "attempt", "charge_ref"):
        op.drop_column("refunds", column)
    op.drop_column("payments", "charge_ref")
    op.drop_table("card_sessions")


def _states(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="state", native_enum=False, create_constraint=True, length=32)


def _change_states(after: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in after)
    with op.batch_alter_table("refunds") as batch:
        batch.drop_constraint(op.f("ck_refunds_state"), type_="check")
        batch.create_check_constraint(op.f("ck_refunds_state"), sa.text(f"state IN ({listed})"))
