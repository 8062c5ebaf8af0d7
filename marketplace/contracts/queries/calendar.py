"""The harvest calendar: supply that producers publish ahead, by months, product sets and provinces, in tonnes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ProductSet
from marketplace.contracts.models import SupplyOffer
from marketplace.contracts.states.sourcing import SupplyState
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.money import split

MONTHS = 12
LEVELS = 4
MOST_DRAWN = 5_000


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar; `index` counts months since the year 0, so that years follow each other."""

    index: int

    @property
    def year(self) -> int:
        """Its year."""
        return (self.index - 1) // MONTHS

    @property
    def number(self) -> int:
        """1 to 12."""
        return (self.index - 1) % MONTHS + 1


@dataclass(slots=True)
class Row:
    """One product set: kilograms in each of the twelve months, and how dark each is drawn (0 to 4)."""

    product_set: ProductSet
    kilograms: list[int] = field(default_factory=lambda: [0] * MONTHS)
    levels: list[int] = field(default_factory=lambda: [0] * MONTHS)
    offers: int = 0

    @property
    def total(self) -> int:
        """Kilograms in the twelve months."""
        return sum(self.kilograms)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The twelve months from this one on, and a row for each set that has supply."""

    months: list[Month]
    rows: list[Row]


def _last() -> ColumnElement[int]:
    passes = case((SupplyOffer.last_month < SupplyOffer.first_month, MONTHS), else_=0)
    return SupplyOffer.year * MONTHS + SupplyOffer.last_month + passes


def this_month() -> int:
    """The present month, counted since the year 0."""
    today = clock.today()
    return today.year * MONTHS + today.month


def _shown(set_numbers: Sequence[int], province_ids: Sequence[int], month: int | None) -> Select[SupplyOffer]:
    """Open offers of verified producers that are not over, within the twelve months from now on."""
    begins = SupplyOffer.year * MONTHS + SupplyOffer.first_month
    now = this_month()
    ahead = and_(_last() >= now, begins < now + MONTHS)
    asked = select(SupplyOffer).join(SupplyOffer.seller).join(SupplyOffer.product_set)
    asked = asked.where(SupplyOffer.state == SupplyState.OPEN, Organisation.state == OrganisationState.VERIFIED, ahead)
    if set_numbers:
        asked = asked.where(ProductSet.number.in_(set_numbers))
    if province_ids:
        asked = asked.where(SupplyOffer.province_id.in_(province_ids))
    if month is not None:
        asked = asked.where(begins <= month, _last() >= month)
    return asked


def offers(
    set_numbers: Sequence[int] = (), province_ids: Sequence[int] = (), month: int | None = None
) -> Select[SupplyOffer]:
    """Offers on the calendar, those whose harvest comes first at the top."""
    whole = (
        joinedload(SupplyOffer.seller),
        joinedload(SupplyOffer.product),
        joinedload(SupplyOffer.product_set),
        joinedload(SupplyOffer.province),
    )
    begins = SupplyOffer.year * MONTHS + SupplyOffer.first_month
    return _shown(set_numbers, province_ids, month).options(*whole).order_by(begins, SupplyOffer.id)


def calendar(set_numbers: Sequence[int] = (), province_ids: Sequence[int] = ()) -> Calendar:
    """Kilograms by set and month; what an offer brings is spread evenly over its months; two queries."""
    start = this_month()
    rows: dict[int, Row] = {}
    columns = (SupplyOffer.set_id, SupplyOffer.year, SupplyOffer.first_month, SupplyOffer.last_month)
    asked = _shown(set_numbers, province_ids, None).with_only_columns(*columns, SupplyOffer.kilograms)
    sets = {one.id: one for one in db.session.scalars(select(ProductSet))}
    for set_id, year, first, last, kilograms in db.session.execute(asked.limit(MOST_DRAWN)):
        row = rows.setdefault(set_id, Row(sets[set_id]))
        row.offers += 1
        _spread(row, year * MONTHS + first - start, (last - first) % MONTHS + 1, kilograms)
    drawn = sorted((one for one in rows.values()), key=lambda one: one.product_set.number)
    most = max((max(one.kilograms) for one in drawn), default=0)
    for row in drawn:
        row.levels = [_level(one, most) for one in row.kilograms]
    return Calendar([Month(start + place) for place in range(MONTHS)], drawn)


def _spread(row: Row, begins: int, months: int, kilograms: int) -> None:
    for place, share in enumerate(split(kilograms, [1] * months), start=begins):
        if 0 <= place < MONTHS:
            row.kilograms[place] += share


def _level(kilograms: int, most: int) -> int:
    """Quarters of the largest month; whatever is there at all is drawn."""
    return min(LEVELS, max(1, -(-kilograms * LEVELS // most))) if kilograms else 0


def supply_counts() -> tuple[dict[int, int], dict[int, int]]:
    """How many open offers there are by the number of their set, and by the id of their province; two queries."""
    shown = _shown((), (), None)
    by_set = shown.with_only_columns(ProductSet.number, func.count()).group_by(ProductSet.number)
    by_province = shown.with_only_columns(SupplyOffer.province_id, func.count()).group_by(SupplyOffer.province_id)
    return dict(db.session.execute(by_set).all()), dict(db.session.execute(by_province).all())


def offers_of_shops(refs: Sequence[str]) -> dict[str, list[SupplyOffer]]:
    """What some producers publish ahead, by their ref, those that come first at the top; one query."""
    found: dict[str, list[SupplyOffer]] = {}
    for offer in db.session.scalars(offers().where(Organisation.ref.in_(refs))):
        found.setdefault(offer.seller.ref, []).append(offer)
    return found
