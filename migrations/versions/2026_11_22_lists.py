"""What lists are read from."""

revision = "0019_lists"
down_revision = "0018_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
