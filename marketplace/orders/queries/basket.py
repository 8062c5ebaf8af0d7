"""The basket: a cart as it would be bought now, with prices, freight, days and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.states import Keeping, ProductState
from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.orders.models import Cart
from marketplace.orders.queries import carts, freight
from marketplace.orders.queries.freight import Freight, Quote
from marketplace.orders.queries.wares import Goods, Pack, Shop
from marketplace.orders.states import DeliveryKind
from marketplace.places.models import Province
from marketplace.web.filters import months, vnd


@dataclass(frozen=True, slots=True)
class Line:
    """One variant in the basket; prices of one pack in đồng, VAT included."""

    variant: Pack
    quantity: int
    unit_price_vnd: int
    available: int
    problem: str | None = None

    @property
    def product(self) -> Goods:
        """What the pack holds."""
        return self.variant.product

    @property
    def amount_vnd(self) -> int:
        """The price of all its packs."""
        return self.unit_price_vnd * self.quantity

    @property
    def grams(self) -> int:
        """What they weigh when packed."""
        return self.variant.gross_grams * self.quantity

    @property
    def made_by(self) -> date | None:
        """When packs that are made to order can be ready at the earliest."""
        if self.variant.keeping is not Keeping.MADE_TO_ORDER:
            return None
        days = -(-self.quantity // max(1, self.variant.daily_capacity or self.quantity)) - 1
        return clock.today() + timedelta(days=self.variant.lead_days + days)


@dataclass(slots=True)
class Part:
    """One seller's share of the basket."""

    seller: Shop
    lines: list[Line]
    table: Freight | None
    quotes: dict[DeliveryKind, Quote] = field(default_factory=dict)
    chosen: DeliveryKind | None = None

    @property
    def goods_vnd(self) -> int:
        """The sum of its lines."""
        return sum(line.amount_vnd for line in self.lines)

    @property
    def grams(self) -> int:
        """The weight of its parcel."""
        return sum(line.grams for line in self.lines)

    @property
    def quote(self) -> Quote | None:
        """The chosen way to get the goods."""
        return self.quotes.get(self.chosen) if self.chosen else None

    @property
    def freight_vnd(self) -> int:
        """The freight of the chosen way; 0 while no place is known."""
        return self.quote.price_vnd if self.quote and self.quote.is_possible else 0

    @property
    def total_vnd(self) -> int:
        """Goods and freight."""
        return self.goods_vnd + self.freight_vnd

    @property
    def options(self) -> list[Quote]:
        """The ways that can be chosen."""
        return [quote for quote in self.quotes.values() if quote.is_possible]

    @property
    def has_alcohol(self) -> bool:
        """Needs a statement of age and cannot be paid on delivery."""
        return any(line.product.is_alcohol for line in self.lines)

    @property
    def problems(self) -> list[str]:
        """Why this part cannot be ordered as it is."""
        found = [line.problem for line in self.lines if line.problem]
        if self.table and self.goods_vnd < self.table.least_order_vnd:
            found.append(
                _(
                    "%(seller)s takes orders from %(least)s.",
                    seller=self.seller.name,
                    least=vnd(self.table.least_order_vnd),
                )
            )
        if self.quotes and not self.options:
            found.append(str(self.quotes[DeliveryKind.SHIP].refusal))
        elif self.quote and not self.quote.is_possible:
            found.append(str(self.quote.refusal))
        return found


@dataclass(slots=True)
class Basket:
    """The whole cart as it would be bought now."""

    cart: Cart | None
    province: Province | None
    parts: list[Part]

    @property
    def goods_vnd(self) -> int:
        """All goods."""
        return sum(part.goods_vnd for part in self.parts)

    @property
    def freight_vnd(self) -> int:
        """All freight."""
        return sum(part.freight_vnd for part in self.parts)

    @property
    def total_vnd(self) -> int:
        """What the buyer pays in the end."""
        return self.goods_vnd + self.freight_vnd

    @property
    def count(self) -> int:
        """How many packs."""
        return sum(line.quantity for part in self.parts for line in part.lines)

    @property
    def problems(self) -> list[str]:
        """Everything that stands in the way, part by part."""
        return [problem for part in self.parts for problem in part.problems]

    @property
    def has_alcohol(self) -> bool:
        """Some part needs a statement of age."""
        return any(part.has_alcohol for part in self.parts)


def basket_of(
    cart: Cart | None, province: Province | None = None, deliveries: Mapping[str, str] | None = None
) -> Basket:
    """The basket of a cart for a place, with the chosen ways `{shop slug: "ship" | "pick-up"}`; two to four queries."""
    by_seller: dict[int, list[Line]] = {}
    for pack, quantity in carts.packs_of(cart) if cart else []:
        by_seller.setdefault(pack.seller_id, []).append(_priced(pack, quantity))
    tables = freight.tables_of(by_seller) if by_seller else {}
    parts = [Part(found[0].product.seller, found, tables.get(seller_id)) for seller_id, found in by_seller.items()]
    for part in parts:
        _quote(part, province, (deliveries or {}).get(part.seller.slug))
    return Basket(cart, province, parts)


def _quote(part: Part, province: Province | None, wanted: str | None) -> None:
    if province is None:
        return
    ready = max((line.made_by for line in part.lines if line.made_by), default=None)
    ship = freight.ship_quote(
        part.table, part.seller, province, grams=part.grams, goods_vnd=part.goods_vnd, ready_on=ready
    )
    part.quotes = {DeliveryKind.SHIP: ship, DeliveryKind.PICK_UP: freight.pick_up_quote(part.table, ready)}
    part.chosen = _choice(part, wanted)


def _choice(part: Part, wanted: str | None) -> DeliveryKind | None:
    if wanted in {kind.value for kind in DeliveryKind}:
        return DeliveryKind(wanted)
    return next((quote.kind for quote in part.options), None)


def _priced(pack: Pack, quantity: int) -> Line:
    available = pack.figures.available
    return Line(pack, quantity, pack.price_for(quantity), available, problem_with(pack, quantity, available))


def problem_with(variant: Pack, quantity: int, available: int) -> str | None:
    """Why this many packs of a variant cannot be ordered now, or None."""
    product = variant.product
    if not _may_sell(product.seller):
        return _("%(name)s cannot be ordered for now: its producer is not selling at the moment.", name=product.name)
    if product.state is not ProductState.PUBLISHED or not variant.is_active:
        return _("%(name)s is no longer on sale.", name=product.name)
    if product.is_by_request:
        return _("%(name)s is arranged by request, not through the cart.", name=product.name)
    if variant.keeping is Keeping.SEASONAL and not product.is_in_season:
        return _(
            "%(name)s is sold only in its season: months %(months)s.", name=product.name, months=months(product.months)
        )
    return _amount_problem(variant, quantity, available)


def _amount_problem(variant: Pack, quantity: int, available: int) -> str | None:
    names = {"name": variant.product.name, "pack": variant.name}
    if available <= 0:
        return _("%(name)s (%(pack)s) is sold out.", **names)
    if quantity > available:
        return _("Only %(count)s of %(name)s (%(pack)s) are left.", count=available, **names)
    if quantity < variant.minimum:
        return _("%(name)s (%(pack)s) is sold from %(count)s on.", count=variant.minimum, **names)
    if quantity % variant.multiple:
        return _("%(name)s (%(pack)s) is sold in multiples of %(count)s.", count=variant.multiple, **names)
    return None


def _may_sell(seller: Shop) -> bool:
    return seller.state is OrganisationState.VERIFIED
