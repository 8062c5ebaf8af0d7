"""What may happen to products; each verb runs inside the caller's writing()."""

from marketplace.catalogue.services.agreed_prices import end_agreed_prices, set_agreed_prices
from marketplace.catalogue.services.certificates import (
    add_certificate,
    declare_certificate,
    end_stars,
    refuse_certificate,
    revoke_certificate,
    take_back_certificate,
    verify_certificate,
)
from marketplace.catalogue.services.counting import add_up, count_anew, forget_older_changes
from marketplace.catalogue.services.figures import (
    add_sold,
    popularity_of,
    refresh_popularity,
    set_availability,
    set_rating,
)
from marketplace.catalogue.services.food_safety import enter_food_safety, take_out_food_safety
from marketplace.catalogue.services.goods import (
    Description,
    Pack,
    add_photo,
    add_variant,
    create,
    describe_photo,
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
from marketplace.catalogue.services.packs import add_pack, change_pack, offer_again, pack_of
from marketplace.catalogue.services.sets import load_sets

__all__ = [
    "Description",
    "Pack",
    "add_certificate",
    "add_pack",
    "add_photo",
    "add_sold",
    "add_up",
    "add_variant",
    "change_pack",
    "count_anew",
    "create",
    "declare_certificate",
    "describe_photo",
    "document_of",
    "edit",
    "end_agreed_prices",
    "end_stars",
    "enter_food_safety",
    "forget_older_changes",
    "index",
    "load_sets",
    "offer_again",
    "order_photos",
    "pack_of",
    "popularity_of",
    "price",
    "publish",
    "refresh_popularity",
    "refuse_certificate",
    "remove_photo",
    "rename",
    "retire_variant",
    "revoke_certificate",
    "set_agreed_prices",
    "set_availability",
    "set_rating",
    "take_back_certificate",
    "take_out_food_safety",
    "unindex",
    "verify_certificate",
    "withdraw",
]
