"""What products say of themselves besides."""

revision = "0013_catalogue"
down_revision = "0012_favourites"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
