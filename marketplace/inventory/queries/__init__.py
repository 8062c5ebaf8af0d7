"""What people read of stock: how many packs may be promised, what stands on the shelf, what moved, what is wrong."""

from marketplace.inventory.queries.faults import operators, stock_faults
from marketplace.inventory.queries.figures import (
    COLUMNS,
    HORIZON_DAYS,
    Figures,
    availability,
    figures,
    figures_in,
    in_stock,
    stocked,
    with_packs,
)
from marketplace.inventory.queries.shelves import (
    Shelf,
    movements_of,
    names_of,
    out_of_date_products,
    shelf_of,
    shelves_of,
    variants_of,
)

__all__ = [
    "COLUMNS",
    "HORIZON_DAYS",
    "Figures",
    "Shelf",
    "availability",
    "figures",
    "figures_in",
    "in_stock",
    "movements_of",
    "names_of",
    "operators",
    "out_of_date_products",
    "shelf_of",
    "shelves_of",
    "stock_faults",
    "stocked",
    "variants_of",
    "with_packs",
]
