"""Orders on a contract's terms: nothing yet."""

revision = "0022_terms_orders"
down_revision = "0021_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
