"""The papers of one delivery under a contract: the call for goods, and the minutes of handing over and acceptance.

They are made when they are asked for, from the call-off and its order, and say from when their figures are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, AgreementLine, CallOff, CallOffLine
from marketplace.contracts.queries.in_force import version_numbered
from marketplace.contracts.queries.papers import column, frame, spelt
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.terms.naming import Terms
from marketplace.contracts.terms.spelling import spelled
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import speaking
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.models.receipt import Receipt
from marketplace.web.filters import day, moment, number, vnd

DELIVERY = "contracts/papers/delivery.typ"
Cells = list[Any]


def slip_paper(call_off: CallOff) -> dict[str, Any]:
    """What the buyer calls, until when and where to; at the prices of the version in force on that day."""
    with speaking("vi"):
        terms = _terms_of(call_off)
        lines = _lines_of(call_off)
        total = sum(one.quantity * _price_of(row, terms) for one, row in lines)
        return {
            **_about_delivery(call_off, terms, heading=_("Call-off of goods"), sign="ĐGH", at=call_off.placed_at),
            "opening": _("The buyer asks the seller to deliver under the contract named above:"),
            "facts": _facts((_("Delivery day"), day(call_off.due_on)), (_("Place of delivery"), call_off.place)),
            "goods": {
                "columns": [*_goods_columns(), column(_("Price"), "number"), column(_("Amount"), "number")],
                "rows": [_called(place, one, row, terms) for place, (one, row) in enumerate(lines, 1)],
                "foot": [{"label": _("Total, VAT included"), "amount": vnd(total), "strong": True}],
            },
            "in_words": spelled(total),
            "notes": [_("Note: %(note)s", note=call_off.note)] if call_off.note else [],
        }


def minutes_paper(call_off: CallOff, order: Order) -> dict[str, Any]:
    """What was handed over, accepted and rejected; before the check its columns are empty, to be filled in by hand."""
    with speaking("vi"):
        terms, receipt = _terms_of(call_off), order.delivery_receipt
        due = order.due_vnd if receipt is not None and receipt.is_checked else None
        foot = (
            [{"label": _("To pay for what was accepted"), "amount": vnd(due), "strong": True}]
            if due is not None
            else []
        )
        title = _("Minutes of handing over and acceptance")
        checked_at = receipt.at if receipt is not None and receipt.is_checked else None
        return {
            **_about_delivery(call_off, terms, heading=title, sign="BBGN-NT", at=checked_at),
            "opening": _("Both sides have handed over, counted and checked the goods of one delivery:"),
            "facts": _carried(call_off, order, receipt),
            "goods": {"columns": _minutes_columns(), "rows": _handed_over(call_off, order, terms), "foot": foot},
            "in_words": spelled(due) if due else "",
            "notes": _notes(receipt),
        }


def _about_delivery(call_off: CallOff, terms: Terms, *, heading: str, sign: str, at: datetime | None) -> dict[str, Any]:
    """What both papers begin with; the day is that of the act, not that of the printing."""
    agreement = call_off.agreement
    written = f"{call_off.ordinal:02d}/{sign}"
    made = _("Made from the figures of %(site)s, %(moment)s; call-off %(ref)s.", **_made(call_off))
    return {
        **frame(f"{heading} {written}", None),
        "draft": False,
        "foot": f"{written} · {agreement.paper_number}",
        "heading": heading,
        "number": written,
        "about": _("Contract no. %(number)s (%(ref)s)", number=agreement.paper_number, ref=agreement.ref),
        "day": spelt(clock.local(at).date()) if at else None,
        "parties": [_short(side, terms["parties"][side.value]) for side in Side],
        "signatures": [_hand(side, agreement) for side in Side],
        "made": made,
    }


def _made(call_off: CallOff) -> dict[str, str]:
    from marketplace.orders.queries.timeline import PLATFORM

    return {"site": PLATFORM, "moment": moment(clock.now()), "ref": call_off.ref}


def _short(side: Side, party: Terms) -> dict[str, Any]:
    heading = _("Seller (side A)") if side is Side.SELLER else _("Buyer (side B)")
    named = ((_("Name"), party["legal_name"]), (_("Tax code"), party["tax_code"]), (_("Address"), party["address"]))
    return {"heading": heading, "rows": _facts(*named)}


def _facts(*rows: tuple[str, str]) -> list[tuple[str, str]]:
    return [row for row in rows if row[1]]


def _hand(side: Side, agreement: Agreement) -> dict[str, str]:
    heading = _("For the seller") if side is Side.SELLER else _("For the buyer")
    return {"heading": heading, "hint": _("(signature, full name)"), "name": ""}


def _terms_of(call_off: CallOff) -> Terms:
    version = version_numbered(call_off.agreement, call_off.version_number)
    assert version is not None
    return version.terms


def _lines_of(call_off: CallOff) -> list[tuple[CallOffLine, AgreementLine]]:
    asked = select(CallOffLine).where(CallOffLine.call_off_id == call_off.id).options(joinedload(CallOffLine.line))
    found = [(one, one.line) for one in db.session.scalars(asked)]
    return sorted(found, key=lambda pair: (pair[1].position, pair[1].id))


def _goods_columns() -> list[dict[str, Any]]:
    goods = [column(_("No."), "count"), column(_("Goods, quality"), "name"), column(_("Unit"))]
    return [*goods, column(_("Quantity"), "number")]


def _minutes_columns() -> list[dict[str, Any]]:
    return [
        *_goods_columns()[:3],
        column(_("Called quantity"), "number"),
        column(_("Delivered quantity"), "number"),
        column(_("Accepted quantity"), "number"),
        column(_("Rejected quantity"), "number"),
    ]


def _of_terms(row: AgreementLine, terms: Terms) -> tuple[list[str], str]:
    """The name of a line's goods with pack and quality, and its unit."""
    line = next((one for one in terms["lines"] if one["key"] == row.key), None)
    if line is None:
        return [row.key], ""
    return [line["product"], *filter(None, (line["pack"], line["quality"]))], line["unit"]


def _called(place: int, one: CallOffLine, row: AgreementLine, terms: Terms) -> Cells:
    name, unit = _of_terms(row, terms)
    price = _price_of(row, terms)
    return [str(place), name, unit, number(one.quantity), vnd(price), vnd(one.quantity * price)]


def _price_of(row: AgreementLine, terms: Terms) -> int:
    """The price of the version that the goods were called under: the book's own follows later annexes."""
    return next((int(one["price_vnd"]) for one in terms["lines"] if one["key"] == row.key), row.price_vnd)


def _handed_over(call_off: CallOff, order: Order, terms: Terms) -> list[Cells]:
    sent: dict[int | None, OrderLine] = {line.variant_id: line for line in order.lines}
    pairs = [(one, row, sent.get(row.variant_id)) for one, row in _lines_of(call_off)]
    return [_checked(place, one, row, line, order, terms) for place, (one, row, line) in enumerate(pairs, 1)]


def _checked(
    place: int, one: CallOffLine, row: AgreementLine, line: OrderLine | None, order: Order, terms: Terms
) -> Cells:
    name, unit = _of_terms(row, terms)
    shipped = number(line.shipped_quantity) if line is not None and line.shipped_quantity else ""
    receipt = order.delivery_receipt
    said = receipt.of(line) if receipt is not None and line is not None else None
    if said is None:
        return [str(place), name, unit, number(one.quantity), shipped, "", ""]
    why = str(said.reason.label) if said.reason else ""
    name = [*name, *filter(None, (why and _("Rejected: %(why)s", why=why), said.note))]
    return [str(place), name, unit, number(one.quantity), shipped, number(said.accepted), number(said.rejected)]


def _carried(call_off: CallOff, order: Order, receipt: Receipt | None) -> list[tuple[str, str]]:
    carrier = ", ".join(filter(None, (order.carrier, order.tracking)))
    return _facts(
        (_("Place of delivery"), call_off.place),
        (_("Delivery due"), day(call_off.due_on)),
        (_("Carried by"), carrier),
        (_("Checked at"), moment(receipt.at) if receipt is not None and receipt.is_checked else ""),
        (_("Order"), order.ref),
    )


def _notes(receipt: Receipt | None) -> list[str]:
    if receipt is None:
        return [_("Delivered, accepted and rejected quantities are filled in when the goods are handed over.")]
    if not receipt.is_checked:
        return [_("Nobody checked the delivery in time: it counts as delivered, unchecked, and not as accepted.")]
    return [_("Note: %(note)s", note=receipt.note)] if receipt.note else []
