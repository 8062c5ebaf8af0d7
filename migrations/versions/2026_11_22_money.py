"""Tax rules, payouts and statements of sellers."""

import sqlalchemy as sa
from alembic import op

revision = "0017_money"
down_revision = "0016_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reductions say what they take off the commission."""
    op.add_column(
        "ledger_transactions", sa.Column("commission_vnd", sa.BigInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("ledger_transactions", "commission_vnd")
