"""What people read in the storefronts: figures, the map, facts of provinces, shops and a producer's own goods."""

from marketplace.storefronts.queries.desk import own_products
from marketplace.storefronts.queries.facts import Fact, facts_of
from marketplace.storefronts.queries.figures import Figures, market_figures
from marketplace.storefronts.queries.packs import Pack, packs_of
from marketplace.storefronts.queries.public import is_migrated, public_slugs
from marketplace.storefronts.queries.shops import seller_by_id, seller_by_slug, shop_cards, shop_moved_to, shop_of
from marketplace.storefronts.queries.tiles import TileMap, tile_map

__all__ = [
    "Fact",
    "Figures",
    "Pack",
    "TileMap",
    "facts_of",
    "is_migrated",
    "market_figures",
    "own_products",
    "packs_of",
    "public_slugs",
    "seller_by_id",
    "seller_by_slug",
    "shop_cards",
    "shop_moved_to",
    "shop_of",
    "tile_map",
]
