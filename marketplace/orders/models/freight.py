"""What a seller asks for bringing goods to a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.core.database import Base, Id, Vnd, enumerated, not_negative
from marketplace.orders.states import Zone


class FreightTable(Base):
    """The freight of one seller; `not_served` lists codes of today's provinces that she does not deliver to."""

    __tablename__ = "freight_tables"
    __table_args__ = not_negative("free_above_vnd", "least_order_vnd")

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    free_above_vnd: Mapped[int | None] = mapped_column(BigInteger)
    least_order_vnd: Mapped[Vnd] = mapped_column(default=0)
    pick_up: Mapped[bool] = mapped_column(default=False)
    pick_up_note: Mapped[str] = mapped_column(String(200), default="")
    not_served: Mapped[list[Any]]

    organisation: Mapped[Organisation] = relationship()
    zones: Mapped[list[FreightZone]] = relationship(back_populates="table", order_by="FreightZone.id")


class FreightZone(Base):
    """Prices for one distance: `steps` is [[up to grams, đồng], …]; each started `extra_grams` more: `extra_vnd`."""

    __tablename__ = "freight_zones"
    __table_args__ = (
        UniqueConstraint("table_id", "zone"),
        CheckConstraint("0 <= days_least AND days_least <= days_most", name="days_in_order"),
        CheckConstraint("extra_grams > 0", name="extra_grams_positive"),
        *not_negative("extra_vnd"),
    )

    id: Mapped[Id]
    table_id: Mapped[int] = mapped_column(ForeignKey("freight_tables.id"), index=True)
    zone: Mapped[Zone] = enumerated(Zone, "zone")
    steps: Mapped[list[Any]]
    extra_grams: Mapped[int] = mapped_column(default=500)
    extra_vnd: Mapped[Vnd]
    days_least: Mapped[int]
    days_most: Mapped[int]

    table: Mapped[FreightTable] = relationship(back_populates="zones")

    def price(self, grams: int) -> int:
        """The price of a parcel of this weight, in đồng."""
        return parcel_price(self.steps, self.extra_grams, self.extra_vnd, grams)


def parcel_price(steps: Sequence[Any], extra_grams: int, extra_vnd: int, grams: int) -> int:
    """The price of a parcel by its weight, in đồng."""
    for up_to, price_vnd in steps:
        if grams <= up_to:
            return int(price_vnd)
    up_to, price_vnd = steps[-1]
    return int(price_vnd) + -(-(grams - int(up_to)) // extra_grams) * extra_vnd
