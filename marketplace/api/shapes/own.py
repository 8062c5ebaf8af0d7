"""What belongs to a token's owner: orders, stock, prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from marketplace.api.formats import Rule
from marketplace.api.shapes.goods import Named, Tier, Vnd, WardItem
from marketplace.catalogue.states import Keeping
from marketplace.inventory.services.shelf import MOST_ON_HAND
from marketplace.orders.states import CancelReason, DeliveryKind, OrderState, ShortReason, StepKind
from marketplace.orders.states import Side as StepSide
from marketplace.storefronts.forms import MOST_PRICE

LIMIT = Rule(least=1, most=100, say="How many items at most.")


class Side(StrEnum):
    """On which side of an order the owner stands."""

    BUYER = "buyer"
    SELLER = "seller"


# --- orders ---


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Which of one's own orders."""

    side: Annotated[
        Side | None, Rule(say="What one bought or what one sells; by default a producer sells, others buy.")
    ] = None
    state: Annotated[tuple[OrderState, ...], Rule(say="Only orders in these states; may repeat.")] = ()
    since: Annotated[datetime | None, Rule(say="Only orders with which something happened from this moment on.")] = None
    cursor: Annotated[str, Rule(longest=32, say="The `next_cursor` of the page before.")] = ""
    limit: Annotated[int, LIMIT] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """An order in a list."""

    ref: str
    purchase: Annotated[str, Rule(say="What the buyer confirmed at once, over all sellers.")]
    side: Side
    state: OrderState
    seller: Named
    delivery: DeliveryKind
    payment_method: str
    is_paid: bool
    total_vnd: Vnd
    due_vnd: Annotated[int, Rule(least=0, say="What it costs now: the total less what was reduced.")]
    placed_at: datetime
    ship_on: Annotated[date | None, Rule(say="The day that the seller promised.")]
    answer_by: Annotated[datetime | None, Rule(say="When the present state ends by itself.")]
    url: Annotated[str, Rule(say="Its page for people.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Orders, the newest first; `next_cursor` is null on the last page."""

    items: tuple[OrderItem, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """What was ordered, as it was named and priced then."""

    sku: str
    product: Named
    variant: str
    quantity: Annotated[int, Rule(least=1)]
    shipped_quantity: Annotated[int, Rule(least=0)]
    unit_price_vnd: Vnd
    amount_vnd: Vnd
    vat_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who gets the goods, and where."""

    name: str
    phone: str
    email: str
    street: str
    ward: WardItem | None
    province: Named
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepItem:
    """One point of the timeline."""

    kind: StepKind
    side: StepSide
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail(OrderItem):
    """An order with its lines, its receiver and its timeline."""

    goods_vnd: Vnd
    freight_vnd: Vnd
    discount_vnd: Vnd
    vat_vnd: Vnd
    ready_on: date
    earliest_on: date
    latest_on: date
    carrier: str
    tracking: str
    cancel_reason: CancelReason | None
    lines: tuple[LineItem, ...]
    receiver: Receiver
    steps: tuple[StepItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The seller's promise."""

    ship_on: Annotated[date, Rule(say="The shipping day, from today on, within 60 days.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    """What of a line is in the parcel; `grams` is what it weighs together, for goods sold by weight."""

    sku: Annotated[str, Rule(shortest=1, longest=20)]
    packs: Annotated[int, Rule(least=0, most=100_000)]
    grams: Annotated[int | None, Rule(least=1, most=1_000_000_000)] = None
    reason: Annotated[ShortReason | None, Rule(say="Why fewer packs or less weight than ordered.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Who carries the parcel; may be left empty where the buyer fetches the goods."""

    carrier: Annotated[str, Rule(longest=60, example="VNPost")] = ""
    tracking: Annotated[str, Rule(longest=60, example="EV123456789VN")] = ""
    lines: Annotated[
        tuple[PackedLine, ...], Rule(most=100, say="Lines that are sent short or weighed; others leave whole.")
    ] = ()
    note: Annotated[str, Rule(longest=300, say="A word to the buyer about what is short.")] = ""


# --- stock ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which part of a list."""

    cursor: Annotated[str, Rule(longest=20, say="The `next_cursor` of the page before.")] = ""
    limit: Annotated[int, LIMIT] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LotItem:
    """Packs made together."""

    code: str
    made_on: date
    best_before: date
    on_hand: Annotated[int, Rule(least=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How many packs of one variant there are."""

    sku: str
    seller_code: str | None
    product: Named
    variant: str
    keeping: Keeping
    on_hand: Annotated[int, Rule(least=0, say="Packs on the shelf.")]
    reserved: Annotated[int, Rule(least=0, say="Of these, packs promised to orders.")]
    available: Annotated[int, Rule(least=0, say="Packs that can be ordered now.")]
    lots: tuple[LotItem, ...]
    etag: Annotated[str, Rule(say="What If-Match of a PUT takes.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPage:
    """One's own stock, by SKU; `next_cursor` is null on the last page."""

    items: tuple[StockLevel, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was counted: the packs of the lot where one is named, else all packs of the variant."""

    on_hand: Annotated[int, Rule(least=0, most=MOST_ON_HAND)]
    lot: Annotated[str, Rule(longest=40)] = ""
    reason: Annotated[str, Rule(longest=200, say="Stands in the stock's book.")] = ""


# --- prices ---


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLevel:
    """What one pack costs; orders already placed keep their price."""

    sku: str
    seller_code: str | None
    product: Named
    variant: str
    price_vnd: Vnd
    tiers: tuple[Tier, ...]
    etag: Annotated[str, Rule(say="What If-Match of a PUT takes.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePage:
    """One's own prices, by SKU; `next_cursor` is null on the last page."""

    items: tuple[PriceLevel, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerPrice:
    """A lower price from a number of packs on."""

    from_quantity: Annotated[int, Rule(least=2, most=100_000)]
    price_vnd: Annotated[int, Rule(least=1_000, most=MOST_PRICE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """A pack's price in đồng; without `tiers` its lower prices stay as they are."""

    price_vnd: Annotated[int, Rule(least=1_000, most=MOST_PRICE)]
    tiers: Annotated[tuple[LowerPrice, ...] | None, Rule(most=3, say="An empty list takes them away.")] = None
