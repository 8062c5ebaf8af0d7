"""Terms as pages and papers show them: figures written out, clauses with their figures, sums in Vietnamese words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.terms import describing
from marketplace.contracts.terms.filling import BLANK, NAME, filled, names_in, value_of
from marketplace.contracts.terms.spelling import spelled
from marketplace.contracts.terms.texts import figures, read
from marketplace.core.i18n import speaking
from tests.contracts.wording import line, sale


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi bốn đồng"),
        (105, "Một trăm linh năm đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_250_000, "Một triệu hai trăm năm mươi nghìn đồng"),
        (2_000_055, "Hai triệu không trăm năm mươi lăm đồng"),
        (172_500_000, "Một trăm bảy mươi hai triệu năm trăm nghìn đồng"),
        (1_000_000_001, "Một tỷ không trăm linh một đồng"),
        (999_999_999_999, "Chín trăm chín mươi chín tỷ chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn "
                          "chín trăm chín mươi chín đồng"),
    ],
)  # fmt: skip
def test_sums_are_spelled_as_contracts_write_them(amount: int, words: str) -> None:
    assert spelled(amount) == words


@settings(deadline=None)
@given(st.integers(0, 999_999_999_999), st.integers(0, 999_999_999_999))
def test_every_sum_has_words_of_its_own(one: int, other: int) -> None:
    assert (spelled(one) == spelled(other)) == (one == other)


def test_figures_stand_in_clauses_by_their_names() -> None:
    made = sale()
    written = filled("Phạt [mức phạt], trả trong [số ngày thanh toán] ngày, đến [ngày kết thúc]; [gì đó].", made)
    assert written == "Phạt 8%, trả trong 15 ngày, đến 31/12/2027; [gì đó]."
    assert value_of(made, "bằng chữ") == "Một trăm bảy mươi hai triệu năm trăm nghìn đồng"


def test_clauses_are_vietnamese_in_every_language() -> None:
    with speaking("en"):
        assert value_of(sale(), "cách tính cước") == "đã gồm trong giá"


@pytest.mark.parametrize("kind", list(AgreementKind))
def test_a_whole_paper_has_no_open_brackets(kind: AgreementKind) -> None:
    shown = describing.described(sale(kind))
    assert not [one for clause in shown["clauses"] for one in clause["paragraphs"] if "[" in one]
    assert shown["basis"]
    assert [one["number"] for one in shown["clauses"]] == list(range(1, len(shown["clauses"]) + 1))


@pytest.mark.parametrize("kind", list(AgreementKind))
@pytest.mark.parametrize("paper", list(PaperKind))
def test_what_a_paper_prints_is_plain_data(kind: AgreementKind, paper: PaperKind) -> None:
    shown = describing.described({**sale(kind), "paper": paper.value})
    assert json.loads(json.dumps(shown)) == shown


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with speaking("vi"):
        yield


def test_the_table_of_goods_is_written_out() -> None:
    certificate = {"number": "12/QĐ-UBND", "valid_until": "2027-06-30"}
    made = sale(lines=[line("L1", tolerance_percent=5, star=4, certificate=certificate)])
    (row,) = describing.lines(made)
    assert (row.quantity, row.tolerance, row.vat) == ("1.200", "±5%", "5%")
    assert (row.price, row.amount) == ("120.000\u00a0₫", "144.000.000\u00a0₫")
    assert row.certificate == "12/QĐ-UBND, hiệu lực đến 30/06/2027"


def test_the_tax_of_each_rate_has_a_row() -> None:
    rows = [(one.label, one.value) for one in describing.totals(sale())]
    assert rows == [
        ("Tiền hàng chưa thuế", "163.531.746\u00a0₫"),
        ("Thuế GTGT 5%", "6.857.143\u00a0₫"),
        ("Thuế GTGT 8%", "2.111.111\u00a0₫"),
        ("Tổng giá trị, đã gồm thuế GTGT", "172.500.000\u00a0₫"),
    ]


def test_goods_without_tax_have_one_sum() -> None:
    assert len(describing.totals(sale(lines=[line("L1", vat_percent=0)]))) == 1


def test_conditions_that_do_not_apply_are_left_out() -> None:
    rows = {row.path for group in describing.conditions(sale()) for row in group.rows}
    assert "payment.days" in rows
    assert "penalty.percent" in rows
    assert not rows & {"delivery.freight_vnd", "price_rule.percent", "payment.deposit_percent", "delivery.loss_percent"}


def test_a_memorandum_promises_no_penalty() -> None:
    assert [one.name for one in describing.conditions(sale(AgreementKind.MOU))] == ["term", "law"]


def test_the_head_names_both_sides() -> None:
    seller, buyer = describing.parties(sale())
    assert (seller.name, buyer.name) == ("HTX Gạo sạch", "Siêu thị Hạ Long")
    assert [row.label for row in seller.rows][:3] == ["Tên pháp lý", "Mã số thuế", "Địa chỉ"]
    assert seller.rows[-1].value == "3900205 tại Agribank, chủ tài khoản HTX GẠO SẠCH"


# --- the file of model clauses ---


def test_every_name_in_a_clause_is_a_figure_or_a_gap() -> None:
    for one in read()["clauses"]:
        assert names_in(one["text"]) == NAME.findall(one["text"])
        assert one["text"].count("[") == len(names_in(one["text"])) + len(BLANK.findall(one["text"]))


def test_clauses_are_told_apart_and_explained() -> None:
    rows = [(one.get("paper"), kind, one["key"]) for one in read()["clauses"] for kind in one["kinds"]]
    assert len(set(rows)) == len(rows)
    assert all(one["explanation"] and set(one["mandatory"]) <= set(one["kinds"]) for one in read()["clauses"])


@pytest.mark.parametrize("kind", [AgreementKind.SALE, AgreementKind.FRAMEWORK, AgreementKind.DISTRIBUTION])
def test_what_the_law_and_the_field_ask_for_is_mandatory(kind: AgreementKind) -> None:
    keys = {one["key"] for one in read()["clauses"] if "paper" not in one and kind.value in one["mandatory"]}
    wanted = (
        "subject quality quantity price delivery acceptance payment packaging warranty force_majeure penalty damages"
    )
    assert set(wanted.split()) | {"late_interest", "disputes", "term", "amendments", "electronic"} <= keys


def test_articles_of_the_law_are_named_where_they_count() -> None:
    law = {one["key"]: one["law"] for one in read()["clauses"]}
    for key, articles in {"penalty": "300, 301", "force_majeure": "294, 295, 296", "disputes": "317"}.items():
        assert articles in law[key]
    assert "8%" in next(one["text"] for one in read()["clauses"] if one["key"] == "penalty")


def test_every_figure_has_a_field() -> None:
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)*", path) for path in figures().values())
