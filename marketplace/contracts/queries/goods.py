"""Goods of a seller as lines of an agreement: found by words or SKU, with star and certificate as they are today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import Certificate, Product, Variant
from marketplace.catalogue.states import CertificateBasis, ProductState
from marketplace.core.database import db
from marketplace.core.text import clean, fold

FOUND = 20


@dataclass(frozen=True, slots=True)
class Good:
    """One pack of a seller's catalogue, with the certificates of its product."""

    sku: str
    product: str
    pack: str
    unit: str
    price_vnd: int
    vat_percent: int
    certificates: tuple[Certificate, ...]

    def certificate_on(self, day: date) -> Certificate | None:
        """The certificate that is in force on a day; what only the seller says of herself counts for nothing."""
        fit = (one for one in self.certificates if one.issued_on <= day <= one.valid_until)
        return max(fit, key=lambda one: one.valid_until, default=None)

    def last_certificate(self) -> Certificate | None:
        """The one that lasts longest."""
        return max(self.certificates, key=lambda one: one.valid_until, default=None)

    def facts(self, day: date) -> dict[str, Any]:
        """What a line says of the goods by itself: the seller cannot write it otherwise."""
        paper = self.certificate_on(day) or self.last_certificate()
        shown = {"number": paper.number, "valid_until": paper.valid_until.isoformat()} if paper else None
        words = {"sku": self.sku, "product": self.product, "pack": self.pack, "unit": self.unit}
        return {**words, "star": paper.star if paper else None, "certificate": shown}


def goods_by_sku(seller_id: int, skus: Iterable[str]) -> Mapping[str, Good]:
    """The seller's packs with these SKUs; others are left out."""
    wanted = _goods_of(seller_id).where(Variant.sku.in_(sorted({clean(one) for one in skus})))
    return {one.sku: _good(one) for one in db.session.scalars(wanted)}


def goods_found(seller_id: int, words: str) -> list[Good]:
    """The seller's packs whose product or SKU holds all words, without regard to accents; at most twenty."""
    asked = _goods_of(seller_id).order_by(Product.name, Variant.position, Variant.id)
    wanted = fold(words).split()
    fit = (one for one in db.session.scalars(asked) if _holds(one, wanted))
    return [_good(one) for one, _number in zip(fit, range(FOUND), strict=False)]


def _holds(variant: Variant, words: list[str]) -> bool:
    text = fold(f"{variant.product.name} {variant.name} {variant.sku} {variant.seller_code or ''}")
    return all(word in text for word in words)


def _goods_of(seller_id: int) -> Select[Variant]:
    whole = joinedload(Variant.product).options(selectinload(Product.certificates))
    on_sale = Variant.is_active & (Product.state == ProductState.PUBLISHED)
    return select(Variant).join(Variant.product).where(Variant.seller_id == seller_id, on_sale).options(whole)


def unit_of(pack: str) -> str:
    """What one pack is called in a contract: "túi" of "túi 5 kg"; a pack named by its weight alone is a "gói"."""
    first = pack.partition(" ")[0].lower()
    return first if first.isalpha() else "gói"


def _good(variant: Variant) -> Good:
    papers = (one for one in variant.product.certificates if one.basis is not CertificateBasis.DECLARED)
    return Good(
        sku=variant.sku,
        product=variant.product.name,
        pack=variant.name,
        unit=unit_of(variant.name),
        price_vnd=variant.price_vnd,
        vat_percent=variant.product.vat_percent,
        certificates=tuple(one for one in papers if one.revoked_on is None),
    )
