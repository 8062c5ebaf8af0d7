"""Terms are cleaned and summed, what is missing is said in words, and deviations from the model clauses are found."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.terms import drafting
from marketplace.contracts.terms.canonical import canonical
from marketplace.contracts.terms.checking import (
    DeviationKind,
    checked,
    deviations,
    expires_before,
    missing,
    worth_a_look,
)
from marketplace.core.refusals import Refused
from tests.contracts.wording import decomposed, line, sale, terms

Change = Callable[[dict[str, Any]], Any]


class Model:
    """A clause of a library."""

    def __init__(self, key: str, text: str, *, version: int = 1, mandatory: bool = False, title: str = "") -> None:
        self.key, self.text, self.version, self.is_mandatory = key, text, version, mandatory
        self.title = title or key


@settings(deadline=None)
@given(terms())
def test_checking_twice_changes_nothing(made: dict[str, Any]) -> None:
    assert checked(made) == made
    assert canonical(checked(made)) == canonical(made)


@pytest.mark.parametrize("kind", list(AgreementKind))
@pytest.mark.parametrize("paper", list(PaperKind))
def test_blank_terms_are_well_formed(kind: AgreementKind, paper: PaperKind) -> None:
    made = drafting.blank(kind, paper)
    assert checked(made) == made
    assert missing(made)


def test_sums_that_were_sent_do_not_count() -> None:
    made = sale()
    made["totals"] = {"goods_vnd": 1, "vat_vnd": 0, "total_vnd": 1}
    made["lines"][0]["amount_vnd"] = 5
    assert checked(made) == sale()


def test_what_the_schema_does_not_know_is_dropped() -> None:
    made = sale()
    made["extra"] = made["lines"][0]["extra"] = made["parties"]["seller"]["note"] = "x"
    assert checked(made) == sale()


def test_texts_are_cleaned() -> None:
    made = sale()
    made["parties"]["seller"]["legal_name"] = decomposed("  HTX  Gạo\u200b sạch ")
    assert checked(made)["parties"]["seller"]["legal_name"] == "HTX Gạo sạch"


def at(*path: Any, value: Any) -> Change:
    def change(made: dict[str, Any]) -> None:
        found: Any = made
        for name in path[:-1]:
            found = found[name]
        found[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (at("kind", value="loan"), "kind"),
        (at("paper", value=None), "paper"),
        (at("title", value=["a"]), "title"),
        (at("title", value="a" * 201), "title"),
        (at("title", value="Hợp \ufffd"), "title"),
        (at("parties", value="x"), "parties"),
        (at("parties", "buyer", value=None), "parties.buyer"),
        (at("lines", 0, "quantity", value="1.5"), "lines.L1.quantity"),
        (at("lines", 0, "quantity", value=True), "lines.L1.quantity"),
        (at("lines", 0, "quantity", value="-1"), "lines.L1.quantity"),
        (at("lines", 0, "price_vnd", value=1.5), "lines.L1.price_vnd"),
        (at("lines", 0, "price_vnd", value=999_999_999_999), "lines.L1.price_vnd"),
        (at("lines", 0, "vat_percent", value=21), "lines.L1.vat_percent"),
        (at("lines", 0, "star", value=6), "lines.L1.star"),
        (at("lines", 0, "tolerance_percent", value=51), "lines.L1.tolerance_percent"),
        (at("lines", 0, "key", value=None), "lines"),
        (at("lines", 0, "key", value="L2"), "lines"),
        (at("lines", 1, "sku", value="SP000001"), "lines.L2.sku"),
        (at("lines", value=[line(f"L{n}") for n in range(101)]), "lines"),
        (at("lines", value={}), "lines"),
        (at("schedule", 0, "due_on", value="2027-02-30"), "schedule.0.due_on"),
        (at("schedule", 0, "due_on", value="15/01/2027"), "schedule.0.due_on"),
        (at("schedule", 0, "line", value="L9"), "schedule.0.line"),
        (at("delivery", "terms", value="free"), "delivery.terms"),
        (at("price_rule", "kind", value=None), "price_rule.kind"),
        (at("payment", "days", value=366), "payment.days"),
        (at("payment", "late_interest_percent", value="20.01"), "payment.late_interest_percent"),
        (at("payment", "late_interest_percent", value=10.0), "payment.late_interest_percent"),
        (at("penalty", "percent", value=9), "penalty.percent"),
        (at("term", "valid_to", value="2026-12-31"), "term.valid_to"),
        (at("law", "copies", value=1), "law.copies"),
        (at("clauses", 0, "text", value="a" * 8001), "clauses.basis.text"),
        (at("references", "amends_version", value=0), "references.amends_version"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(change: Change, field: str) -> None:
    made = sale()
    change(made)
    with pytest.raises(Refused) as refusal:
        checked(made)
    assert refusal.value.field == field
    assert len(str(refusal.value)) > 10


def test_the_whole_value_has_a_bound() -> None:
    with pytest.raises(Refused) as refusal:
        sale(lines=[line(f"L{n}", quantity="1", price_vnd=600_000_000_000) for n in (1, 2)])
    assert refusal.value.field == "lines"


@pytest.mark.parametrize(
    ("typed", "kept"), [("10", "10"), ("8,50", "8.5"), (" 9.00 ", "9"), (20, "20"), ("20.00", "20")]
)
def test_a_yearly_rate_is_a_decimal_text(typed: Any, kept: str) -> None:
    made = sale()
    made["payment"]["late_interest_percent"] = typed
    assert checked(made)["payment"]["late_interest_percent"] == kept


@pytest.mark.parametrize("kind", list(AgreementKind))
def test_nothing_is_missing_in_a_whole_paper(kind: AgreementKind) -> None:
    assert missing(sale(kind)) == []


@pytest.mark.parametrize(
    ("change", "section", "field"),
    [
        (at("title", value=""), "parties", "title"),
        (at("parties", "seller", "tax_code", value=""), "parties", "parties.seller.tax_code"),
        (at("parties", "buyer", "representative", value=""), "parties", "parties.buyer.representative"),
        (at("lines", value=[]), "lines", "lines"),
        (at("lines", 0, "product", value=""), "lines", "lines.L1.product"),
        (at("lines", 0, "sku", value=None), "lines", "lines.L1.sku"),
        (at("lines", 0, "price_vnd", value=0), "lines", "lines.L1.price_vnd"),
        (at("lines", 1, "quantity", value="0"), "lines", "lines.L2.quantity"),
        (at("lines", 0, "star", value=4), "lines", "lines.L1.certificate.valid_until"),
        (at("delivery", "place", value=""), "delivery", "delivery.place"),
        (at("price_rule", "kind", value="list_minus"), "price", "price_rule.percent"),
        (at("schedule", 0, "due_on", value=None), "delivery", "schedule.0.due_on"),
        (at("schedule", 0, "due_on", value="2028-01-01"), "delivery", "schedule.0.due_on"),
        (at("schedule", 0, "quantity", value="0"), "delivery", "schedule.0.quantity"),
        (at("schedule", 0, "quantity", value="1201"), "delivery", "schedule"),
        (at("term", "valid_from", value=None), "term", "term.valid_from"),
        (at("law", "place", value=""), "law", "law.place"),
        (lambda made: made["clauses"].pop(1), "clauses", "clauses.subject"),
        (at("clauses", 1, "text", value=""), "clauses", "clauses.subject.text"),
        (at("clauses", 1, "text", value="Khu vực: [… tỉnh nào]."), "clauses", "clauses.subject.text"),
        (at("clauses", 1, "text", value="Số [hợp đồng gốc]"), "clauses", "clauses.subject.text"),
        (at("paper", value="amendment"), "references", "references.rationale"),
    ],
)
def test_each_gap_is_named_with_its_section_and_field(change: Change, section: str, field: str) -> None:
    made = sale()
    change(made)
    found = missing(made if not made["lines"] else checked(made))
    assert (section, field) in [(one.section, one.field) for one in found]
    assert all(one.words for one in found)


@pytest.mark.parametrize(
    ("quantity", "tolerance", "planned", "words"),
    [
        ("1200", 0, "1200", []),
        ("1500", 0, "1200", ["1.200", "1.500"]),
        ("1200", 10, "1250", ["1.250", "1.200"]),
    ],
)
def test_a_calendar_that_does_not_fit_the_quantity_is_named(
    quantity: str, tolerance: int, planned: str, words: list[str]
) -> None:
    made = sale()
    made["lines"] = [{**made["lines"][0], "quantity": quantity, "tolerance_percent": tolerance}]
    made["schedule"] = [{"due_on": "2027-01-15", "line": "L1", "quantity": planned}]
    said = [one.words for one in worth_a_look(made)]
    assert [len(said), all(word in one for one in said for word in words)] == [bool(words), True]
    assert missing(made) == []
    assert worth_a_look({**made, "schedule": []}) == []


def test_more_deliveries_than_the_tolerance_allows_are_told_with_both_numbers() -> None:
    made = sale()
    made["schedule"] = [{"due_on": "2027-01-15", "line": "L1", "quantity": "1201"}]
    (said,) = [one.words for one in missing(made)]
    assert ("1.201" in said, "1.200" in said) == (True, True)


def test_a_memorandum_may_have_words_only() -> None:
    made = sale(AgreementKind.MOU)
    made["lines"] = [drafting.blank_line("L1", product="Gạo hữu cơ, dự kiến 20 tấn")]
    made["delivery"]["place"] = made["law"]["place"] = ""
    assert missing(checked(made)) == []


def test_the_library_in_force_says_what_is_mandatory() -> None:
    found = missing(sale(), [Model("gift", "Quà", mandatory=True, title="Quà tặng"), Model("other", "Khác")])
    assert [(one.section, one.field) for one in found] == [("clauses", "clauses.gift")]


def test_certificates_that_end_during_the_term_are_known() -> None:
    certificate = {"number": "12/QĐ-UBND", "valid_until": "2027-06-30"}
    made = sale(lines=[line("L1", star=4, certificate=certificate), line("L2")])
    assert missing(made) == []
    assert [expires_before(one, made["term"]["valid_to"]) for one in made["lines"]] == [True, True]
    assert not expires_before(made["lines"][0], "2027-06-30")


def models() -> list[Model]:
    return [
        Model("subject", "Bán gạo."),
        Model("penalty", "Phạt 8%.", mandatory=True),
        Model("penalty", "Phạt [mức phạt].", version=2, mandatory=True),
        Model("general", "Chung.", mandatory=True),
    ]


def written(key: str, text: str, title: str = "") -> dict[str, Any]:
    return {"key": key, "title": title or key, "text": text, "source": "template", "version": 1}


def test_clauses_as_the_library_has_them_deviate_in_nothing() -> None:
    made = {**sale(), "clauses": [written("penalty", "Phạt  [mức phạt]. "), written("general", decomposed("Chung."))]}
    assert deviations(made, models()) == []


def test_deviations_come_in_the_order_that_a_department_reads() -> None:
    texts = [
        drafting.own_clause("own-1", "Quà", "Tặng."), written("subject", "Bán tiêu."), written("penalty", "Phạt 8%."),
    ]  # fmt: skip
    found = deviations({**sale(), "clauses": texts}, models())
    assert [(one.key, one.kind, one.is_mandatory) for one in found] == [
        ("general", DeviationKind.LEFT_OUT, True),
        ("subject", DeviationKind.CHANGED, False),
        ("own-1", DeviationKind.CUSTOM, False),
        ("penalty", DeviationKind.OLDER, True),
    ]
    assert found[1].redline == [("equal", "Bán "), ("delete", "gạo"), ("insert", "tiêu"), ("equal", ".")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dừng từ ngày 01/12/2026. Lý do: mất mùa.", DeviationKind.FILLED),
        ("Dừng từ ngày 01/12/2026. Lý do: [… lý do].", DeviationKind.CHANGED),
        ("Dừng từ ngày 01/12/2026. Lý do: mất mùa. " + "Bên mua trả thêm. " * 10, DeviationKind.CHANGED),
        ("Nghỉ từ ngày 01/12/2026. Lý do: mất mùa.", DeviationKind.CHANGED),
    ],
)
def test_a_gap_that_is_filled_in_is_shown_as_no_more_than_that(text: str, kind: DeviationKind) -> None:
    model = Model("end", "Dừng từ ngày [… ngày]. Lý do: [… lý do].", mandatory=True)
    (found,) = deviations({**sale(), "clauses": [written("end", text)]}, [model])
    assert (found.kind, found.key) == (kind, "end")
    assert "insert" in {segment for segment, _words in found.redline}


def test_a_renamed_model_clause_deviates() -> None:
    made = copy.deepcopy(sale())
    made["clauses"] = [written("subject", "Bán gạo.", "Tên khác"), written("penalty", "Phạt [mức phạt].")]
    found = deviations(made, [one for one in models() if one.key != "general"])
    assert [(one.key, one.kind) for one in found] == [("subject", DeviationKind.CHANGED)]


def test_keys_are_not_used_again() -> None:
    assert drafting.next_key([line("L1"), line("L7")]) == "L8"
    assert drafting.next_key([]) == "L1"
    assert drafting.next_clause_key([drafting.own_clause("own-2", "a", "b"), written("price", "x")]) == "own-3"
