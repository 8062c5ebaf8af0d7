"""The fields of terms: what each is called, in which unit it counts, and which choices it has.

A path names a field as `lines.L1.price_vnd`: lines and clauses by their key, the days of the schedule by their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

Terms = Mapping[str, Any]


class PriceRule(Labelled):
    """How prices may move while the contract runs."""

    FIXED = "fixed", _l("the prices of the table hold for the whole term")
    CEILING = "ceiling", _l("the prices of the table are the highest ones")
    LIST_MINUS = "list_minus", _l("the price list of the day less a discount")


class DeliveryTerms(Labelled):
    """Who carries the freight."""

    INCLUDED = "included", _l("freight is in the price")
    EXTRA = "extra", _l("the buyer pays the freight of each delivery")
    COLLECTED = "collected", _l("the buyer collects the goods")


class Settlement(Labelled):
    """Who decides where the two sides cannot."""

    COURT = "court", _l("court")
    ARBITRATION = "arbitration", _l("arbitration")


class Unit(StrEnum):
    """In what a field counts."""

    TEXT = "text"
    VND = "vnd"
    PERCENT = "percent"
    QUANTITY = "quantity"
    DAYS = "days"
    COUNT = "count"
    DAY = "day"
    STAR = "star"
    CHOICE = "choice"


NUMBERS = (Unit.VND, Unit.PERCENT, Unit.QUANTITY, Unit.DAYS, Unit.COUNT)
CHOICES: dict[str, type[Labelled]] = {
    "price_rule.kind": PriceRule,
    "delivery.terms": DeliveryTerms,
    "law.settlement": Settlement,
}
# `*` stands for the key of a line or clause, a side, or a place in the schedule
FIELDS: dict[str, tuple[Any, Unit]] = {
    "title": (_l("Name of the contract"), Unit.TEXT),
    "parties.*.ref": (_l("Organisation"), Unit.TEXT),
    "parties.*.legal_name": (_l("Legal name"), Unit.TEXT),
    "parties.*.legal_form": (_l("Legal form"), Unit.TEXT),
    "parties.*.tax_code": (_l("Tax code"), Unit.TEXT),
    "parties.*.address": (_l("Address"), Unit.TEXT),
    "parties.*.province.code": (_l("Code of the province"), Unit.TEXT),
    "parties.*.province.name": (_l("Province"), Unit.TEXT),
    "parties.*.representative": (_l("Representative"), Unit.TEXT),
    "parties.*.title": (_l("Position"), Unit.TEXT),
    "parties.*.phone": (_l("Phone"), Unit.TEXT),
    "parties.*.email": (_l("E-mail"), Unit.TEXT),
    "parties.*.bank.name": (_l("Bank"), Unit.TEXT),
    "parties.*.bank.number": (_l("Account number"), Unit.TEXT),
    "parties.*.bank.holder": (_l("Account holder"), Unit.TEXT),
    "lines.*.sku": (_l("SKU"), Unit.TEXT),
    "lines.*.product": (_l("Goods"), Unit.TEXT),
    "lines.*.pack": (_l("Pack"), Unit.TEXT),
    "lines.*.unit": (_l("Unit"), Unit.TEXT),
    "lines.*.star": (_l("OCOP stars"), Unit.STAR),
    "lines.*.certificate.number": (_l("Certificate number"), Unit.TEXT),
    "lines.*.certificate.valid_until": (_l("Certificate valid until"), Unit.DAY),
    "lines.*.quality": (_l("Quality"), Unit.TEXT),
    "lines.*.quantity": (_l("Quantity"), Unit.QUANTITY),
    "lines.*.tolerance_percent": (_l("Tolerance"), Unit.PERCENT),
    "lines.*.price_vnd": (_l("Unit price"), Unit.VND),
    "lines.*.vat_percent": (_l("VAT rate"), Unit.PERCENT),
    "lines.*.amount_vnd": (_l("Line total"), Unit.VND),
    "totals.goods_vnd": (_l("Goods before VAT"), Unit.VND),
    "totals.vat_vnd": (_l("VAT contained"), Unit.VND),
    "totals.total_vnd": (_l("Value of the contract, VAT included"), Unit.VND),
    "price_rule.kind": (_l("How prices hold"), Unit.CHOICE),
    "price_rule.percent": (_l("Discount on the price list"), Unit.PERCENT),
    "price_rule.note": (_l("Note on prices"), Unit.TEXT),
    "schedule.*.due_on": (_l("Delivery day"), Unit.DAY),
    "schedule.*.line": (_l("Line"), Unit.TEXT),
    "schedule.*.quantity": (_l("Quantity"), Unit.QUANTITY),
    "delivery.place": (_l("Place of delivery"), Unit.TEXT),
    "delivery.terms": (_l("Freight"), Unit.CHOICE),
    "delivery.freight_vnd": (_l("Freight of each delivery"), Unit.VND),
    "delivery.loss_percent": (_l("Loss on the way that is accepted"), Unit.PERCENT),
    "delivery.packaging": (_l("Packaging"), Unit.TEXT),
    "payment.days": (_l("Days to pay after receipt"), Unit.DAYS),
    "payment.deposit_percent": (_l("Deposit"), Unit.PERCENT),
    "payment.late_interest_percent": (_l("Interest on late payment, a year"), Unit.PERCENT),
    "penalty.percent": (_l("Penalty on the breached part"), Unit.PERCENT),
    "term.valid_from": (_l("In force from"), Unit.DAY),
    "term.valid_to": (_l("In force until"), Unit.DAY),
    "law.settlement": (_l("Who decides in a dispute"), Unit.CHOICE),
    "law.place": (_l("Court or arbitration centre"), Unit.TEXT),
    "law.copies": (_l("Paper copies"), Unit.COUNT),
    "references.parent": (_l("Framework agreement"), Unit.TEXT),
    "references.prior": (_l("Earlier contract"), Unit.TEXT),
    "references.contract": (_l("Contract that is changed"), Unit.TEXT),
    "references.rationale": (_l("Reason of the change"), Unit.TEXT),
    "references.amends_version": (_l("Version that is changed"), Unit.COUNT),
    "clauses.*.title": (_l("Title of the clause"), Unit.TEXT),
    "clauses.*.text": (_l("Text of the clause"), Unit.TEXT),
}
KEYED = ("lines", "clauses", "parties", "schedule")


def pattern(path: str) -> str:
    """The path with `*` for the key: `lines.L1.price_vnd` is `lines.*.price_vnd`."""
    head, _dot, rest = path.partition(".")
    return f"{head}.*.{rest.partition('.')[2]}" if head in KEYED else path


def unit(path: str) -> Unit:
    """In what the field counts; text where the path is not known."""
    return FIELDS[pattern(path)][1] if pattern(path) in FIELDS else Unit.TEXT


def label(path: str, terms: Terms | None = None) -> str:
    """What people call the field; with the line, the clause or the side that it belongs to."""
    known = FIELDS.get(pattern(path))
    name = str(known[0]) if known else path
    owner = _owner(path, terms or {})
    return f"{owner}: {name}" if owner else name


def _owner(path: str, terms: Terms) -> str:
    head, _dot, rest = path.partition(".")
    key = rest.partition(".")[0]
    if head not in KEYED:
        return ""
    if head == "parties":
        return _("Seller (side A)") if key == "seller" else _("Buyer (side B)")
    if head == "schedule":
        return _("Delivery %(number)s", number=int(key) + 1 if re.fullmatch(r"[0-9]{1,3}", key) else key)
    found: Mapping[str, Any] = next((one for one in terms.get(head) or [] if one.get("key") == key), {})
    return str(found.get("product" if head == "lines" else "title") or key)


def choice_label(path: str, value: str) -> str:
    """The words of a choice; the value itself where it is none of ours."""
    kind = CHOICES.get(path)
    return next((str(one.label) for one in kind or () if one.value == value), value)
