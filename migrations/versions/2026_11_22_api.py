"""Tokens of programs, and addresses that are told of orders."""

revision = "0018_api"
down_revision = "0017_money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
