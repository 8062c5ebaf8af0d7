"""What people read of the catalogue: lists with facets, one product, cards for other pages, counts."""

from marketplace.catalogue.queries.cards import Card, card_rows, cards
from marketplace.catalogue.queries.facets import Choice, Facets
from marketplace.catalogue.queries.filters import Filters, Sort, in_season, no_alcohol, star_now, visible
from marketplace.catalogue.queries.listing import Listing, listing
from marketplace.catalogue.queries.products import (
    MarketCounts,
    cards_of_province,
    cards_of_shop,
    counts_by_origin,
    counts_by_province,
    counts_by_set,
    in_season_now,
    market_counts,
    moved_to,
    newest,
    popular,
    product_by_slug,
    products_of,
    sets,
    shelf,
    similar,
    titles,
    variant_by_sku,
    visible_to,
)
from marketplace.catalogue.queries.wording import Wish

__all__ = [
    "Card",
    "Choice",
    "Facets",
    "Filters",
    "Listing",
    "MarketCounts",
    "Sort",
    "Wish",
    "card_rows",
    "cards",
    "cards_of_province",
    "cards_of_shop",
    "counts_by_origin",
    "counts_by_province",
    "counts_by_set",
    "in_season",
    "in_season_now",
    "listing",
    "market_counts",
    "moved_to",
    "newest",
    "no_alcohol",
    "popular",
    "product_by_slug",
    "products_of",
    "sets",
    "shelf",
    "similar",
    "star_now",
    "titles",
    "variant_by_sku",
    "visible",
    "visible_to",
]
