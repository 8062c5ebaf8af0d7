"""Codes of places with the version that gave them."""

revision = "0008_place_codes"
down_revision = "0007_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
