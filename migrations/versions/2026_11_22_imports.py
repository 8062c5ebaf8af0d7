"""Rows of a spreadsheet on their way into a shop."""

revision = "0015_imports"
down_revision = "0014_fulfilment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
