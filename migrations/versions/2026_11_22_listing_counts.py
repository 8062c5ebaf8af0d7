"""Counts of the list are kept beside the products: triggers note every change, whoever makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0006_listing_counts"
down_revision = "0005_heavy_parcels"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VALUES = ("origin_id", "set_id", "star", "in_stock", "has_wholesale", "season_months")
WATCHED = ("state", "seller_id", "star_until", *VALUES)
INDEXES = {
    "ix_products_popular": ("state", "popularity DESC", "id"),
    "ix_products_set_popular": ("set_id", "state", "popularity DESC", "id"),
    "ix_products_place_popular": ("origin_now_id", "state", "popularity DESC", "id"),
    "ix_products_star_until": ("state", "star_until"),
}


def _values(row: str) -> str:
    """A star without an end is never shown, so it is not counted; one that has ended is taken off by the reader."""
    star = f"CASE WHEN {row}.star_until IS NULL THEN 0 ELSE COALESCE({row}.star, 0) END"
    return ", ".join(star if name == "star" else f"{row}.{name}" for name in VALUES)


def _insert(values: str, number: str) -> str:
    return f"INSERT INTO listing_changes ({', '.join(VALUES)}, number) SELECT {values}, {number}"


def _noted(row: str, number: int, share: str = "") -> str:
    """A product is counted while it is on sale and its seller verified; the seller stays so until the commit."""
    seller = f"SELECT 1 FROM organisations WHERE id = {row}.seller_id AND state = 'verified'{share}"  # noqa: S608
    return f"{_insert(_values(row), str(number))} WHERE {row}.state = 'published' AND EXISTS ({seller})"


def _all_of(seller: str, sign: str) -> str:
    """Everything that a seller has on sale."""
    goods = f"FROM products p WHERE p.state = 'published' AND {seller}"
    return f"{_insert(_values('p'), f'{sign}COUNT(*)')} {goods} GROUP BY {_values('p')}"


def _differs(same: str) -> str:
    return " OR ".join(f"OLD.{name} {same} NEW.{name}" for name in WATCHED)


def _sqlite() -> list[str]:
    added, gone, watched = _noted("NEW", 1), _noted("OLD", -1), ", ".join(WATCHED)
    head, seller = "CREATE TRIGGER listing_counts", "p.seller_id = NEW.id"
    verified = "AFTER UPDATE OF state ON organisations WHEN"
    return [
        f"{head}_added AFTER INSERT ON products BEGIN {added}; END",
        f"{head}_removed AFTER DELETE ON products BEGIN {gone}; END",
        f"{head}_changed AFTER UPDATE OF {watched} ON products WHEN {_differs('IS NOT')} BEGIN {gone}; {added}; END",
        f"{head}_opened {verified} OLD.state <> 'verified' AND NEW.state = 'verified' BEGIN {_all_of(seller, '')}; END",
        f"{head}_closed {verified} OLD.state = 'verified' AND NEW.state <> 'verified' "
        f"BEGIN {_all_of(seller, '-')}; END",
    ]


def _postgresql() -> list[str]:
    added, gone, watched = _noted("NEW", 1, " FOR SHARE"), _noted("OLD", -1, " FOR SHARE"), ", ".join(WATCHED)
    goods = (
        f"BEGIN IF TG_OP <> 'INSERT' THEN {gone}; END IF; IF TG_OP <> 'DELETE' THEN {added}; END IF; RETURN NULL; END"
    )
    opened, closed = _all_of("p.seller_id = NEW.id", ""), _all_of("p.seller_id = NEW.id", "-")
    sellers = f"BEGIN IF NEW.state = 'verified' THEN {opened}; ELSE {closed}; END IF; RETURN NULL; END"
    function = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$"
    head, each = "CREATE TRIGGER listing_counts", "FOR EACH ROW"
    turned = "(OLD.state = 'verified') IS DISTINCT FROM (NEW.state = 'verified')"
    return [
        function.format("count_product", goods),
        function.format("count_seller", sellers),
        f"{head}_moved AFTER INSERT OR DELETE ON products {each} EXECUTE FUNCTION count_product()",
        f"{head}_changed AFTER UPDATE OF {watched} ON products {each} "
        f"WHEN ({_differs('IS DISTINCT FROM')}) EXECUTE FUNCTION count_product()",
        f"{head}_seller AFTER UPDATE OF state ON organisations {each} WHEN ({turned}) EXECUTE FUNCTION count_seller()",
    ]


def _dropped(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [f"DROP TRIGGER listing_counts_{what}" for what in ("added", "removed", "changed", "opened", "closed")]
    triggers = {"moved": "products", "changed": "products", "seller": "organisations"}
    dropped = [f"DROP TRIGGER listing_counts_{what} ON {table}" for what, table in triggers.items()]
    return [*dropped, "DROP FUNCTION count_product()", "DROP FUNCTION count_seller()"]


def upgrade() -> None:
    """Make the tables, count what is there, and watch from now on."""
    op.create_table(
        "listing_counts",
        sa.Column("given", sa.String(12), nullable=False),
        sa.Column("given_value", BIG, nullable=False),
        sa.Column("facet", sa.String(12), nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("given", "given_value", "facet", "value", name=op.f("pk_listing_counts")),
    )
    op.create_table(
        "listing_changes",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("origin_id", BIG, nullable=False),
        sa.Column("set_id", BIG, nullable=False),
        sa.Column("star", sa.Integer(), nullable=False),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.Column("has_wholesale", sa.Boolean(), nullable=False),
        sa.Column("season_months", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # nobody may slip between the count and the triggers
        op.execute("LOCK TABLE organisations, products IN SHARE ROW EXCLUSIVE MODE")
    for name, columns in INDEXES.items():
        op.create_index(name, "products", [sa.text(column) for column in columns])
    for statement in _sqlite() if dialect == "sqlite" else _postgresql():
        op.execute(statement)
    op.execute(_all_of("p.seller_id IN (SELECT id FROM organisations WHERE state = 'verified')", ""))


def downgrade() -> None:
    """Take the triggers, the tables and the indexes away."""
    for statement in _dropped(op.get_bind().dialect.name):
        op.execute(statement)
    for name in reversed(INDEXES):
        op.drop_index(name, "products")
    op.drop_table("listing_changes")
    op.drop_table("listing_counts")
