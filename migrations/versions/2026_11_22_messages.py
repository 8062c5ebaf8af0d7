"""Threads of messages about a thing."""

revision = "0011_messages"
down_revision = "0010_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
