"""What people read in the storefronts: figures, the map, facts of provinces, shops and a producer's own goods."""

from marketplace.storefronts.queries.desk import own_products
from marketplace.storefronts.queries.facts import Fact, facts_of
from marketplace.storefronts.queries.favourites import MOST_KEPT, Kept, cards_of, is_kept, kept_by, kept_slugs
from marketplace.storefronts.queries.figures import Figures, market_figures
from marketplace.storefronts.queries.imports import (
    Tally,
    count_waiting_certificates,
    import_by_ref,
    imports_of,
    outcome_rows,
    rows_of,
    tally_of,
    waiting_certificates,
)
from marketplace.storefronts.queries.packs import Pack, packs_of
from marketplace.storefronts.queries.public import is_migrated, public_slugs, sitemap_parts
from marketplace.storefronts.queries.shops import (
    ShopFigures,
    marks_of_shops,
    papers_of,
    seller_by_id,
    seller_by_slug,
    shop_cards,
    shop_figures,
    shop_moved_to,
    shop_of,
)
from marketplace.storefronts.queries.suggestions import Suggestion, suggestions
from marketplace.storefronts.queries.tiles import TileMap, tile_map

__all__ = [
    "MOST_KEPT",
    "Fact",
    "Figures",
    "Kept",
    "Pack",
    "ShopFigures",
    "Suggestion",
    "Tally",
    "TileMap",
    "cards_of",
    "count_waiting_certificates",
    "facts_of",
    "import_by_ref",
    "imports_of",
    "is_kept",
    "is_migrated",
    "kept_by",
    "kept_slugs",
    "market_figures",
    "marks_of_shops",
    "outcome_rows",
    "own_products",
    "packs_of",
    "papers_of",
    "public_slugs",
    "rows_of",
    "seller_by_id",
    "seller_by_slug",
    "shop_cards",
    "shop_figures",
    "shop_moved_to",
    "shop_of",
    "sitemap_parts",
    "suggestions",
    "tally_of",
    "tile_map",
    "waiting_certificates",
]
