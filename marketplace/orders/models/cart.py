"""One cart for many sellers; it holds nothing but wishes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Person
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.database import Base, Id
from marketplace.core.refs import new_token


class Cart(Base):
    """The cart of a person or of a guest's session; `checkout_token` is what one confirmation spends."""

    __tablename__ = "carts"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (guest_digest IS NULL)", name="belongs_to_one"),)

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), unique=True)
    guest_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    checkout_token: Mapped[str] = mapped_column(String(48), default=new_token)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    person: Mapped[Person | None] = relationship()
    lines: Mapped[list[CartLine]] = relationship(
        back_populates="cart", order_by="CartLine.id", cascade="all, delete-orphan"
    )


class CartLine(Base):
    """How many packs of a variant are wished for."""

    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity BETWEEN 1 AND 100000", name="quantity_sensible"),
    )

    id: Mapped[Id]
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    quantity: Mapped[int]

    cart: Mapped[Cart] = relationship(back_populates="lines")
    variant: Mapped[Variant] = relationship()
