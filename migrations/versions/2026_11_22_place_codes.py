"""Communes as they were until 30 June 2025, and what took them in."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId

revision = "0008_place_codes"
down_revision = "0007_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the lists come with the next loading of places."""
    op.create_table(
        "former_wards",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("district_folded", sa.String(length=80), nullable=False),
        sa.Column("province_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["province_id"], ["provinces.id"], name=op.f("fk_former_wards_province_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_wards")),
        sa.UniqueConstraint("province_id", "district", "name", name=op.f("uq_former_wards_province_id_district_name")),
    )
    op.create_index("ix_former_wards_folded", "former_wards", ["folded"])
    op.create_index(op.f("ix_former_wards_province_id"), "former_wards", ["province_id"])
    op.create_table(
        "ward_successions",
        sa.Column("former_id", BigId, nullable=False),
        sa.Column("ward_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["former_id"], ["former_wards.id"], name=op.f("fk_ward_successions_former_id")),
        sa.ForeignKeyConstraint(["ward_id"], ["wards.id"], name=op.f("fk_ward_successions_ward_id")),
        sa.PrimaryKeyConstraint("former_id", "ward_id", name=op.f("pk_ward_successions")),
    )
    op.create_index(op.f("ix_ward_successions_ward_id"), "ward_successions", ["ward_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ward_successions")
    op.drop_table("former_wards")
