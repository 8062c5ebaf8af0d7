"""What may happen to products; each verb runs inside the caller's writing()."""

from marketplace.catalogue.services.certificates import add_certificate, end_stars, revoke_certificate
from marketplace.catalogue.services.counting import add_up, count_anew, forget_older_changes
from marketplace.catalogue.services.figures import (
    add_sold,
    popularity_of,
    refresh_popularity,
    set_availability,
    set_rating,
)
from marketplace.catalogue.services.goods import (
    Description,
    Pack,
    add_photo,
    add_variant,
    create,
    edit,
    order_photos,
    price,
    publish,
    remove_photo,
    rename,
    retire_variant,
    withdraw,
)
from marketplace.catalogue.services.indexing import document_of, index, unindex
from marketplace.catalogue.services.sets import load_sets

__all__ = [
    "Description",
    "Pack",
    "add_certificate",
    "add_photo",
    "add_sold",
    "add_up",
    "add_variant",
    "count_anew",
    "create",
    "document_of",
    "edit",
    "end_stars",
    "forget_older_changes",
    "index",
    "load_sets",
    "order_photos",
    "popularity_of",
    "price",
    "publish",
    "refresh_popularity",
    "remove_photo",
    "rename",
    "retire_variant",
    "revoke_certificate",
    "set_availability",
    "set_rating",
    "unindex",
    "withdraw",
]
