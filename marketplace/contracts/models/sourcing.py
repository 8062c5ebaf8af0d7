"""What comes before an agreement: requests for quotes, quotes with their rounds, and offers of supply."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import (
    QUOTE,
    REQUEST,
    SUPPLY,
    Audience,
    FreightTerms,
    QuoteAction,
    QuoteState,
    RequestAction,
    RequestState,
    SupplyAction,
    SupplyState,
)
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.places.models import Province


class Request(Base):
    """A buying organisation asks for prices; `is_named` says whether the board names it, `token` is the form's own.

    `is_standing` demand runs for a year; all others until the day that the buyer chose.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_board", "audience", "state", "answer_by"),
        Index("ix_requests_buyer_id_at", "buyer_id", "created_at", "id"),
    )

    machine: ClassVar[Machine[RequestState, RequestAction]] = REQUEST

    id: Mapped[Id]
    ref: Mapped[Ref]
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[RequestState] = enumerated(RequestState, "state", default=RequestState.DRAFT)
    audience: Mapped[Audience] = enumerated(Audience, "audience")
    title: Mapped[str] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(String(4000), default="")
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    place: Mapped[str] = mapped_column(String(300), default="")
    answer_by: Mapped[date]
    is_standing: Mapped[bool] = mapped_column(default=False)
    is_named: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str | None] = mapped_column(String(48), unique=True)
    introduced_by: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]

    buyer: Mapped[Organisation] = relationship()
    person: Mapped[Person | None] = relationship()
    province: Mapped[Province] = relationship()
    lines: Mapped[list[RequestLine]] = relationship(back_populates="request", order_by="RequestLine.position")
    invited: Mapped[list[RequestInvitation]] = relationship(back_populates="request", order_by="RequestInvitation.id")
    quotes: Mapped[list[Quote]] = relationship(back_populates="request", order_by="Quote.id")

    @property
    def delivered_to(self) -> str:
        """The place as the buyer wrote it and its province, said once though the address may end with it."""
        province = self.province.name
        return self.place if self.place.endswith(province) else ", ".join(filter(None, (self.place, province)))


class RequestLine(Base):
    """One thing that is wanted: a pack of the catalogue, a product, or words; quantity in whole units."""

    __tablename__ = "request_lines"
    __table_args__ = (
        UniqueConstraint("request_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    position: Mapped[int]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id"), index=True)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("product_sets.id"), index=True)
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(String(40))
    quality: Mapped[str] = mapped_column(String(300), default="")
    packaging: Mapped[str] = mapped_column(String(300), default="")
    calendar: Mapped[str] = mapped_column(String(300), default="")

    request: Mapped[Request] = relationship(back_populates="lines")
    product: Mapped[Product | None] = relationship()
    variant: Mapped[Variant | None] = relationship()
    product_set: Mapped[ProductSet | None] = relationship()


class RequestInvitation(Base):
    """A producer who was asked."""

    __tablename__ = "request_invitations"
    __table_args__ = (UniqueConstraint("request_id", "seller_id"),)

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    declined_at: Mapped[datetime | None]

    request: Mapped[Request] = relationship(back_populates="invited")
    seller: Mapped[Organisation] = relationship()


class Quote(Base):
    """One producer's answer to one request; its rounds are kept, `turn` says whose word is awaited.

    `valid_until` is that of the last round.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        UniqueConstraint("request_id", "seller_id"),
        Index("ix_quotes_state_until", "state", "valid_until"),
        Index("ix_quotes_seller_turn", "seller_id", "state", "turn"),
    )

    machine: ClassVar[Machine[QuoteState, QuoteAction]] = QUOTE

    id: Mapped[Id]
    ref: Mapped[Ref]
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[QuoteState] = enumerated(QuoteState, "state", default=QuoteState.OPEN)
    turn: Mapped[Side] = enumerated(Side, "turn")
    last_round: Mapped[int] = mapped_column(default=0)
    valid_until: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]

    request: Mapped[Request] = relationship(back_populates="quotes")
    seller: Mapped[Organisation] = relationship()
    rounds: Mapped[list[QuoteRound]] = relationship(back_populates="quote", order_by="QuoteRound.number")


class QuoteRound(Base):
    """What one side proposed in one round; it only grows. Freight is in đồng for the whole quantity."""

    __tablename__ = "quote_rounds"
    __table_args__ = (
        UniqueConstraint("quote_id", "number"),
        CheckConstraint("loss_percent BETWEEN 0 AND 50", name="loss_sensible"),
        *not_negative("freight_vnd"),
    )

    id: Mapped[Id]
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"), index=True)
    number: Mapped[int]
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    freight_terms: Mapped[FreightTerms] = enumerated(FreightTerms, "freight_terms")
    freight_vnd: Mapped[Vnd]
    loss_percent: Mapped[int] = mapped_column(default=0)
    payment_days: Mapped[int] = mapped_column(default=0)
    lead_days: Mapped[int] = mapped_column(default=0)
    valid_until: Mapped[date]
    note: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    quote: Mapped[Quote] = relationship(back_populates="rounds")
    lines: Mapped[list[QuoteLine]] = relationship(back_populates="round", order_by="QuoteLine.id")

    @property
    def goods_vnd(self) -> int:
        """What all lines cost without freight."""
        return sum(one.price_vnd * one.quantity for one in self.lines)

    @property
    def total_vnd(self) -> int:
        """The same with freight."""
        return self.goods_vnd + self.freight_vnd


class QuoteLine(Base):
    """The price of one line in one round; `quantity` is what the producer is able to deliver. It only grows."""

    __tablename__ = "quote_lines"
    __table_args__ = (UniqueConstraint("round_id", "request_line_id"), *not_negative("price_vnd", "quantity"))

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("quote_rounds.id"), index=True)
    request_line_id: Mapped[int] = mapped_column(ForeignKey("request_lines.id"), index=True)
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id"), index=True)
    price_vnd: Mapped[Vnd]
    quantity: Mapped[int]

    round: Mapped[QuoteRound] = relationship(back_populates="lines")
    request_line: Mapped[RequestLine] = relationship()
    variant: Mapped[Variant | None] = relationship()


class Award(Base):
    """A line of a request that goes to one quote, and what became of it: an order or an agreement, by ref."""

    __tablename__ = "awards"

    id: Mapped[Id]
    request_line_id: Mapped[int] = mapped_column(ForeignKey("request_lines.id"), unique=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"), index=True)
    round_number: Mapped[int]
    became: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    request_line: Mapped[RequestLine] = relationship()
    quote: Mapped[Quote] = relationship()


class SupplyOffer(Base):
    """Supply published ahead, for the harvest calendar: what, where, in which months of which year, how much."""

    __tablename__ = "supply_offers"
    __table_args__ = (
        CheckConstraint("first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12", name="months_exist"),
        CheckConstraint("kilograms > 0", name="kilograms_positive"),
        Index("ix_supply_offers_open", "state", "year", "first_month"),
    )

    machine: ClassVar[Machine[SupplyState, SupplyAction]] = SUPPLY

    id: Mapped[Id]
    ref: Mapped[Ref]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("product_sets.id"), index=True)
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    description: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    first_month: Mapped[int]
    last_month: Mapped[int]
    kilograms: Mapped[int]
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[SupplyState] = enumerated(SupplyState, "state", default=SupplyState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    seller: Mapped[Organisation] = relationship()
    product: Mapped[Product | None] = relationship()
    product_set: Mapped[ProductSet] = relationship()
    province: Mapped[Province] = relationship()
