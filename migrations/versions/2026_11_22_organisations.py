"""Organisations that join by themselves, their invitations and their verification."""

revision = "0009_organisations"
down_revision = "0008_place_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
