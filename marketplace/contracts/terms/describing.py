"""Terms as people read them, row by row: pages and papers show the same words and figures.

Labels are in the language spoken now (papers speak Vietnamese); what the sides wrote and the clauses stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.contracts.states.agreements import AgreementKind, PaperKind, Side
from marketplace.contracts.terms import sums
from marketplace.contracts.terms.filling import at, filled
from marketplace.contracts.terms.naming import Terms, Unit, choice_label, label, unit
from marketplace.contracts.terms.spelling import spelled
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import ngettext
from marketplace.web.filters import day as written_day
from marketplace.web.filters import number, vnd

# the clause that says after which laws the paper is made stands before the articles
BASIS = "basis"
PARTY_ROWS = ("legal_name", "tax_code", "address", "representative", "title", "phone", "email")
DELIVERY = ("delivery.place", "delivery.terms", "delivery.freight_vnd", "delivery.loss_percent", "delivery.packaging")
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "price": (_l("Prices"), ("price_rule.kind", "price_rule.percent", "price_rule.note")),
    "delivery": (_l("Delivery"), DELIVERY),
    "payment": (_l("Payment"), ("payment.days", "payment.deposit_percent", "payment.late_interest_percent")),
    "penalty": (_l("Penalty"), ("penalty.percent",)),
    "term": (_l("Term"), ("term.valid_from", "term.valid_to")),
    "law": (_l("Law and copies"), ("law.settlement", "law.place", "law.copies")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure or a text with its name."""

    label: str
    value: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side as the head of the paper names it."""

    side: str
    heading: str
    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the table of goods, every figure written out."""

    number: int
    key: str
    sku: str
    goods: str
    pack: str
    unit: str
    star: int | None
    certificate: str
    quality: str
    quantity: str
    tolerance: str
    price: str
    vat: str
    amount: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One day of the calendar of deliveries."""

    number: int
    day: str
    goods: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that belong together, under one heading."""

    name: str
    heading: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its figures filled in; `number` counts the articles."""

    number: int
    key: str
    title: str
    paragraphs: list[str]
    is_own: bool


def described(terms: Terms) -> dict[str, Any]:
    """Everything a paper prints, as plain data: texts, figures in words, rows and articles."""
    return {
        "title": terms["title"],
        "kind": terms["kind"],
        "paper": terms["paper"],
        "basis": basis(terms),
        "parties": [asdict(one) for one in parties(terms)],
        "lines": [asdict(one) for one in lines(terms)],
        "totals": [asdict(one) for one in totals(terms)],
        "in_words": in_words(terms),
        "schedule": [asdict(one) for one in schedule(terms)],
        "conditions": [asdict(one) for one in conditions(terms)],
        "clauses": [asdict(one) for one in clauses(terms)],
    }


def said(value: Any, path: str) -> str:
    """A value in the language spoken now: đồng, per cent, days, choices; empty where there is none."""
    if value in (None, ""):
        return ""
    kind = unit(path)
    if kind is Unit.DAY:
        return written_day(date.fromisoformat(str(value)))
    return choice_label(path, str(value)) if kind is Unit.CHOICE else _number(value, kind)


def _number(value: Any, kind: Unit) -> str:
    if kind is Unit.VND:
        return vnd(int(value))
    if kind is Unit.PERCENT:
        return percent(value)
    if kind is Unit.DAYS:
        return ngettext("%(num)s day", "%(num)s days", int(value))
    return number(int(value)) if kind in (Unit.QUANTITY, Unit.COUNT) else str(value)


def percent(value: Any) -> str:
    """8%, 7,5%: with the marks of the language."""
    exact = Decimal(str(value))
    return f"{number(int(exact)) if exact == exact.to_integral_value() else number(float(exact))}%"


def parties(terms: Terms) -> list[Party]:
    """Seller and buyer, in this order; empty fields are left out."""
    return [_party(side, terms["parties"][side.value]) for side in Side]


def _party(side: Side, one: Mapping[str, Any]) -> Party:
    rows = [_row(f"parties.{side.value}.{name}", one[name]) for name in PARTY_ROWS if one[name]]
    province = one["province"]["name"]
    if province:
        rows.insert(3, Row(str(_("Province")), province))
    if one["bank"]:
        bank = _(
            "%(number)s at %(bank)s, holder %(holder)s",
            number=one["bank"]["number"],
            bank=one["bank"]["name"],
            holder=one["bank"]["holder"],
        )
        rows.append(Row(_("Bank account"), bank))
    heading = _("Seller (side A)") if side is Side.SELLER else _("Buyer (side B)")
    return Party(side.value, heading, one["legal_name"], rows)


def _row(path: str, value: Any) -> Row:
    return Row(label(path).rpartition(": ")[2], said(value, path), path)


def lines(terms: Terms) -> list[LineRow]:
    """The table of goods."""
    return [_line(place, one) for place, one in enumerate(terms["lines"], start=1)]


def _line(place: int, one: Mapping[str, Any]) -> LineRow:
    return LineRow(
        number=place,
        key=one["key"],
        sku=one["sku"] or "",
        goods=one["product"],
        pack=one["pack"],
        unit=one["unit"],
        star=one["star"],
        certificate=_certificate(one["certificate"]),
        quality=one["quality"],
        quantity=number(int(one["quantity"])),
        tolerance=f"±{percent(one['tolerance_percent'])}" if one["tolerance_percent"] else "",
        price=vnd(one["price_vnd"]),
        vat=percent(one["vat_percent"]),
        amount=vnd(one["amount_vnd"]),
    )


def _certificate(one: Mapping[str, Any] | None) -> str:
    if not one or not one["number"]:
        return ""
    if not one["valid_until"]:
        return str(one["number"])
    return _("%(number)s, valid until %(day)s", number=one["number"], day=said(one["valid_until"], "term.valid_to"))


def totals(terms: Terms) -> list[Row]:
    """Goods before VAT, the tax of each rate, and what the buyer pays for the goods."""
    rates = sums.vat_of_rates(terms["lines"])
    taxes = [Row(_("VAT %(rate)s", rate=percent(rate)), vnd(tax)) for rate, tax in rates.items() if rate]
    goods, total = (_row(f"totals.{name}", terms["totals"][name]) for name in ("goods_vnd", "total_vnd"))
    return [goods, *taxes, total] if taxes else [total]


def in_words(terms: Terms) -> str:
    """The value of the contract in Vietnamese words."""
    return spelled(int(terms["totals"]["total_vnd"]))


def schedule(terms: Terms) -> list[DeliveryRow]:
    """The calendar of deliveries, in the order of days."""
    goods = {line["key"]: (line["product"], line["unit"]) for line in terms["lines"]}
    days = sorted(terms["schedule"], key=lambda one: (one["due_on"] or "9999", one["line"]))
    return [
        DeliveryRow(
            place,
            said(one["due_on"], "schedule.0.due_on"),
            name,
            f"{number(int(one['quantity']))} {of_what}".strip(),
        )
        for place, one in enumerate(days, start=1)
        for name, of_what in [goods.get(one["line"], (one["line"], ""))]
    ]


def conditions(terms: Terms) -> list[Group]:
    """Price, delivery, payment, penalty, term and law; what does not apply is left out."""
    if terms["paper"] in (PaperKind.TERMINATION, PaperKind.LIQUIDATION):
        return []
    shown = ("term", "law") if terms["kind"] == AgreementKind.MOU else tuple(GROUPS)
    groups = [Group(name, str(GROUPS[name][0]), _conditions(terms, GROUPS[name][1])) for name in shown]
    return [one for one in groups if one.rows]


def _conditions(terms: Terms, paths: tuple[str, ...]) -> list[Row]:
    return [
        _row(path, at(terms, path)) for path in paths if at(terms, path) not in (None, "") and _applies(terms, path)
    ]


def _applies(terms: Terms, path: str) -> bool:
    if path == "price_rule.percent":
        return bool(terms["price_rule"]["kind"] == "list_minus")
    if path == "delivery.freight_vnd":
        return bool(terms["delivery"]["terms"] == "extra")
    return path not in ("delivery.loss_percent", "payment.deposit_percent") or bool(at(terms, path))


def basis(terms: Terms) -> list[str]:
    """The paragraphs that say after which laws the paper is made."""
    found = next((one for one in terms["clauses"] if one["key"] == BASIS), None)
    return _paragraphs(found["text"], terms) if found else []


def clauses(terms: Terms) -> list[Clause]:
    """The articles, numbered, with their figures filled in."""
    rows = [one for one in terms["clauses"] if one["key"] != BASIS]
    return [
        Clause(place, one["key"], one["title"], _paragraphs(one["text"], terms), one["source"] == "custom")
        for place, one in enumerate(rows, start=1)
    ]


def _paragraphs(text: str, terms: Terms) -> list[str]:
    return [one for one in filled(text, terms).split("\n") if one.strip()]
