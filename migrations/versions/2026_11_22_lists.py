"""What public pages show is watched: triggers note which page changed. Lists have an index for each order."""

import sqlalchemy as sa
from alembic import op

revision = "0019_lists"
down_revision = "0018_api"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTS = "0"
# what cards in lists show, or lists are filtered and sorted by, but for what changes with every sale
ON_CARDS = (
    "state", "slug", "name", "name_en", "summary", "summary_en", "price_from_vnd", "has_wholesale", "in_stock", "star",
    "star_until", "star_is_illustrative", "rating_sum", "rating_count", "origin_id", "set_id", "unit", "season_months",
)  # fmt: skip
# lists end where a page is full; models cannot say which columns fall. The seller stands in each of them, so that far
# pages are counted off in the index alone
ORDERS = {
    "ix_products_star_popular": ("star", "state", "popularity DESC", "id", "seller_id"),
    "ix_products_newest_popular": ("state", "published_at DESC", "id DESC", "seller_id"),
    "ix_products_price_popular": ("state", "price_from_vnd", "popularity DESC", "id", "seller_id"),
    "ix_products_dear_popular": ("state", "price_from_vnd DESC", "popularity DESC", "id", "seller_id"),
    "ix_products_seller_popular": ("seller_id", "state", "popularity DESC", "id"),
}
WIDER = {
    "ix_products_popular": ("state", "popularity DESC", "id"),
    "ix_products_set_popular": ("set_id", "state", "popularity DESC", "id"),
    "ix_products_place_popular": ("origin_now_id", "state", "popularity DESC", "id"),
}
PRODUCT_OF_VARIANT = "(SELECT product_id FROM variants WHERE id = {row}.variant_id)"
SELLER_OF_TABLE = "(SELECT -organisation_id FROM freight_tables WHERE id = {row}.table_id)"
# which page shows a row of a table; a page is a product's id, a seller's id below zero, or all lists
SHOWN = {
    "products": "{row}.id",
    "variants": "{row}.product_id",
    "tier_prices": PRODUCT_OF_VARIANT,
    "photos": "{row}.product_id",
    "certificates": "{row}.product_id",
    "stock_items": PRODUCT_OF_VARIANT,
    "reviews": "{row}.product_id",
    "organisations": "-{row}.id",
    "shops": "-{row}.organisation_id",
    "freight_tables": "-{row}.organisation_id",
    "freight_zones": SELLER_OF_TABLE,
}
EVENTS = {"added": ("INSERT", "NEW"), "changed": ("UPDATE", "NEW"), "removed": ("DELETE", "OLD")}
ALSO_IN_LISTS = ("photos", "organisations")


def _noted(scope: str) -> str:
    return f"INSERT INTO page_changes (scope) SELECT {scope} WHERE {scope} IS NOT NULL; "


def _body(table: str, row: str) -> str:
    lists = _noted(LISTS) if table in ALSO_IN_LISTS else ""
    return _noted(SHOWN[table].format(row=row)) + lists


def _triggers(dialect: str) -> list[tuple[str, str, str, str]]:
    """Name, table, when, and what is written."""
    found = [
        (f"page_{table}_{name}", table, f"AFTER {event} ON {table}", _body(table, row))
        for table in SHOWN
        for name, (event, row) in EVENTS.items()
    ]
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in ON_CARDS)
    update = f"AFTER UPDATE OF {', '.join(ON_CARDS)} ON products"
    when = f"WHEN {changed}" if dialect == "sqlite" else f"FOR EACH ROW WHEN ({changed})"
    found.append(("page_lists_changed", "products", f"{update} {when}", _noted(LISTS)))
    found += [
        (f"page_lists_{name}", "products", f"AFTER {event} ON products", _noted(LISTS))
        for name, event in (("added", "INSERT"), ("removed", "DELETE"))
    ]
    return found


def _made(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [f"CREATE TRIGGER {name} {when} BEGIN {body}END" for name, _table, when, body in _triggers(dialect)]
    made = []
    for name, _table, when, body in _triggers(dialect):
        each = "" if "FOR EACH ROW" in when else " FOR EACH ROW"
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}RETURN NULL; END $$",
            f"CREATE TRIGGER {name} {when}{each} EXECUTE FUNCTION {name}()",
        ]
    return made


def _dropped(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [f"DROP TRIGGER {name}" for name, *_rest in _triggers(dialect)]
    return [
        statement
        for name, table, *_rest in _triggers(dialect)
        for statement in (f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()")
    ]


def upgrade() -> None:
    """Make the table, watch from now on, and index the orders of lists."""
    op.create_table(
        "page_changes",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("scope", BIG, nullable=False),
    )
    op.create_index("ix_page_changes_scope", "page_changes", ["scope", "id"])
    for statement in _made(op.get_bind().dialect.name):
        op.execute(statement)
    for name, columns in ORDERS.items():
        op.create_index(name, "products", [sa.text(column) for column in columns])
    for name, columns in WIDER.items():
        op.drop_index(name, "products")
        op.create_index(name, "products", [sa.text(column) for column in (*columns, "seller_id")])


def downgrade() -> None:
    """Watch no more, and let the orders go."""
    for name, columns in WIDER.items():
        op.drop_index(name, "products")
        op.create_index(name, "products", [sa.text(column) for column in columns])
    for name in ORDERS:
        op.drop_index(name, "products")
    for statement in _dropped(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("page_changes")
