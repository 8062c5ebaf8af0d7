"""Prices agreed with buyers."""

revision = "0025_agreed_prices"
down_revision = "0024_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
