"""What people read of stock: how many packs may be promised, what stands on the shelf, what moved, what is wrong."""

from marketplace.inventory.queries.faults import operators, stock_faults
from marketplace.inventory.queries.figures import HORIZON_DAYS, Figures, availability, figures, in_stock
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
    "HORIZON_DAYS",
    "Figures",
    "Shelf",
    "availability",
    "figures",
    "in_stock",
    "movements_of",
    "names_of",
    "operators",
    "out_of_date_products",
    "shelf_of",
    "shelves_of",
    "stock_faults",
    "variants_of",
]
