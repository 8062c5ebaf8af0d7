"""What stands on the papers of an order, in the reader's words: the seller's packing slip, and a receipt for both."""

from __future__ import annotations

from typing import Any

from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries import timeline
from marketplace.orders.states import DeliveryKind, OrderState
from marketplace.web.filters import day, number, vnd

Block = dict[str, Any]


def packing_slip_of(order: Order) -> dict[str, Any]:
    """What goes into the parcel and to whom: lines to tick, weights, no prices."""
    return _paper(
        order,
        title=_("Packing slip"),
        blocks=[_receiver(order), _seller(order), _carriage(order)],
        columns=[_column("", "tick"), _column(_("Goods"), "name"), _column(_("Lot")), _column(_("Packs"), "number")],
        rows=[["", _named(line), line.lot_codes, _packs(line)] for line in order.lines],
        notes=_slip_notes(order),
    )


def receipt_of(order: Order) -> dict[str, Any]:
    """What was bought, what it cost and what was taken off; no tax invoice, and it says so."""
    return _paper(
        order,
        title=_("Receipt"),
        blocks=[_seller(order), _receiver(order)],
        columns=[
            _column(_("Goods"), "name"),
            _column(_("Packs"), "number"),
            _column(_("Price"), "number"),
            _column(_("VAT"), "number"),
            _column(_("Amount"), "number"),
        ],
        rows=[_priced(line) for line in order.lines],
        sums=_sums(order),
        notes=[_payment_words(order), _("This receipt is not an electronic tax invoice. The seller issues that one.")],
    )


def _paper(order: Order, *, sums: list[dict[str, Any]] | None = None, **parts: Any) -> dict[str, Any]:
    words = {"site": timeline.PLATFORM, "ref": order.ref, "lang": locale(), "sums": sums or []}
    dated = _("Ordered on %(day)s", day=day(order.placed_at))
    footer = _("Order %(ref)s, as of %(day)s", ref=order.ref, day=day(clock.today()))
    return {**words, "dated": dated, "footer": footer, **parts}


def _column(label: str, kind: str = "text") -> dict[str, str]:
    return {"label": label, "kind": kind}


def _block(title: str, *lines: str) -> Block:
    return {"title": title, "lines": [line for line in lines if line]}


def _receiver(order: Order) -> Block:
    bought = order.purchase
    ward, province = bought.ward.name if bought.ward else "", bought.province.name
    address = _joined(bought.street, ward, province) if order.delivery is DeliveryKind.SHIP else ""
    return _block(_("Receiver"), bought.name, bought.phone, bought.email, address)


def _seller(order: Order) -> Block:
    seller = order.seller
    ward = seller.ward.name if seller.ward else ""
    tax_code = _("Tax code: %(code)s", code=seller.tax_code) if seller.tax_code else ""
    return _block(
        _("Seller"), order.seller_name, tax_code, _joined(seller.street, ward, seller.province.name), seller.phone or ""
    )


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _carriage(order: Order) -> Block:
    fetched = timeline.is_fetched(order)
    how = _("Pick-up at the producer") if fetched else _joined(order.carrier, order.tracking)
    leaves = _("Leaves on %(day)s", day=day(order.ship_on)) if order.ship_on else ""
    due = _("Cash on delivery: %(sum)s", sum=vnd(order.due_vnd)) if order.payment_method == "cod" else _("Paid")
    paid = due if order.payment_method == "cod" or order.is_paid else ""
    return _block(_("Delivery"), how or _("Delivery by the seller"), leaves, paid)


def _named(line: OrderLine) -> list[str]:
    """The goods' name, and below it the pack, the weight and the star."""
    name = (locale() == "en" and line.product_name_en) or line.product_name
    star = _("OCOP %(stars)s stars", stars=line.star) + f" · {line.certificate_number}" if line.star else ""
    weight = ""
    if line.shipped_grams is not None:
        weight = _("weighed: %(grams)s g", grams=number(line.shipped_grams))
    elif line.estimated_grams is not None:
        weight = _("about %(grams)s g", grams=number(line.estimated_grams * line.quantity))
    return [name, *(text for text in (line.variant_name, weight, star) if text)]


def _priced(line: OrderLine) -> list[Any]:
    packs, price, amount = number(line.quantity), vnd(line.unit_price_vnd), vnd(line.amount_vnd)
    return [_named(line), packs, price, f"{line.vat_percent}%", amount]


def _packs(line: OrderLine) -> str:
    """How many go, of how many where some are missing."""
    if line.short_reason is not None and line.shipped_quantity < line.quantity:
        return _("%(sent)s of %(ordered)s", sent=line.shipped_quantity, ordered=line.quantity)
    return number(line.quantity)


def _sums(order: Order) -> list[dict[str, Any]]:
    freight = vnd(order.freight_vnd) if order.freight_vnd else _("free")
    sums = [_sum(_("Price of the goods"), vnd(order.goods_vnd)), _sum(_("Delivery"), freight)]
    if order.discount_vnd:
        sums.append(_sum(_("Discount"), f"−{vnd(order.discount_vnd)}"))
    if not order.reduced_vnd:
        return [*sums, _sum(_("Total, VAT included"), vnd(order.total_vnd), strong=True)]
    short, returned = reductions_of(order)
    sums.append(_sum(_("Agreed total"), vnd(order.total_vnd)))
    sums += [_sum(_("Short or lighter"), f"−{vnd(short)}")] if short else []
    sums += [_sum(_("Goods given back"), f"−{vnd(returned)}")] if returned else []
    return [*sums, _sum(_("Total after changes, VAT included"), vnd(order.due_vnd), strong=True)]


def reductions_of(order: Order) -> tuple[int, int]:
    """What was taken off an order in đồng: for what was short or lighter, and for goods given back with freight."""
    returned = sum(line.returned_vnd for line in order.lines) + order.reduced_freight_vnd
    return order.reduced_vnd - returned, returned


def _sum(label: str, amount: str, *, strong: bool = False) -> dict[str, Any]:
    return {"label": label, "amount": amount, "strong": strong}


def _slip_notes(order: Order) -> list[str]:
    noted = [_("Note: %(note)s", note=order.purchase.note)] if order.purchase.note else []
    return [_("This order is cancelled. Please do not ship it."), *noted] if _is_off(order) else noted


def _is_off(order: Order) -> bool:
    return order.state is OrderState.CANCELLED


def _payment_words(order: Order) -> str:
    if _is_off(order):
        back = _("This order is cancelled: nothing is due for it, and what was paid goes back to the buyer.")
        return back if order.is_paid else _("This order is cancelled: nothing is due for it.")
    if order.is_paid and order.payment_method == "stripe":
        return _("Paid by card.")
    return _("The seller has received the payment.") if order.is_paid else _("Not paid yet.")
