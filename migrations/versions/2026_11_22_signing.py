"""Signing: nothing yet."""

revision = "0025_signing"
down_revision = "0024_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
