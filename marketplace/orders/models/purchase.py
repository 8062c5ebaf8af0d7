"""What a buyer confirmed once (a purchase) and each seller's part of it (an order), frozen as it was then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import Base, BigId, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.money import rounded
from marketplace.core.states import Machine
from marketplace.orders.states import (
    ORDER,
    CancelReason,
    DeliveryKind,
    OrderAction,
    OrderState,
    ShortReason,
    Side,
    StepKind,
)
from marketplace.places.models import Province, Ward

if TYPE_CHECKING:
    from marketplace.orders.models.receipt import Receipt
    from marketplace.orders.models.returning import Return


class UnpaidGuard(Base):
    """One row a buyer (phone or account, as a digest): held while she places, so that two tabs cannot pass a limit."""

    __tablename__ = "unpaid_guards"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    placed: Mapped[int] = mapped_column(default=0)


class Purchase(Base):
    """One confirmation by one buyer: a person, an organisation or a guest's contact; `token` was spent on it."""

    __tablename__ = "purchases"
    __table_args__ = (
        CheckConstraint("phone <> '' OR email <> ''", name="buyer_can_be_reached"),
        *not_negative("total_vnd"),
    )

    id: Mapped[Id]
    ref: Mapped[Ref]
    token: Mapped[str] = mapped_column(String(48), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(20), default="", index=True)
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    street: Mapped[str] = mapped_column(String(200), default="")
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("wards.id"), index=True)
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    payment_method: Mapped[str] = mapped_column(String(16))
    total_vnd: Mapped[Vnd]
    terms_version: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    age_stated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    person: Mapped[Person | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    ward: Mapped[Ward | None] = relationship()
    province: Mapped[Province] = relationship()
    orders: Mapped[list[Order]] = relationship(back_populates="purchase", order_by="Order.id")

    @property
    def buyer(self) -> Recipient:
        """Who is told about it: the organisation, the person, or the guest's e-mail address."""
        if self.organisation is not None:
            return Recipient("organisation", self.organisation.ref, self.locale)
        if self.person is not None:
            return Recipient("person", self.person.ref, self.locale)
        return Recipient("contact", self.email, self.locale)


class Order(Base):
    """One seller's part of a purchase, with its own freight, state, payment and papers. Money in đồng, VAT included."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_vnd = goods_vnd + freight_vnd - discount_vnd", name="total_adds_up"),
        CheckConstraint("0 <= reduced_vnd AND reduced_vnd <= total_vnd", name="reduced_within_total"),
        CheckConstraint(
            "0 <= reduced_commission_vnd AND reduced_commission_vnd <= commission_vnd",
            name="reduced_commission_within_commission",
        ),
        *not_negative("goods_vnd", "freight_vnd", "discount_vnd", "total_vnd", "commission_vnd", "vat_vnd"),
        Index("ix_orders_seller_id_state", "seller_id", "state", "id"),
        Index("ix_orders_state_due", "state", "due_at"),
    )

    machine: ClassVar[Machine[OrderState, OrderAction]] = ORDER

    id: Mapped[Id]
    ref: Mapped[Ref]
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[OrderState] = enumerated(OrderState, "state")
    delivery: Mapped[DeliveryKind] = enumerated(DeliveryKind, "delivery")
    payment_method: Mapped[str] = mapped_column(String(16))
    goods_vnd: Mapped[Vnd]
    freight_vnd: Mapped[Vnd]
    discount_vnd: Mapped[Vnd] = mapped_column(default=0)
    total_vnd: Mapped[Vnd]
    vat_vnd: Mapped[Vnd] = mapped_column(default=0)
    commission_vnd: Mapped[Vnd] = mapped_column(default=0)
    grams: Mapped[int] = mapped_column(BigId, default=0)
    seller_name: Mapped[str] = mapped_column(String(200))
    ready_on: Mapped[date]
    earliest_on: Mapped[date]
    latest_on: Mapped[date]
    ship_on: Mapped[date | None]
    carrier: Mapped[str] = mapped_column(String(60), default="")
    tracking: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime | None]
    hold_ref: Mapped[str] = mapped_column(String(40))
    cancel_reason: Mapped[CancelReason | None] = enumerated(CancelReason, "cancel_reason")
    is_paid: Mapped[bool] = mapped_column(default=False)
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    reduced_vnd: Mapped[Vnd] = mapped_column(default=0, server_default="0")
    reduced_commission_vnd: Mapped[Vnd] = mapped_column(default=0, server_default="0")
    cancel_asked_at: Mapped[datetime | None]
    cancel_asked_by: Mapped[Side | None] = enumerated(Side, "cancel_asked_by")
    # orders on terms only: the paper that they follow, and how many days after its receipt the money is due
    basis_ref: Mapped[str] = mapped_column(String(32), default="", server_default="", index=True)
    payment_days: Mapped[int | None]

    purchase: Mapped[Purchase] = relationship(back_populates="orders")
    seller: Mapped[Organisation] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order", order_by="OrderLine.id")
    steps: Mapped[list[OrderStep]] = relationship(back_populates="order", order_by="OrderStep.id")
    returns: Mapped[list[Return]] = relationship(back_populates="order", order_by="Return.id")
    delivery_receipt: Mapped[Receipt | None] = relationship(back_populates="order")

    @property
    def is_on_terms(self) -> bool:
        """Its prices and its payment follow a paper that both sides agreed on: a contract or a quote."""
        return self.payment_days is not None

    @property
    def due_vnd(self) -> int:
        """What the order costs in the end: the agreed total without what was short, lighter or given back."""
        return self.total_vnd - self.reduced_vnd

    @property
    def reduced_freight_vnd(self) -> int:
        """The part of the freight that is given back."""
        return self.reduced_vnd - sum(line.reduced_vnd for line in self.lines)

    def promise_from(self, day: date) -> None:
        """Move the promised days along with the day on which the goods leave."""
        later = max(timedelta(0), day - self.ready_on)
        self.ready_on += later
        self.earliest_on += later
        self.latest_on += later

    @property
    def buyer(self) -> Recipient:
        """Who is told about it on the buyer's side."""
        return self.purchase.buyer

    @property
    def seller_recipient(self) -> Recipient:
        """Who is told about it on the seller's side."""
        return Recipient("organisation", self.seller.ref)


class OrderLine(Base):
    """What was ordered, as it was named, priced and certified at that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("amount_vnd = unit_price_vnd * quantity", name="amount_adds_up"),
        CheckConstraint("0 <= shipped_quantity AND shipped_quantity <= quantity", name="shipped_within_ordered"),
        CheckConstraint("estimated_grams IS NULL OR estimated_grams > 0", name="estimated_grams_positive"),
        CheckConstraint("tolerance_percent IS NULL OR tolerance_percent BETWEEN 0 AND 100", name="tolerance_sensible"),
        CheckConstraint("shipped_grams IS NULL OR shipped_grams >= 0", name="shipped_grams_not_negative"),
        CheckConstraint(
            "settled_vnd IS NULL OR (0 <= settled_vnd AND settled_vnd <= amount_vnd)", name="settled_within_amount"
        ),
        CheckConstraint(
            "0 <= returned_quantity AND returned_quantity <= shipped_quantity", name="returned_within_shipped"
        ),
        CheckConstraint(
            "0 <= returned_vnd AND returned_vnd <= COALESCE(settled_vnd, amount_vnd)",
            name="returned_vnd_within_settled",
        ),
        *not_negative("unit_price_vnd", "list_price_vnd", "amount_vnd"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    sku: Mapped[str] = mapped_column(String(20))
    product_name: Mapped[str] = mapped_column(String(160))
    product_name_en: Mapped[str] = mapped_column(String(160), default="")
    product_slug: Mapped[str] = mapped_column(String(90))
    variant_name: Mapped[str] = mapped_column(String(80))
    set_number: Mapped[int]
    quantity: Mapped[int]
    shipped_quantity: Mapped[int] = mapped_column(default=0)
    unit_price_vnd: Mapped[Vnd]
    list_price_vnd: Mapped[Vnd]
    amount_vnd: Mapped[Vnd]
    vat_percent: Mapped[int]
    star: Mapped[int | None]
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    lot_codes: Mapped[str] = mapped_column(String(200), default="")
    estimated_grams: Mapped[int | None]
    tolerance_percent: Mapped[int | None]
    shipped_grams: Mapped[int | None] = mapped_column(BigInteger)
    settled_vnd: Mapped[int | None] = mapped_column(BigInteger)
    short_reason: Mapped[ShortReason | None] = enumerated(ShortReason, "short_reason")
    returned_quantity: Mapped[int] = mapped_column(default=0, server_default="0")
    returned_vnd: Mapped[Vnd] = mapped_column(default=0, server_default="0")

    order: Mapped[Order] = relationship(back_populates="lines")
    variant: Mapped[Variant] = relationship()

    @property
    def is_by_weight(self) -> bool:
        """Ordered by estimate, settled by what the goods weigh."""
        return self.estimated_grams is not None

    @property
    def price_per_kilo_vnd(self) -> int | None:
        """The price of 1,000 g that its packs were agreed at, for reading."""
        return rounded(Decimal(self.unit_price_vnd) * 1000 / self.estimated_grams) if self.estimated_grams else None

    def least_grams(self, packs: int) -> int:
        """Below this weight so many packs are lighter than the tolerance allows."""
        return -(-(self.estimated_grams or 0) * packs * (100 - (self.tolerance_percent or 0)) // 100)

    @property
    def reduced_vnd(self) -> int:
        """How much less the line costs than was agreed: short, lighter or given back."""
        return self.amount_vnd - self.due_vnd

    @property
    def due_vnd(self) -> int:
        """What the line costs in the end."""
        return (self.amount_vnd if self.settled_vnd is None else self.settled_vnd) - self.returned_vnd


class OrderStep(Base):
    """One point of the timeline that both sides see; append-only."""

    __tablename__ = "order_steps"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[StepKind] = enumerated(StepKind, "kind")
    side: Mapped[Side] = enumerated(Side, "side")
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship(back_populates="steps")
