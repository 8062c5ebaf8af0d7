"""Lists of agreements: indexes from whose ends both sides' and the departments' pages are read."""

import sqlalchemy as sa
from alembic import op

revision = "0026_agreement_lists"
down_revision = "0025_agreed_prices"
branch_labels = None
depends_on = None

SHOWN = {
    "postgresql_where": sa.text("shown_to_departments_at IS NOT NULL"),
    "sqlite_where": sa.text("shown_to_departments_at IS NOT NULL"),
}
QUEUE = ["department_id", "state", "due_at"]
SIDES = {"seller": "buyer", "buyer": "seller"}


def upgrade() -> None:
    """Add them; the newest of one kind are found without reading the others."""
    for side, other in SIDES.items():
        own, office = f"{side}_id", f"{side}_department"
        op.drop_index(f"ix_agreements_{own}_touched", "agreements")
        op.create_index(f"ix_agreements_{own}_touched", "agreements", [own, "paper", "touched_at", "id", "kind"])
        op.create_index(f"ix_agreements_{own}_turn", "agreements", [own, "state", "turn", "due_at", "id"])
        for name, columns in _of_departments(other).items():
            op.create_index(f"ix_agreements_{office}_{name}", "agreements", [f"{office}_id", *columns], **SHOWN)
    op.create_index("ix_agreements_paper_number", "agreements", ["paper_number"])
    op.drop_index("ix_department_reviews_queue", "department_reviews")
    op.create_index("ix_department_reviews_queue", "department_reviews", [*QUEUE, "agreement_id"])
    op.create_index("ix_department_reviews_state", "department_reviews", ["state"])


def _of_departments(other: str) -> dict[str, list[str]]:
    return {
        "touched": ["touched_at", "id", "kind"],
        "state": ["state", "touched_at", "id", "kind", "paper"],
        "partner": [f"{other}_province_id", "touched_at", "id"],
    }


def downgrade() -> None:
    """Back to the indexes of before."""
    op.drop_index("ix_department_reviews_state", "department_reviews")
    op.drop_index("ix_department_reviews_queue", "department_reviews")
    op.create_index("ix_department_reviews_queue", "department_reviews", QUEUE)
    op.drop_index("ix_agreements_paper_number", "agreements")
    for side, other in SIDES.items():
        own, office = f"{side}_id", f"{side}_department"
        for name in _of_departments(other):
            op.drop_index(f"ix_agreements_{office}_{name}", "agreements")
        op.drop_index(f"ix_agreements_{own}_turn", "agreements")
        op.drop_index(f"ix_agreements_{own}_touched", "agreements")
        op.create_index(f"ix_agreements_{own}_touched", "agreements", [own, "paper", "touched_at", "id"])
