"""Short and weighed parcels, and goods sent back."""

revision = "0014_fulfilment"
down_revision = "0013_catalogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
