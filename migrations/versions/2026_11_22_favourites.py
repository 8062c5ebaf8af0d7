"""Goods that people keep for later."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime

revision = "0012_favourites"
down_revision = "0011_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "favourites",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("price_vnd >= 0", name=op.f("ck_favourites_price_vnd_not_negative")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_favourites_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_favourites_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourites")),
        sa.UniqueConstraint("person_id", "product_id", name=op.f("uq_favourites_person_id_product_id")),
    )
    op.create_index(op.f("ix_favourites_person_id"), "favourites", ["person_id"])
    op.create_index(op.f("ix_favourites_product_id"), "favourites", ["product_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("favourites")
