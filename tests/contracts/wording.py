"""Terms as tests write them: a whole sale of two lines, and random ones for properties."""

from __future__ import annotations

import copy
import unicodedata
from typing import Any

from hypothesis import strategies as st

from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.terms import checking, drafting
from marketplace.contracts.terms.texts import read

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
WORDS = st.text(alphabet=LETTERS + LETTERS.upper(), min_size=1, max_size=7)
SENTENCES = st.lists(st.one_of(WORDS, st.sampled_from(["1.250.000", "8%", ",", "\n", "[mức phạt]"])), max_size=30)
TEXTS = SENTENCES.map(" ".join)
FORMS = st.sampled_from(["NFC", "NFD"])


def decomposed(text: str) -> str:
    """The same text with its marks apart, as some keyboards write it."""
    return unicodedata.normalize("NFD", text)


def party(name: str) -> dict[str, Any]:
    """A side with all that a contract names."""
    known = {"ref": "TC-2026-000001", "legal_name": name, "legal_form": "Hợp tác xã", "tax_code": "3200000001"}
    people = {"representative": "Trần Văn Bình", "title": "Giám đốc", "phone": "0912345678", "email": "a@vidu.vn"}
    place = {"address": "Thôn 1, xã Vĩnh Linh", "province": {"code": "44", "name": "Quảng Trị"}}
    return {**known, **people, **place, "bank": {"name": "Agribank", "number": "3900205", "holder": name.upper()}}


def line(key: str, **known: Any) -> dict[str, Any]:
    """A line of rice."""
    given = {"sku": f"SP00000{key[1:]}", "product": "Gạo hữu cơ", "pack": "Túi 5 kg", "unit": "túi", "quantity": "1200"}
    return drafting.blank_line(key, **{**given, "price_vnd": 120_000, "vat_percent": 5, **known})


def clauses(kind: AgreementKind) -> list[dict[str, Any]]:
    """The mandatory clauses of the project's file."""
    rows = [one for one in read()["clauses"] if "paper" not in one and kind.value in one["mandatory"]]
    kept = [{name: one[name] for name in ("key", "title", "text", "version")} for one in rows]
    return [{**one, "text": one["text"].replace("[…", "(").replace("]", ")") if "…" in one["text"] else one["text"],
             "source": "template"} for one in kept]  # fmt: skip


def sale(kind: AgreementKind = AgreementKind.SALE, **known: Any) -> dict[str, Any]:
    """A sale of two lines in which nothing is missing, checked."""
    made = drafting.blank(kind, PaperKind.CONTRACT)
    made["parties"] = {"seller": party("HTX Gạo sạch"), "buyer": party("Siêu thị Hạ Long")}
    made["lines"] = [line("L1"), line("L2", product="Tiêu Cùa", quantity="300", price_vnd=95_000, vat_percent=8)]
    made["schedule"] = [{"due_on": "2027-01-15", "line": "L1", "quantity": "600"}]
    made["delivery"]["place"] = "Kho Hạ Long, Quảng Ninh"
    made["term"] = {"valid_from": "2027-01-01", "valid_to": "2027-12-31"}
    made["law"]["place"] = "Tòa án nhân dân khu vực nơi bị đơn đặt trụ sở"
    made["clauses"] = clauses(kind)
    return checking.checked(copy.deepcopy({**made, **known}))


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms with random lines, clauses, days and words."""
    made = sale()
    keys = draw(st.lists(st.integers(1, 9), unique=True, max_size=5))
    figures = st.fixed_dictionaries(
        {"quantity": st.integers(0, 5000).map(str), "price_vnd": st.integers(0, 2_000_000)},
        optional={"vat_percent": st.sampled_from([0, 5, 8, 10]), "star": st.sampled_from([None, 3, 4])},
    )
    made["lines"] = [line(f"L{key}", **draw(figures), product=draw(WORDS)) for key in keys]
    owns = draw(st.lists(st.integers(1, 9), unique=True, max_size=5))
    made["clauses"] = [drafting.own_clause(f"own-{key}", draw(WORDS), draw(TEXTS)) for key in owns]
    days = st.sampled_from(["2027-02-01", "2027-03-01", None])
    made["schedule"] = [
        {"due_on": draw(days), "line": f"L{key}", "quantity": str(draw(st.integers(0, 9)))} for key in keys
    ]
    made["payment"]["days"] = draw(st.integers(0, 90))
    made["delivery"]["packaging"] = draw(TEXTS)
    made["parties"]["buyer"]["bank"] = draw(st.sampled_from([None, made["parties"]["buyer"]["bank"]]))
    return checking.checked(made)
