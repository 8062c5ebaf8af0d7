"""A parcel may weigh more than 2,147 tonnes: its grams need 64 bits, which SQLite's integers have already."""

import sqlalchemy as sa
from alembic import op

revision = "0005_heavy_parcels"
down_revision = "0004_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the column."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("orders", "grams", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    """Narrow it again."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("orders", "grams", type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
