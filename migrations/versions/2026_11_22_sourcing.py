"""Whose turn it is in a quote is asked on every page of a desk: an index by producer, state and turn."""

from alembic import op

revision = "0023_sourcing"
down_revision = "0022_terms_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index more."""
    op.create_index("ix_quotes_seller_turn", "quotes", ["seller_id", "state", "turn"])


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_quotes_seller_turn", table_name="quotes")
