"""Whether terms are well formed, what is still missing before they can be sent, and how they differ from the models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.contracts.states.agreements import AgreementKind, PaperKind, Side
from marketplace.contracts.terms import shapes, sums
from marketplace.contracts.terms.drafting import SCHEMA, ModelText
from marketplace.contracts.terms.filling import BLANK, names_in, value_of
from marketplace.contracts.terms.naming import Terms, label
from marketplace.contracts.terms.redlining import Segments, words_redline
from marketplace.contracts.terms.texts import figures, mandatory_keys
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.money import MOST_VND
from marketplace.core.states import Labelled
from marketplace.core.text import clean

# Luật Thương mại 36/2005/QH11, Điều 301
MOST_PENALTY = 8
# some forty printed pages
MOST_LETTERS = 120_000
PARTY_NEEDS = ("legal_name", "tax_code", "address", "representative", "title")
# in which section of the editor a figure is filled in that a clause speaks of
FIGURE_SECTIONS = {
    "delivery": "delivery",
    "price_rule": "price",
    "payment": "price",
    "penalty": "price",
    "term": "term",
    "law": "law",
}
ENDING = (PaperKind.TERMINATION.value, PaperKind.LIQUIDATION.value)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do before the paper can be sent: in which section, in words, at which field."""

    section: str
    words: str
    field: str = ""


# what may stand in a gap: a day, a place, a reason; longer words change the clause
GAP = r"[^\[\]]{1,160}?"


class DeviationKind(Labelled):
    """How a clause differs from the library."""

    LEFT_OUT = "left_out", _l("mandatory clause left out")
    CHANGED = "changed", _l("deviates from the model clause")
    CUSTOM = "custom", _l("written by the parties")
    OLDER = "older", _l("an earlier version of the model clause")
    FILLED = "filled", _l("gaps of the model clause filled in")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A clause that is not as the library has it; `redline` leads from the model to the text."""

    key: str
    title: str
    kind: DeviationKind
    redline: Segments
    is_mandatory: bool


def checked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Terms cleaned, in the schema's form, sums computed anew; a Refused names the field that cannot stand so.

    A draft may have gaps: what is missing is said by `missing()`.
    """
    found = shapes.TERMS(data, "")
    made = {"schema": SCHEMA, "kind": _one_of(AgreementKind, data, "kind"), "paper": _one_of(PaperKind, data, "paper")}
    for line in found["lines"]:
        line["amount_vnd"] = _within(sums.amount(line), f"lines.{line['key']}.price_vnd")
    totals = sums.totals(found["lines"])
    _within(totals["total_vnd"], "lines")
    _possible(found)
    return {**made, **found, "clauses": [_clause(one) for one in found["clauses"]], "totals": totals}


def _one_of(kind: type[AgreementKind] | type[PaperKind], data: Mapping[str, Any], name: str) -> str:
    try:
        return kind(str(data.get(name))).value
    except ValueError:
        raise shapes.refuse(name, _("This kind of paper is not known here.")) from None


def _within(amount_vnd: int, path: str) -> int:
    if amount_vnd > MOST_VND:
        raise shapes.refuse(path, _("The amount is larger than can be written here. Please check quantity and price."))
    return amount_vnd


def _clause(one: dict[str, Any]) -> dict[str, Any]:
    from_library = one["source"] == "template" and one["version"] is not None
    return {
        **one,
        "source": "template" if from_library else "custom",
        "version": one["version"] if from_library else None,
    }


def _possible(terms: Terms) -> None:
    if sum(len(one["text"]) for one in terms["clauses"]) > MOST_LETTERS:
        raise shapes.refuse("clauses", _("The clauses are longer than a contract can be here. Please shorten them."))
    if terms["penalty"]["percent"] > MOST_PENALTY:
        sentence = _("The penalty can be at most 8% of the value of the breached part (Law on Commerce, Article 301).")
        raise shapes.refuse("penalty.percent", sentence)
    first, last = terms["term"]["valid_from"], terms["term"]["valid_to"]
    if first and last and last < first:
        raise shapes.refuse("term.valid_to", _("The last day lies before the first one."))
    _each_pack_once(terms["lines"])
    known = {line["key"] for line in terms["lines"]}
    for place, delivery in enumerate(terms["schedule"]):
        if delivery["line"] not in known:
            raise shapes.refuse(f"schedule.{place}.line", _("This delivery belongs to no line of the table of goods."))


def _each_pack_once(lines: Sequence[Mapping[str, Any]]) -> None:
    """Orders, parcels and receipts know a line by its pack: a second line of the same one could not be told apart."""
    first: dict[str, str] = {}
    for line in lines:
        if line["sku"] and first.setdefault(line["sku"], line["key"]) != line["key"]:
            sentence = _(
                "%(goods)s stands in the table twice, in lines %(one)s and %(other)s. "
                "Please put both quantities into one line and remove the other.",
                goods=line["product"] or line["sku"],
                one=first[line["sku"]],
                other=line["key"],
            )
            raise shapes.refuse(f"lines.{line['key']}.sku", sentence)


def missing(data: Terms, library: Iterable[ModelText] | None = None) -> list[Missing]:
    """What has to be filled in before the paper can be sent, in the order of the page.

    Mandatory clauses are those of the library in force; without one, those of the project's file.
    """
    needed = _needed_clauses(data, library)
    if data["paper"] in ENDING:
        return [*_parties(data), *_clauses(data, needed)]
    fields = [*_parties(data), *_lines(data), *_deliveries(data), *_term(data), *_law(data)]
    said = {one.field for one in fields}
    clauses = (one for one in _clauses(data, needed) if one.field not in said)
    return [*fields, *clauses, *_change(data)]


def _needed_clauses(data: Terms, library: Iterable[ModelText] | None) -> dict[str, str]:
    if library is None:
        return mandatory_keys(data["kind"], data["paper"])
    return {one.key: one.title for one in library if one.is_mandatory}


def _parties(data: Terms) -> Iterator[Missing]:
    if not data["title"]:
        yield Missing("parties", _("Give the paper a name."), "title")
    for side in Side:
        for name in PARTY_NEEDS:
            path = f"parties.{side.value}.{name}"
            if not data["parties"][side.value][name]:
                yield Missing("parties", _("%(what)s is missing.", what=label(path)), path)


def _lines(data: Terms) -> Iterator[Missing]:
    is_mou = data["kind"] == AgreementKind.MOU
    if not data["lines"]:
        yield Missing("lines", _("Add at least one line of goods."), "lines")
    for line in data["lines"]:
        yield from _line(line, data, is_mou)


def _line(line: Mapping[str, Any], data: Terms, is_mou: bool) -> Iterator[Missing]:
    path = f"lines.{line['key']}"
    name = line["product"] or line["key"]
    if not line["product"]:
        yield Missing("lines", _("Line %(key)s: say which goods.", key=line["key"]), f"{path}.product")
    if is_mou:
        return
    if not line["sku"]:
        yield Missing("lines", _("%(goods)s: choose a pack from the catalogue.", goods=name), f"{path}.sku")
    if not sums.quantity_of(line):
        yield Missing("lines", _("%(goods)s: say how much.", goods=name), f"{path}.quantity")
    if not line["price_vnd"]:
        yield Missing("lines", _("%(goods)s: the price is missing.", goods=name), f"{path}.price_vnd")
    if line["star"] and expires_before(line, data["term"]["valid_from"]):
        sentence = _("%(goods)s: the OCOP certificate ends before the first delivery.", goods=name)
        yield Missing("lines", sentence, f"{path}.certificate.valid_until")


def _deliveries(data: Terms) -> Iterator[Missing]:
    if data["kind"] == AgreementKind.MOU:
        return
    if not data["delivery"]["place"]:
        yield Missing("delivery", _("Say where the goods are handed over."), "delivery.place")
    if data["price_rule"]["kind"] == "list_minus" and not data["price_rule"]["percent"]:
        yield Missing("price", _("Say how much less than the price list the buyer pays."), "price_rule.percent")
    for place, one in enumerate(data["schedule"]):
        yield from _delivery(data, place, one)
    yield from _over_quantity(data)


def _delivery(data: Terms, place: int, one: Mapping[str, Any]) -> Iterator[Missing]:
    first, last = data["term"]["valid_from"], data["term"]["valid_to"]
    number = place + 1
    if not one["due_on"]:
        yield Missing("delivery", _("Delivery %(number)s has no day.", number=number), f"schedule.{place}.due_on")
    elif (first and one["due_on"] < first) or (last and one["due_on"] > last):
        sentence = _("Delivery %(number)s lies outside of the term of the contract.", number=number)
        yield Missing("delivery", sentence, f"schedule.{place}.due_on")
    if not sums.quantity_of(one):
        yield Missing(
            "delivery", _("Delivery %(number)s has no quantity.", number=number), f"schedule.{place}.quantity"
        )


def _over_quantity(data: Terms) -> Iterator[Missing]:
    for line in data["lines"]:
        planned = _planned(data, line)
        if planned > sums.most(line):
            sentence = _(
                "%(goods)s: the deliveries add up to %(planned)s, more than the %(most)s that the contract "
                "with its tolerance allows.",
                goods=line["product"],
                planned=_dotted(planned),
                most=_dotted(sums.most(line)),
            )
            yield Missing("delivery", sentence, "schedule")


def worth_a_look(data: Terms) -> list[Missing]:
    """What may be meant so but seldom is: a delivery calendar that covers more or less than what is contracted.

    It keeps nobody from sending: what the calendar leaves out may be called when it is needed.
    """
    if not data["schedule"] or data["kind"] == AgreementKind.MOU or data["paper"] in ENDING:
        return []
    found = (_uneven(line, _planned(data, line)) for line in data["lines"])
    return [Missing("delivery", words, "schedule") for words in found if words]


def _uneven(line: Mapping[str, Any], planned: int) -> str:
    contracted = sums.quantity_of(line)
    figures = {"goods": line["product"] or line["key"], "planned": _dotted(planned), "all": _dotted(contracted)}
    if planned < contracted:
        return _("%(goods)s: the delivery calendar covers %(planned)s of the %(all)s contracted.", **figures)
    if contracted < planned <= sums.most(line):
        return _("%(goods)s: the delivery calendar has %(planned)s, more than the %(all)s contracted.", **figures)
    return ""


def _planned(data: Terms, line: Mapping[str, Any]) -> int:
    return sum(sums.quantity_of(one) for one in data["schedule"] if one["line"] == line["key"])


def _dotted(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _term(data: Terms) -> Iterator[Missing]:
    for name in ("valid_from", "valid_to"):
        if not data["term"][name]:
            yield Missing("term", _("%(what)s is missing.", what=label(f"term.{name}")), f"term.{name}")


def _law(data: Terms) -> Iterator[Missing]:
    if not data["law"]["place"] and data["kind"] != AgreementKind.MOU:
        yield Missing("law", _("Name the court or arbitration centre that decides in a dispute."), "law.place")


def _clauses(data: Terms, needed: Mapping[str, str]) -> Iterator[Missing]:
    present = {one["key"] for one in data["clauses"]}
    for key, title in needed.items():
        if key not in present:
            sentence = _("The clause “%(title)s” belongs in every contract of this kind.", title=title)
            yield Missing("clauses", sentence, f"clauses.{key}")
    for one in data["clauses"]:
        yield from _text(data, one)


def _text(data: Terms, one: Mapping[str, Any]) -> Iterator[Missing]:
    path = f"clauses.{one['key']}.text"
    if not one["text"] or not one["title"]:
        yield Missing("clauses", _("A clause has no title or no text."), path)
    for gap in BLANK.findall(one["text"]):
        sentence = _("Clause “%(title)s”: fill in “%(gap)s”.", title=one["title"], gap=gap)
        yield Missing("clauses", sentence, path)
    for name in names_in(one["text"]):
        if not value_of(data, name):
            yield _figure(one["title"], name, path)


def _figure(title: str, name: str, clause: str) -> Missing:
    """A figure that a clause speaks of is filled in where it stands, once for the whole paper."""
    path = figures().get(name, "")
    section = FIGURE_SECTIONS.get(path.partition(".")[0], "clauses")
    sentence = _("Fill in “%(name)s”: the clause “%(title)s” speaks of it.", title=title, name=name)
    return Missing(section, sentence, clause if section == "clauses" else path)


def _change(data: Terms) -> Iterator[Missing]:
    if data["paper"] == PaperKind.AMENDMENT and not data["references"]["rationale"]:
        yield Missing("references", _("Say why the contract is changed."), "references.rationale")


def expires_before(line: Mapping[str, Any], day: str | None) -> bool:
    """The star of a line has no certificate, or one that ends before a day (YYYY-MM-DD)."""
    until = (line.get("certificate") or {}).get("valid_until")
    return until is None or (day is not None and until < day)


def deviations(data: Terms, library: Sequence[ModelText]) -> list[Deviation]:
    """What a department reads first: mandatory clauses left out, model clauses changed, clauses of the parties' own.

    `library` holds the models in force; earlier versions may stand in it too, then a clause is measured by its own.
    """
    newest = {one.key: one for one in sorted(library, key=lambda one: one.version)}
    present = {one["key"] for one in data["clauses"]}
    left_out = [one for one in newest.values() if one.is_mandatory and one.key not in present]
    found = [Deviation(one.key, one.title, DeviationKind.LEFT_OUT, [("delete", one.text)], True) for one in left_out]
    found += [one for clause in data["clauses"] if (one := _deviation(clause, newest, library)) is not None]
    order = list(DeviationKind)
    return sorted(found, key=lambda one: (order.index(one.kind), not one.is_mandatory))


def _deviation(
    clause: Mapping[str, Any], newest: Mapping[str, ModelText], library: Sequence[ModelText]
) -> Deviation | None:
    model = newest.get(clause["key"])
    if model is None:
        return Deviation(clause["key"], clause["title"], DeviationKind.CUSTOM, [("insert", clause["text"])], False)
    if _same(clause, model):
        return None
    redline = words_redline(model.text, clause["text"])
    return Deviation(clause["key"], clause["title"], _kind(clause, model, library), redline, model.is_mandatory)


def _kind(clause: Mapping[str, Any], model: ModelText, library: Sequence[ModelText]) -> DeviationKind:
    """How a clause differs from its model in force, by the nearest text of the library."""
    if _fills(clause, model):
        return DeviationKind.FILLED
    earlier = any(_same(clause, one) or _fills(clause, one) for one in library if one.key == model.key)
    return DeviationKind.OLDER if earlier else DeviationKind.CHANGED


def _same(clause: Mapping[str, Any], model: ModelText) -> bool:
    return (_plain(clause["title"]), _plain(clause["text"])) == (_plain(model.title), _plain(model.text))


def _fills(clause: Mapping[str, Any], model: ModelText) -> bool:
    """Whether nothing but the gaps of a model was written; what stands there now is still for the reader to judge."""
    fixed = [re.escape(part) for part in BLANK.split(_plain(model.text))[::2]]
    is_model = re.fullmatch(GAP.join(fixed), _plain(clause["text"])) is not None
    return len(fixed) > 1 and is_model and _plain(clause["title"]) == _plain(model.title)


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", clean(words, lines=True))
