"""Product sets, products with their packs, prices, photos and OCOP certificates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.catalogue.states import PRODUCT, CertificateBasis, FoodSafetyKind, Keeping, ProductAction, ProductState
from marketplace.core import clock
from marketplace.core.database import Base, BigId, Id, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.places.models import Province

ALL_MONTHS = 0b111111111111
ALCOHOL_SETS = frozenset({14, 15})
TOURISM_SET = 26


class ProductSet(Base):
    """One of the 26 sets of criteria (Decision 26/2026/QĐ-TTg)."""

    __tablename__ = "product_sets"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)
    industry: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160))


class Product(Base):
    """What a producer sells; packs are its variants. Figures for lists are kept beside it by those who know them."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("star IS NULL OR star BETWEEN 3 AND 5", name="star_known"),
        CheckConstraint("season_months BETWEEN 0 AND 4095", name="season_months_known"),
        CheckConstraint("vat_percent IN (0, 5, 8, 10)", name="vat_known"),
        *not_negative("price_from_vnd", "sold", "rating_sum", "rating_count"),
        Index("ix_products_listing", "state", "popularity", "id"),
        # lists in the order of popularity, which falls, have indexes of their own in the migrations
        Index("ix_products_star_until", "state", "star_until"),
    )

    machine: ClassVar[Machine[ProductState, ProductAction]] = PRODUCT

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(90), unique=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("product_sets.id"), index=True)
    state: Mapped[ProductState] = enumerated(ProductState, "state", default=ProductState.DRAFT)
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(String(200), default="")
    summary_en: Mapped[str] = mapped_column(String(200), default="")
    story: Mapped[str] = mapped_column(Text, default="")
    story_en: Mapped[str] = mapped_column(Text, default="")
    ingredients: Mapped[str] = mapped_column(Text, default="")
    usage: Mapped[str] = mapped_column(Text, default="")
    storage: Mapped[str] = mapped_column(Text, default="")
    shelf_life: Mapped[str] = mapped_column(String(120), default="")
    keywords: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(5), default="vi")
    origin_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    origin_now_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    place: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str] = mapped_column(String(20))
    season_months: Mapped[int] = mapped_column(default=ALL_MONTHS)
    vat_percent: Mapped[int] = mapped_column(default=8)
    popularity: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    price_from_vnd: Mapped[Vnd] = mapped_column(default=0, index=True)
    has_wholesale: Mapped[bool] = mapped_column(default=False)
    in_stock: Mapped[bool] = mapped_column(default=False)
    star: Mapped[int | None]
    star_until: Mapped[date | None]
    star_is_illustrative: Mapped[bool] = mapped_column(default=False)
    sold: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)

    seller: Mapped[Organisation] = relationship()
    product_set: Mapped[ProductSet] = relationship()
    origin: Mapped[Province] = relationship(foreign_keys=[origin_id])
    origin_now: Mapped[Province] = relationship(foreign_keys=[origin_now_id])
    variants: Mapped[list[Variant]] = relationship(back_populates="product", order_by="Variant.position, Variant.id")
    photos: Mapped[list[Photo]] = relationship(back_populates="product", order_by="Photo.position, Photo.id")
    certificates: Mapped[list[Certificate]] = relationship(back_populates="product", order_by="Certificate.issued_on")

    @property
    def ref(self) -> str:
        """Products are known by their slug."""
        return self.slug

    @property
    def star_now(self) -> int | None:
        """The star that may be shown today: only with a certificate in force."""
        return self.star if self.star and self.star_until and self.star_until >= clock.today() else None

    @property
    def months(self) -> list[int]:
        """The months of its season."""
        return [month for month in range(1, 13) if self.season_months >> (month - 1) & 1]

    @property
    def is_in_season(self) -> bool:
        """Its season includes this month."""
        return clock.today().month in self.months

    @property
    def is_alcohol(self) -> bool:
        """Sold only to adults, never on delivery, never suggested."""
        return self.product_set.number in ALCOHOL_SETS

    @property
    def is_by_request(self) -> bool:
        """Tourism is arranged by request, not put into a cart."""
        return self.product_set.number == TOURISM_SET


class Variant(Base):
    """One pack: its price is the pack's and quantities count packs. Weights in grams."""

    __tablename__ = "variants"
    __table_args__ = (
        UniqueConstraint("seller_id", "seller_code"),
        *not_negative("price_vnd", "net_grams", "gross_grams", "lead_days"),
        CheckConstraint("minimum >= 1", name="minimum_positive"),
        CheckConstraint("multiple >= 1", name="multiple_positive"),
    )

    id: Mapped[Id]
    sku: Mapped[str] = mapped_column(String(20), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    seller_code: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    price_vnd: Mapped[Vnd]
    net_grams: Mapped[int] = mapped_column(default=0)
    gross_grams: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=1)
    multiple: Mapped[int] = mapped_column(default=1)
    keeping: Mapped[Keeping] = enumerated(Keeping, "keeping", default=Keeping.STOCKED)
    lead_days: Mapped[int] = mapped_column(default=0)
    daily_capacity: Mapped[int | None]
    is_actual_weight: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = relationship(back_populates="variants")
    tiers: Mapped[list[TierPrice]] = relationship(back_populates="variant", order_by="TierPrice.least_quantity")

    @property
    def ref(self) -> str:
        """Variants are known by their SKU."""
        return self.sku

    @property
    def is_by_weight(self) -> bool:
        """Ordered by an estimate, settled by what the packs weigh when they leave."""
        return self.is_actual_weight and self.net_grams > 0

    @property
    def price_per_kilo(self) -> Decimal | None:
        """The price of 1.000 g, for packs that say their net weight."""
        return Decimal(self.price_vnd) * 1000 / self.net_grams if self.net_grams else None

    def price_for(self, quantity: int) -> int:
        """The price of one pack when this many are bought, in đồng."""
        reached = [tier.price_vnd for tier in self.tiers if tier.least_quantity <= quantity]
        return min([self.price_vnd, *reached])


class TierPrice(Base):
    """A lower price from a quantity on."""

    __tablename__ = "tier_prices"
    __table_args__ = (
        UniqueConstraint("variant_id", "least_quantity"),
        CheckConstraint("least_quantity >= 2", name="least_quantity_above_one"),
        *not_negative("price_vnd"),
    )

    id: Mapped[Id]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    least_quantity: Mapped[int]
    price_vnd: Mapped[Vnd]

    variant: Mapped[Variant] = relationship(back_populates="tiers")


class AgreedPrice(Base):
    """What one buyer pays for a pack under a contract (`basis`), VAT included, while it can be called: hers alone."""

    __tablename__ = "agreed_prices"
    __table_args__ = (
        UniqueConstraint("basis", "variant_id"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        *not_negative("price_vnd"),
        Index("ix_agreed_prices_buyer_id_variant_id", "buyer_id", "variant_id"),
    )

    id: Mapped[Id]
    basis: Mapped[str] = mapped_column(String(32))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    price_vnd: Mapped[Vnd]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Photo(Base):
    """A picture of a product, in its order."""

    __tablename__ = "photos"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    description: Mapped[str] = mapped_column(String(160), default="")
    position: Mapped[int] = mapped_column(default=0)

    product: Mapped[Product] = relationship(back_populates="photos")


class Certificate(Base):
    """An OCOP certificate: valid 36 months from issue unless revoked."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("star BETWEEN 3 AND 5", name="star_known"),
        CheckConstraint("issued_on <= valid_until", name="dates_in_order"),
    )

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    star: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    revoked_on: Mapped[date | None]
    basis: Mapped[CertificateBasis] = enumerated(CertificateBasis, "basis")
    declared_at: Mapped[datetime | None] = mapped_column(index=True)
    refused_on: Mapped[date | None]
    judgement: Mapped[str | None] = mapped_column(String(300))

    product: Mapped[Product] = relationship(back_populates="certificates")

    @property
    def is_waiting(self) -> bool:
        """Its producer has declared it, and nobody has compared it with the paper yet."""
        return self.basis is CertificateBasis.DECLARED and self.refused_on is None and self.revoked_on is None

    @property
    def is_in_force(self) -> bool:
        """It may be shown today: what only its producer says of it may not."""
        if self.basis is CertificateBasis.DECLARED:
            return False
        return self.issued_on <= clock.today() <= self.valid_until and self.revoked_on is None


class FoodSafetyPaper(Base):
    """A paper on food safety of a producer as she has copied it; departments read it, nobody has compared it."""

    __tablename__ = "food_safety_papers"
    __table_args__ = (
        UniqueConstraint("seller_id", "number"),
        CheckConstraint("issued_on <= valid_until", name="dates_in_order"),
    )

    id: Mapped[Id]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[FoodSafetyKind] = enumerated(FoodSafetyKind, "kind")
    number: Mapped[str] = mapped_column(String(60))
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    declared_at: Mapped[datetime]

    @property
    def is_in_force(self) -> bool:
        """It counts today."""
        return self.issued_on <= clock.today() <= self.valid_until

    @property
    def may_go(self) -> bool:
        """What was typed wrongly can be taken out on the same day; later it stays, so that nobody hides what ended."""
        return clock.local(self.declared_at).date() == clock.today()


class SlugRedirect(Base):
    """An address that a product or a shop once had; slugs never change hands."""

    __tablename__ = "slug_redirects"
    __table_args__ = (UniqueConstraint("kind", "slug"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(String(90))
    target: Mapped[str] = mapped_column(String(90))


class ListingCount(Base):
    """How many visible products have a value, alone (`given` is empty) or among those that have another value."""

    __tablename__ = "listing_counts"

    given: Mapped[str] = mapped_column(String(12), primary_key=True)
    given_value: Mapped[int] = mapped_column(BigId, primary_key=True)
    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class ListingChange(Base):
    """So many more (or fewer) visible products that share all these values: written by triggers, added up later."""

    __tablename__ = "listing_changes"

    id: Mapped[Id]
    origin_id: Mapped[int] = mapped_column(BigId)
    set_id: Mapped[int] = mapped_column(BigId)
    star: Mapped[int]
    in_stock: Mapped[bool]
    has_wholesale: Mapped[bool]
    season_months: Mapped[int]
    number: Mapped[int]


class PageChange(Base):
    """Something that public pages show has changed: a product's page (its id), a seller's (below zero), lists (0)."""

    __tablename__ = "page_changes"
    __table_args__ = (Index("ix_page_changes_scope", "scope", "id"),)

    id: Mapped[Id]
    scope: Mapped[int] = mapped_column(BigId)
