"""Performing: nothing yet."""

revision = "0026_performing"
down_revision = "0025_signing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
