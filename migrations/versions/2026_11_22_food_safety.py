"""Papers on food safety, as producers enter them."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime

revision = "0027_food_safety"
down_revision = "0026_agreement_lists"
branch_labels = None
depends_on = None

KINDS = ("facility", "system", "commitment")


def upgrade() -> None:
    """Make the table."""
    kind = sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "food_safety_papers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("issued_on <= valid_until", name=op.f("ck_food_safety_papers_dates_in_order")),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_food_safety_papers_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_food_safety_papers")),
        sa.UniqueConstraint("seller_id", "number", name=op.f("uq_food_safety_papers_seller_id_number")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("food_safety_papers")
