"""Phones proven by a code, choices of notices, accounts that were erased."""

revision = "0010_people"
down_revision = "0009_organisations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
