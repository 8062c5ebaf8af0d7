"""A sale among plenty changes no page: product pages say how many packs there are only where few are left."""

from alembic import op

revision = "0028_plenty"
down_revision = "0027_food_safety"
branch_labels = None
depends_on = None

NAME = "page_stock_items_changed"
# far above what a page counts ("only 5 left"), beyond what a buyer has to take at least
PLENTY = 100
PRODUCT = "(SELECT product_id FROM variants WHERE id = NEW.variant_id)"
LEAST = "(SELECT minimum FROM variants WHERE id = NEW.variant_id)"
# the server's day is UTC; in Vietnam it may be one day later
EXPIRED = (
    "(SELECT coalesce(sum(on_hand), 0) FROM lots WHERE stock_item_id = NEW.id AND best_before <= CURRENT_DATE)"
)


def _plenty(row: str) -> str:
    return f"{row}.on_hand - {row}.reserved - {EXPIRED} > {PLENTY} + {LEAST}"


def _noted(unless: str = "") -> str:
    rest = f" AND NOT ({unless})" if unless else ""
    return f"INSERT INTO page_changes (scope) SELECT {PRODUCT} WHERE {PRODUCT} IS NOT NULL{rest}; "


def _watch(body: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {NAME}")
        op.execute(f"CREATE TRIGGER {NAME} AFTER UPDATE ON stock_items BEGIN {body}END")
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}RETURN NULL; END $$"
    )


def upgrade() -> None:
    """Note a stock's change only where there was, or is now, less than plenty."""
    _watch(_noted(unless=f"{_plenty('OLD')} AND {_plenty('NEW')}"))


def downgrade() -> None:
    """Note every change."""
    _watch(_noted())
