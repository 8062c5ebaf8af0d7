"""What placing an order writes in fewer statements."""

revision = "0020_placing"
down_revision = "0019_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
