"""Up to four products side by side, at an address that can be sent to somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.core.i18n import gettext as _
from marketplace.inventory import queries as inventory
from marketplace.places import queries as places
from marketplace.storefronts import bp, queries
from marketplace.storefronts.queries import Pack
from marketplace.storefronts.views.products import certificate_of, pictures, unit_of_today
from marketplace.web.filters import day, months, number, vnd
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, query_text, query_texts, remembered
from marketplace.web.templating import as_written

MOST = 4
MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Column:
    """One product of the comparison; `lead` is its cheapest pack."""

    product: Product
    packs: list[Pack]
    without: str

    @property
    def lead(self) -> Pack | None:
        """The cheapest pack on sale."""
        return min(self.packs, key=lambda pack: pack.variant.price_vnd, default=None)

    @property
    def picture(self) -> dict[str, Any]:
        """The first photo or the drawing."""
        return pictures(self.product)[0]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of each product: what is said, which of them is best where that can be told."""

    label: str
    cells: list[Any]
    best: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        """The products do not say the same."""
        return len({str(cell) for cell in self.cells}) > 1


@bp.get("/compare")
def compare() -> ResponseReturnValue:
    """The products that `p` names, fact by fact."""
    named = query_texts("p")
    asked = named[:MOST]
    found = catalogue.products_by_slug(asked)
    columns = _columns(found)
    return render_template(
        "storefronts/compare.html",
        columns=columns,
        lines=_lines(columns),
        missing=len(asked) - len(found),
        left_out=len(named) - len(asked),
        most=MOST,
        more=_more(found),
        provinces=places.all_today(),
        province=query_text("province", most=40) or remembered("province"),
    )


def _columns(found: Sequence[Product]) -> list[Column]:
    slugs = [one.slug for one in found]
    available = inventory.availability([variant.id for one in found for variant in one.variants])
    return [
        Column(one, queries.packs_of(one, available), url_for(".compare", p=[s for s in slugs if s != one.slug]))
        for one in found
    ]


def _more(found: Sequence[Product]) -> list[dict[str, Any]]:
    """Goods like the first, each with the address of the comparison that it would join."""
    if not found or len(found) >= MOST or found[0].is_alcohol:
        return []
    slugs = [one.slug for one in found]
    near = [card for card in catalogue.similar(found[0], limit=6 + MOST) if card.slug not in slugs]
    return [{"card": card, "url": url_for(".compare", p=[*slugs, card.slug])} for card in near[:6]]


def _lines(columns: Sequence[Column]) -> list[Line]:
    """The facts that at least one product tells, the price first."""
    told = [Line(_("Price per kg or litre"), [_per_measure(one) for one in columns], _cheapest(columns))]
    told += [Line(label, [say(one) for one in columns]) for label, say in _facts()]
    told.append(Line(_("Delivery"), _freight(columns)))
    return [line for line in told if any(line.cells)]


def _facts() -> list[tuple[str, Callable[[Column], Any]]]:
    return [
        (_("Wholesale price"), _wholesale),
        (_("Stock"), _stock),
        (_("Certificate"), _certificate),
        (_("Reviews"), _rating),
        (_("Where it comes from"), lambda one: _origin(one.product)),
        (_("Season"), lambda one: _season(one.product)),
        (_("Ingredients"), lambda one: as_written(one.product.ingredients)),
        (_("Shelf life"), lambda one: as_written(one.product.shelf_life)),
        (_("Storage"), lambda one: as_written(one.product.storage)),
        (_("Pack sizes"), lambda one: as_written(", ".join(pack.variant.name for pack in one.packs))),
        (_("Sold by"), _seller),
    ]


def _per_measure(column: Column) -> str:
    if column.lead is None or column.lead.per_measure is None:
        return ""
    return f"{vnd(column.lead.per_measure)} / {_('litre') if column.lead.measure == 'l' else 'kg'}"


def _cheapest(columns: Sequence[Column]) -> frozenset[int]:
    """The places of those that cost least by the kilo or litre, where all are measured alike and some cost more."""
    leads = [one.lead for one in columns]
    known = [(lead.measure, lead.per_measure) for lead in leads if lead and lead.per_measure]
    if len(known) < len(columns) or len({measure for measure, _price in known}) > 1 or len(set(known)) < 2:
        return frozenset()
    least = min(price for _measure, price in known)
    return frozenset(place for place, (_measure, price) in enumerate(known) if price == least)


def _wholesale(column: Column) -> str:
    tiers = column.lead.variant.tiers if column.lead else []
    said = (_("%(price)s from %(quantity)s", price=vnd(one.price_vnd), quantity=one.least_quantity) for one in tiers)
    return "; ".join(said)


def _stock(column: Column) -> str:
    if column.product.is_by_request:
        return _("By request")
    return _("In stock") if any(pack.can_be_ordered for pack in column.packs) else _("Out of stock")


def _certificate(column: Column) -> str:
    known = certificate_of(column.product)
    if known is None:
        return _("none in force")
    return _("%(number)s, until %(day)s", number=known.number, day=day(known.valid_until))


def _rating(column: Column) -> str:
    product = column.product
    if not product.rating_count:
        return ""
    return f"{number(round(product.rating_sum / product.rating_count, 1))}/5 ({number(product.rating_count)})"


def _origin(product: Product) -> str:
    now = unit_of_today(product)
    return f"{product.origin.name} · {_('now in %(place)s', place=now)}" if now else product.origin.name


def _season(product: Product) -> str:
    if len(product.months) == len(MONTHS):
        return _("all year")
    return _("months %(months)s", months=months(product.months))


def _seller(column: Column) -> Markup:
    seller = column.product.seller
    return Markup('<a href="{}">{}</a>').format(url_for(".shop", slug=seller.slug), seller.name)


def _freight(columns: Sequence[Column]) -> list[Markup]:
    """What higher features say of each, the way of the goods to the reader."""
    slugs = [one.product.slug for one in columns]
    said = panels(Slot.COMPARISON, actor(), slugs)
    return [Markup("").join(said[slug]) for slug in slugs]
