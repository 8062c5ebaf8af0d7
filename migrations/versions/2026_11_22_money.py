"""Tax rules, payouts and statements of sellers."""

revision = "0017_money"
down_revision = "0016_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
