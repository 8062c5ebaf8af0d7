"""Lists of agreements."""

revision = "0026_agreement_lists"
down_revision = "0025_agreed_prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
