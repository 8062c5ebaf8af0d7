"""Prices agreed with buyers; those of contracts in force are taken over from their books."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId

revision = "0025_agreed_prices"
down_revision = "0024_rules"
branch_labels = None
depends_on = None

# what is suspended, now or from a day on, is written down when that is lifted
TAKEN_OVER = """
INSERT INTO agreed_prices (basis, buyer_id, variant_id, price_vnd, valid_from, valid_to)
SELECT agreements.ref, agreements.buyer_id, line.variant_id, MIN(line.price_vnd),
       COALESCE(agreements.valid_from, CURRENT_DATE), agreements.valid_to
FROM agreement_lines AS line
JOIN agreements ON agreements.id = line.agreement_id
WHERE agreements.state = 'active' AND agreements.paper = 'contract' AND line.variant_id IS NOT NULL
  AND line.called < line.most
  AND NOT EXISTS (SELECT 1 FROM suspensions
                  WHERE suspensions.agreement_id = agreements.id AND suspensions.lifted_at IS NULL)
GROUP BY agreements.ref, agreements.buyer_id, line.variant_id, agreements.valid_from, agreements.valid_to
"""


def upgrade() -> None:
    """Make the table, and fill it."""
    op.create_table(
        "agreed_prices",
        sa.Column("id", BigId, nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("buyer_id", BigId, nullable=False),
        sa.Column("variant_id", BigId, nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("price_vnd >= 0", name=op.f("ck_agreed_prices_price_vnd_not_negative")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_agreed_prices_days_in_order")),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisations.id"], name=op.f("fk_agreed_prices_buyer_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_agreed_prices_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_prices")),
        sa.UniqueConstraint("basis", "variant_id", name=op.f("uq_agreed_prices_basis_variant_id")),
    )
    op.create_index("ix_agreed_prices_buyer_id_variant_id", "agreed_prices", ["buyer_id", "variant_id"])
    op.create_index(op.f("ix_agreed_prices_variant_id"), "agreed_prices", ["variant_id"])
    op.execute(sa.text(TAKEN_OVER))


def downgrade() -> None:
    """Take it away."""
    op.drop_table("agreed_prices")
