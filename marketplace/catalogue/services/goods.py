"""What a producer does with her goods: describe, price, photograph, put on sale, withdraw, rename."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ALL_MONTHS, Photo, Product, ProductSet, SlugRedirect, TierPrice, Variant
from marketplace.catalogue.services.indexing import index, unindex
from marketplace.catalogue.states import Keeping, ProductAction, ProductState
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.files import Picture
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import move
from marketplace.core.refusals import Refused
from marketplace.core.text import slugify
from marketplace.messages import services as messages
from marketplace.places.models import Province

MOST_PHOTOS = 12
MOST_VARIANTS = 30
# with a number behind it, it still fits into the trail, which knows products by their slugs
LONGEST_SLUG = 56
# how many products of the same name may come at the same moment
ATTEMPTS = 20
SKU_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a producer writes about a product; months are a bit each, January the lowest."""

    name: str
    unit: str
    name_en: str = ""
    summary: str = ""
    summary_en: str = ""
    story: str = ""
    story_en: str = ""
    ingredients: str = ""
    usage: str = ""
    storage: str = ""
    shelf_life: str = ""
    keywords: str = ""
    place: str = ""
    season_months: int = ALL_MONTHS
    vat_percent: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a producer says of one pack: its price in đồng, its weights in grams, how it is kept."""

    name: str
    price_vnd: int
    gross_grams: int
    net_grams: int = 0
    minimum: int = 1
    multiple: int = 1
    keeping: Keeping = Keeping.STOCKED
    lead_days: int = 0
    daily_capacity: int | None = None
    is_actual_weight: bool = False
    seller_code: str | None = None


def create(
    seller: Organisation, description: Description, *, product_set: ProductSet, origin: Province, by: Actor
) -> Product:
    """A new product of a producer, a draft that only she sees."""
    product = Product(seller=seller, product_set=product_set, origin=origin, origin_now=origin.now)
    _describe(product, description)
    _settle(product, description.name)
    audit.record(audit.subject_of(product), "create", by=by, set=product_set.number)
    return product


def edit(product: Product, description: Description, *, by: Actor) -> None:
    """Say something else of a product; its address stays, and orders keep what they froze."""
    lock(product)
    before = product.vat_percent
    _describe(product, description)
    audit.record(audit.subject_of(product), "edit", by=by, vat_before=before, vat_after=product.vat_percent)
    _reindex(product)


def _describe(product: Product, description: Description) -> None:
    for name, value in asdict(description).items():
        setattr(product, name, value)


def rename(product: Product, name: str, *, by: Actor) -> None:
    """Give a product another name and address; the old address leads to the new one for ever."""
    lock(product)
    before, product.name = product.slug, name
    if slugify(name, most=LONGEST_SLUG) != before:
        audit.record(audit.subject_of(product), "rename", by=by)
        _settle(product, name)
        moved_here = SlugRedirect.kind == "product", SlugRedirect.target == before
        for moved in db.session.scalars(select(SlugRedirect).where(*moved_here)):
            moved.target = product.slug
        db.session.add(SlugRedirect(kind="product", slug=before, target=product.slug))
        messages.subject_renamed("product", before, product.slug)
    _reindex(product)


def _settle(product: Product, name: str) -> None:
    """Store a product under a free address; where another takes it at the same moment, under the next one."""
    for attempt in range(ATTEMPTS):
        try:
            with db.session.begin_nested():
                product.slug = _free_slug(name)
                db.session.add(product)
                db.session.flush()
        except IntegrityError as error:
            if attempt == ATTEMPTS - 1 or "slug" not in str(error.orig):
                raise
        else:
            return


def _free_slug(name: str) -> str:
    """An address that no product has or ever had."""
    wanted = slugify(name, most=LONGEST_SLUG) or "san-pham"
    # a product that is being renamed keeps its old address until it has the new one
    taken = select(Product.slug).where(or_(Product.slug == wanted, Product.slug.like(f"{wanted}-%")))
    once = select(SlugRedirect.slug).where(SlugRedirect.kind == "product", SlugRedirect.slug.like(f"{wanted}%"))
    known = set(db.session.scalars(taken)) | set(db.session.scalars(once))
    numbered = (f"{wanted}-{number}" for number in range(2, len(known) + 3))
    return wanted if wanted not in known else next(slug for slug in numbered if slug not in known)


# --- on sale or not --------------------------------------------------------------------------------------------------


def publish(product: Product, *, by: Actor) -> None:
    """Put a product on sale; it needs a verified producer and a pack with a price."""
    lock(product)
    if product.seller.state is OrganisationState.SUSPENDED:
        raise Refused(_l("Your organisation is suspended. You can sell again as soon as it is reinstated."))
    if product.seller.state is not OrganisationState.VERIFIED:
        raise Refused(_l("Your organisation is not verified yet. You can sell as soon as it is."))
    if not product.is_by_request and not any(pack.is_active and pack.price_vnd for pack in product.variants):
        raise Refused(_l("Add a pack with a price first."))
    move(product, ProductAction.PUBLISH, by=by)
    product.published_at = product.published_at or clock.now()
    _refresh_prices(product)
    index([product])


def withdraw(product: Product, *, by: Actor) -> None:
    """Take a product off the market; orders already placed go on."""
    lock(product)
    move(product, ProductAction.WITHDRAW, by=by)
    unindex([product.id])


def _reindex(product: Product) -> None:
    db.session.flush()
    if product.state is ProductState.PUBLISHED:
        index([product])


# --- packs and prices ------------------------------------------------------------------------------------------------


def add_variant(product: Product, pack: Pack, *, by: Actor) -> Variant:
    """Offer a product in one more pack, under a SKU that is unique everywhere."""
    lock(product)
    if len(product.variants) >= MOST_VARIANTS:
        raise Refused(_l("A product has at most %(most)s packs.", most=MOST_VARIANTS))
    variant = Variant(sku=_free_sku(), seller_id=product.seller_id, position=len(product.variants), **asdict(pack))
    product.variants.append(variant)
    db.session.flush()
    audit.record(audit.subject_of(variant), "add", by=by, price_vnd=pack.price_vnd)
    _refresh_prices(product)
    _reindex(product)
    return variant


def _free_sku() -> str:
    while True:
        sku = "OC" + "".join(secrets.choice(SKU_LETTERS) for _ in range(7))
        if db.session.scalar(select(Variant.id).where(Variant.sku == sku)) is None:
            return sku


def price(variant: Variant, price_vnd: int, *, tiers: Mapping[int, int], by: Actor) -> None:
    """Set the price of a pack in đồng and its lower prices from a quantity on; orders already placed keep theirs."""
    lock(variant.product, variant)
    steps = [price_vnd, *(tiers[least] for least in sorted(tiers))]
    if min(tiers, default=2) < 2 or any(later >= sooner for sooner, later in pairwise(steps)):
        raise Refused(_l("A larger quantity must have a lower price."), field="tiers")
    before, variant.price_vnd = variant.price_vnd, price_vnd
    kept = {tier.least_quantity: tier for tier in variant.tiers if tier.least_quantity in tiers}
    for tier in [tier for tier in variant.tiers if tier.least_quantity not in tiers]:
        variant.tiers.remove(tier)
        db.session.delete(tier)
    for least, price_each in tiers.items():
        if least in kept:
            kept[least].price_vnd = price_each
        else:
            variant.tiers.append(TierPrice(least_quantity=least, price_vnd=price_each))
    audit.record(audit.subject_of(variant), "price", by=by, before=str(before), after=str(price_vnd), tiers=len(tiers))
    _refresh_prices(variant.product)


def retire_variant(variant: Variant, *, by: Actor) -> None:
    """Stop offering a pack; carts and orders that hold it still know it."""
    lock(variant.product, variant)
    others = [one for one in variant.product.variants if one.is_active and one.id != variant.id]
    if not others and variant.product.state is ProductState.PUBLISHED and not variant.product.is_by_request:
        raise Refused(_l("This is the last pack on sale. Withdraw the product instead, or add another pack first."))
    variant.is_active = False
    audit.record(audit.subject_of(variant), "retire", by=by)
    _refresh_prices(variant.product)


def _refresh_prices(product: Product) -> None:
    """What lists show of the prices: the lowest, and whether quantity makes it lower."""
    db.session.flush()
    active = [variant for variant in product.variants if variant.is_active]
    product.price_from_vnd = min((variant.price_vnd for variant in active), default=0)
    product.has_wholesale = any(variant.tiers for variant in active)


# --- photos ----------------------------------------------------------------------------------------------------------


def add_photo(product: Product, picture: Picture, *, description: str, by: Actor) -> Photo:
    """Show one more picture of a product, behind the others."""
    lock(product)
    if len(product.photos) >= MOST_PHOTOS:
        raise Refused(_l("A product has at most %(most)s photos. Remove one first.", most=MOST_PHOTOS))
    last = db.session.scalar(select(func.max(Photo.position)).where(Photo.product_id == product.id))
    photo = Photo(sha256=picture.sha256, width=picture.width, height=picture.height, description=description)
    photo.position = 0 if last is None else last + 1
    product.photos.append(photo)
    db.session.flush()
    audit.record(audit.subject_of(product), "add_photo", by=by, sha256=picture.sha256)
    return photo


def remove_photo(photo: Photo, *, by: Actor) -> None:
    """Stop showing a picture of a product."""
    product = photo.product
    lock(product)
    product.photos.remove(photo)
    db.session.delete(photo)
    audit.record(audit.subject_of(product), "remove_photo", by=by, sha256=photo.sha256)


def describe_photo(photo: Photo, description: str, *, by: Actor) -> None:
    """Say what a picture shows, for people who cannot see it."""
    lock(photo.product)
    photo.description = description
    audit.record(audit.subject_of(photo.product), "describe_photo", by=by, sha256=photo.sha256)


def order_photos(product: Product, photo_ids: Sequence[int], *, by: Actor) -> None:
    """Show the pictures in this order; those that are not named come behind."""
    lock(product)
    places = {photo_id: place for place, photo_id in enumerate(photo_ids)}
    ordered = sorted(product.photos, key=lambda photo: (places.get(photo.id, len(places)), photo.position))
    for place, photo in enumerate(ordered):
        photo.position = place
    audit.record(audit.subject_of(product), "order_photos", by=by)
