"""Sourcing: nothing yet."""

revision = "0023_sourcing"
down_revision = "0022_terms_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
