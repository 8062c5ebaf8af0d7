"""Guests who left an e-mail address only are found by it when their waiting orders are counted."""

from alembic import op

revision = "0020_placing"
down_revision = "0019_lists"
branch_labels = None
depends_on = None

INDEX = "ix_purchases_email"


def upgrade() -> None:
    """An index, as phone numbers have one."""
    op.create_index(INDEX, "purchases", ["email"])


def downgrade() -> None:
    """Without it."""
    op.drop_index(INDEX, "purchases")
