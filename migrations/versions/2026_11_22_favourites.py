"""Goods that people keep for later."""

revision = "0012_favourites"
down_revision = "0011_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
