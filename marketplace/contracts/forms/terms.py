"""The editor of a text: each step's fields are named by their path in the terms (`lines.L1.price_vnd`).

Everything that was typed is read first; then one act (`act`) adds, takes away or moves a line, a day or a clause.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.contracts.models import ModelClause
from marketplace.contracts.states.agreements import AgreementKind, PaperKind, Side
from marketplace.contracts.terms import drafting, shapes
from marketplace.contracts.terms.naming import Unit, label, pattern, unit
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.money import parse_vnd, split
from marketplace.core.refusals import Refused
from marketplace.core.states import Labelled
from marketplace.core.text import clean

Terms = dict[str, Any]
MOST_TEXT = 8200
MOST_DELIVERIES = 36
COUNTED = (Unit.PERCENT, Unit.QUANTITY, Unit.DAYS, Unit.COUNT)
# a dot or a blank is left out only where it parts thousands: "1.5" is no fifteen
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.\s][0-9]{3})+")
_PLACE = re.compile(r"[0-9]{1,3}")
# the other side's: taken only where nothing is known, which the service decides
SIGNER = ("representative", "title")
BANK = ("name", "number", "holder")


class Step(Labelled):
    """A part of the editor."""

    PARTIES = "parties", _l("The two sides")
    GOODS = "goods", _l("The goods")
    DELIVERY = "delivery", _l("Delivery")
    PRICE = "price", _l("Payment")
    TERM = "term", _l("Term and law")
    CLAUSES = "clauses", _l("Clauses")
    CHECK = "check", _l("Check and send")


# sections of the checklist, by the step in which they are mended
STEP_OF = {"parties": Step.PARTIES, "lines": Step.GOODS, "delivery": Step.DELIVERY, "schedule": Step.DELIVERY}
STEP_OF |= {"price": Step.PRICE, "price_rule": Step.PRICE, "payment": Step.PRICE, "penalty": Step.PRICE}
STEP_OF |= {"term": Step.TERM, "law": Step.TERM, "clauses": Step.CLAUSES, "title": Step.PARTIES}
# what may be typed in which step; facts of goods and identities are the server's
FIELDS: dict[Step, tuple[str, ...]] = {
    Step.PARTIES: ("title", "parties.*.representative", "parties.*.title", "parties.*.phone", "parties.*.email",
                   "parties.*.bank.name", "parties.*.bank.number", "parties.*.bank.holder"),
    Step.GOODS: ("lines.*.product", "lines.*.unit", "lines.*.quality", "lines.*.quantity", "lines.*.tolerance_percent",
                 "lines.*.price_vnd", "lines.*.vat_percent"),
    Step.DELIVERY: ("schedule.*.due_on", "schedule.*.line", "schedule.*.quantity", "delivery.place", "delivery.terms",
                    "delivery.freight_vnd", "delivery.loss_percent", "delivery.packaging"),
    Step.PRICE: ("price_rule.kind", "price_rule.percent", "price_rule.note", "payment.days", "payment.deposit_percent",
                 "payment.late_interest_percent", "penalty.percent"),
    Step.TERM: ("term.valid_from", "term.valid_to", "law.settlement", "law.place", "law.copies"),
    Step.CLAUSES: ("clauses.*.title", "clauses.*.text"),
    Step.CHECK: (),
}  # fmt: skip


def steps_of(kind: AgreementKind, paper: PaperKind) -> list[Step]:
    """The parts that a paper of this kind has."""
    if paper in (PaperKind.TERMINATION, PaperKind.LIQUIDATION):
        return [Step.PARTIES, Step.CLAUSES, Step.CHECK]
    if kind is AgreementKind.MOU:
        return [Step.PARTIES, Step.GOODS, Step.TERM, Step.CLAUSES, Step.CHECK]
    return list(Step)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an act needs besides the terms: the library, and how a SKU becomes a line's facts."""

    library: Sequence[ModelClause]
    facts_of: Callable[[str], Mapping[str, Any] | None]


def written(terms: Mapping[str, Any], posted: Mapping[str, str], step: Step, side: Side) -> Terms:
    """The terms with every field of a step as it was typed; what the side may not write is left as it was."""
    made: Terms = deepcopy(dict(terms))
    for path, typed in posted.items():
        theirs = path.startswith(f"parties.{side.other.value}.") and path.rpartition(".")[2] not in SIGNER
        if pattern(path) in FIELDS[step] and not theirs:
            _put(made, path, _read(path, typed[:MOST_TEXT], made))
    return made


def _read(path: str, typed: str, terms: Terms) -> Any:
    """A field as terms hold it; what cannot be read stays as typed and is refused with its own sentence there."""
    kind = unit(path)
    if kind is Unit.VND:
        amount = parse_vnd(clean(typed[:40])) if typed.strip() else 0
        if amount is None:
            raise Refused(
                _("%(what)s: please type an amount in đồng, for example 65.000.", what=label(path, terms)), field=path
            )
        return amount
    if kind in COUNTED and path != "payment.late_interest_percent":
        return _counted(typed.strip().removesuffix("%").strip())
    if path == "payment.late_interest_percent":
        return typed.strip().removesuffix("%").strip() or "0"
    return _day(typed) if kind is Unit.DAY else typed


def _counted(typed: str) -> str:
    """A whole number without what parts its thousands; everything else stays as typed and is refused."""
    return re.sub(r"[.\s]", "", typed) if _GROUPED.fullmatch(typed) else typed or "0"


def _day(typed: str) -> str:
    """A day as a browser sends it, or as people write it."""
    written = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", typed.strip())
    return f"{written[3]}-{int(written[2]):02d}-{int(written[1]):02d}" if written else typed.strip()


def _put(terms: Terms, path: str, value: Any) -> None:
    head, _dot, rest = path.partition(".")
    if not rest:
        terms[head] = value
        return
    key, _dot, name = rest.partition(".")
    holder = _holder(terms, head, key) if name else terms[head]
    if holder is None:
        raise Refused(_("This entry was taken away meanwhile. Please look at the page again."))
    _put_in(holder, name or key, value)


def _put_in(holder: Terms, name: str, value: Any) -> None:
    if name.startswith("bank."):
        part = name.removeprefix("bank.")
        bank = {**dict.fromkeys(BANK, ""), **(holder["bank"] or {}), part: value}
        holder["bank"] = bank if any(bank.values()) else None
    elif name == "text" and holder.get("source") == "template" and _changed(holder["text"], value):
        holder["text"] = value
    else:
        holder[name] = value


def _changed(old: str, new: str) -> bool:
    """Browsers send line ends their own way: that alone changes no clause."""
    return clean(old, lines=True) != clean(new, lines=True)


def _holder(terms: Terms, head: str, key: str) -> Terms | None:
    found = terms[head]
    if isinstance(found, dict):
        inner = found.get(key)
        return inner if isinstance(inner, dict) else None
    if head == "schedule":
        return found[int(key)] if _PLACE.fullmatch(key) and int(key) < len(found) else None
    return next((one for one in found if one["key"] == key), None)


# --- one act on a list ---


def acted(terms: Terms, act: str, posted: Mapping[str, str], wanted: Wanted) -> Terms:
    """The terms after one act, named `remove-line:L1`; an act that is not known changes nothing."""
    name, _colon, key = act.partition(":")
    known = ACTS.get(name)
    return known(terms, key[:60], posted, wanted) if known else terms


def _add_line(terms: Terms, sku: str, posted: Mapping[str, str], wanted: Wanted) -> Terms:
    sku = (sku or clean(posted.get("sku", ""))[:40]).upper()
    facts = wanted.facts_of(sku) if sku else None
    if facts is None:
        raise Refused(_("No goods of this seller have the SKU “%(sku)s”.", sku=sku), field="sku")
    if any(one["sku"] == facts["sku"] for one in terms["lines"]):
        raise Refused(
            _("%(goods)s is in the table already.", goods=f"{facts['product']}, {facts['pack']}"), field="sku"
        )
    made = drafting.blank_line(drafting.next_key(terms["lines"]), **facts)
    return {**terms, "lines": [*terms["lines"], made]}


def _add_words(terms: Terms, _key: str, posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    words = clean(posted.get("goods", ""))[:200]
    if not words:
        raise Refused(_("Say which goods you mean."), field="goods")
    made = drafting.blank_line(drafting.next_key(terms["lines"]), product=words, quantity="0")
    return {**terms, "lines": [*terms["lines"], made]}


def _remove_line(terms: Terms, key: str, _posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    schedule = [one for one in terms["schedule"] if one["line"] != key]
    return {**terms, "lines": [one for one in terms["lines"] if one["key"] != key], "schedule": schedule}


def _add_day(terms: Terms, _key: str, _posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    if not terms["lines"]:
        raise Refused(_("Add goods first; then say when they come."), field="schedule")
    made = {"due_on": None, "line": terms["lines"][0]["key"], "quantity": "0"}
    return {**terms, "schedule": [*terms["schedule"], made]}


def _remove_day(terms: Terms, key: str, _posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    return {**terms, "schedule": [one for place, one in enumerate(terms["schedule"]) if str(place) != key]}


def _spread(terms: Terms, _key: str, posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    """Every line in equal parts, one delivery a month from the first day on; what is left over comes first."""
    first = _first_day(posted.get("spread_from", ""))
    typed = posted.get("spread_count", "").strip()
    count = int(typed) if _PLACE.fullmatch(typed) else 0
    if not 1 <= count <= MOST_DELIVERIES:
        sentence = _("Please type how many deliveries: from 1 to %(most)s.", most=MOST_DELIVERIES)
        raise Refused(sentence, field="spread_from")
    rows = [
        {"due_on": _months_on(first, place).isoformat(), "line": line["key"], "quantity": str(part)}
        for line in terms["lines"]
        for place, part in enumerate(split(_quantity_of(line), [1] * count))
        if part
    ]
    return {**terms, "schedule": sorted(rows, key=lambda one: (one["due_on"], one["line"]))}


def _quantity_of(line: Mapping[str, Any]) -> int:
    """How much of a line is spread, which may have been typed in the same breath."""
    return int(shapes.quantity(line["quantity"], f"lines.{line['key']}.quantity"))


def _first_day(typed: str) -> date:
    try:
        day = shapes.day(_day(typed), "spread_from")
    except Refused:
        day = None
    if day is None:
        raise Refused(_("Please choose the day of the first delivery."), field="spread_from")
    return date.fromisoformat(day)


def _months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _add_clause(terms: Terms, key: str, _posted: Mapping[str, str], wanted: Wanted) -> Terms:
    model = next((one for one in wanted.library if one.key == key), None)
    if model is None or any(one["key"] == key for one in terms["clauses"]):
        return terms
    places = {one.key: one.position for one in wanted.library}
    before = [one for one in terms["clauses"] if places.get(one["key"], 10**6) <= model.position]
    after = [one for one in terms["clauses"] if one not in before]
    return {**terms, "clauses": [*before, drafting.clause_of(model), *after]}


def _own_clause(terms: Terms, _key: str, posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    title, text = clean(posted.get("own_title", ""))[:200], clean(posted.get("own_text", ""), lines=True)[:8000]
    if not title:
        raise Refused(_("Give the clause a title."), field="own_title")
    if not text:
        raise Refused(_("Write what the clause says."), field="own_text")
    made = drafting.own_clause(drafting.next_clause_key(terms["clauses"]), title, text)
    return {**terms, "clauses": [*terms["clauses"], made]}


def _remove_clause(terms: Terms, key: str, _posted: Mapping[str, str], _wanted: Wanted) -> Terms:
    return {**terms, "clauses": [one for one in terms["clauses"] if one["key"] != key]}


def _restore_clause(terms: Terms, key: str, _posted: Mapping[str, str], wanted: Wanted) -> Terms:
    model = next((one for one in wanted.library if one.key == key), None)
    if model is None:
        return terms
    made = [drafting.clause_of(model) if one["key"] == key else one for one in terms["clauses"]]
    return {**terms, "clauses": made}


def _move_clause(terms: Terms, key: str, by: int) -> Terms:
    clauses = list(terms["clauses"])
    place = next((n for n, one in enumerate(clauses) if one["key"] == key), None)
    if place is not None and 0 <= place + by < len(clauses):
        clauses[place], clauses[place + by] = clauses[place + by], clauses[place]
    return {**terms, "clauses": clauses}


ACTS: dict[str, Callable[[Terms, str, Mapping[str, str], Wanted], Terms]] = {
    "add-line": _add_line,
    "add-words": _add_words,
    "remove-line": _remove_line,
    "add-day": _add_day,
    "remove-day": _remove_day,
    "spread": _spread,
    "add-clause": _add_clause,
    "own-clause": _own_clause,
    "remove-clause": _remove_clause,
    "restore-clause": _restore_clause,
    "up": lambda terms, key, _posted, _wanted: _move_clause(terms, key, -1),
    "down": lambda terms, key, _posted, _wanted: _move_clause(terms, key, 1),
}
