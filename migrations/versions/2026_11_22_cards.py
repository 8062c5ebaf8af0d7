"""Sessions of a card provider and what it refunds."""

revision = "0016_cards"
down_revision = "0015_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
