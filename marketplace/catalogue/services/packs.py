"""What a pack is: its name, weights, how many at once, how it comes to be in stock."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import select

from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.services.goods import Pack, _refresh_prices, _reindex, add_variant
from marketplace.catalogue.states import Keeping
from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused


def pack_of(variant: Variant) -> Pack:
    """What a pack says of itself now."""
    return Pack(**{one.name: getattr(variant, one.name) for one in fields(Pack)})


def add_pack(product: Product, pack: Pack, *, by: Actor) -> Variant:
    """Offer a product in one more pack that makes sense."""
    _hold_codes(product, pack)
    check_pack(pack, seller_id=product.seller_id)
    return add_variant(product, pack, by=by)


def _hold_codes(product: Product, pack: Pack) -> None:
    """No other pack of this seller gets the same code meanwhile."""
    if pack.seller_code:
        lock(product.seller)


def change_pack(variant: Variant, pack: Pack, *, by: Actor) -> None:
    """A pack is described otherwise (weights in grams), its price aside; orders already placed keep what they froze."""
    _hold_codes(variant.product, pack)
    lock(variant.product, variant)
    check_pack(pack, seller_id=variant.seller_id, variant_id=variant.id)
    wished = {name: value for name, value in asdict(pack).items() if name != "price_vnd"}
    before = {name: str(getattr(variant, name)) for name in wished if getattr(variant, name) != wished[name]}
    for name, value in wished.items():
        setattr(variant, name, value)
    # names stay out of the trail
    told = {name: value for name, value in before.items() if name not in ("name", "seller_code")}
    audit.record(audit.subject_of(variant), "change", by=by, fields=sorted(before), was=told)
    _reindex(variant.product)


def offer_again(variant: Variant, *, by: Actor) -> None:
    """A pack that was no longer offered can be ordered again."""
    lock(variant.product, variant)
    variant.is_active = True
    audit.record(audit.subject_of(variant), "offer_again", by=by)
    _refresh_prices(variant.product)


def check_pack(pack: Pack, *, seller_id: int, variant_id: int = 0) -> None:
    """Refuse what contradicts itself, and a seller's own code that another of her packs has."""
    if pack.minimum % pack.multiple:
        raise Refused(_l("The least quantity has to be a multiple of the step."), field="minimum")
    if pack.net_grams > pack.gross_grams:
        raise Refused(_l("With its packing a pack cannot weigh less than without it."), field="gross_grams")
    if pack.is_actual_weight and not pack.net_grams:
        raise Refused(_l("Goods sold by what they weigh need an estimate: the net weight."), field="net_grams")
    if pack.keeping is Keeping.MADE_TO_ORDER and not pack.daily_capacity:
        raise Refused(_l("Say how many packs can be made in a day."), field="daily_capacity")
    if pack.seller_code and _is_taken(pack.seller_code, seller_id, variant_id):
        raise Refused(_l("Another of your packs has this code already."), field="seller_code")


def _is_taken(code: str, seller_id: int, variant_id: int) -> bool:
    same = select(Variant.id).where(Variant.seller_id == seller_id, Variant.seller_code == code)
    return db.session.scalar(same.where(Variant.id != variant_id)) is not None
