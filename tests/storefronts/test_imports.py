"""Goods in spreadsheets: taken home, sent back, looked at, written once, and nothing of anybody else's."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.catalogue.models import Product, TierPrice, Variant
from marketplace.catalogue.states import ProductState
from marketplace.core.database import db, writing
from marketplace.inventory import services as inventory
from marketplace.inventory.models import Movement, StockItem
from marketplace.storefronts import jobs
from marketplace.storefronts.models import Import, ImportRow
from marketplace.storefronts.queries.columns import bare, known_head
from marketplace.storefronts.states import ImportState, RowKind, RowOutcome
from tests import factories
from tests.clients import Client

NEW = {
    "Tên sản phẩm": "Kẹo lạc",
    "Bộ sản phẩm": "7", "Xuất xứ": "Hải Dương", "Đơn vị tính": "gói", "Quy cách": "gói 500 g",
    "Giá bán": "1,25 triệu", "Khối lượng cả bao bì": "0,55 kg", "Tồn kho": "12",
}  # fmt: skip


class Sender:
    """A producer with one product, and a manager of hers."""

    def __init__(self, app: Flask, client_of: Any) -> None:
        self.app = app
        with app.app_context():
            self.seller = factories.seller()
            product = factories.product(self.seller, stock=50, tiers=[(10, 60_000)])
            self.sku, self.slug = factories.variant_of(product).sku, product.slug
            self.foreign = factories.variant_of(factories.product(factories.seller())).sku
            factories.product_set(7)
            self.client: Client = client_of(factories.manager_of(self.seller))

    def send(self, content: bytes, name: str = "hang.csv") -> TestResponse:
        return self.client.post("/desk/import", data={"sheet": (io.BytesIO(content), name)})

    def sent(self, *rows: dict[str, Any], heads: list[str] | None = None) -> str:
        """Send rows as CSV; the ref of what was read."""
        answer = self.send(csv(*rows, heads=heads))
        assert answer.status_code == 303, answer.text
        return str(answer.location.rsplit("/", 1)[1])

    def confirm(self, ref: str, **form: str) -> None:
        assert self.client.post(f"/desk/import/{ref}/confirmation", data=form).status_code == 303
        with self.app.app_context():
            jobs.write_import(ref)

    def rows(self, ref: str) -> list[ImportRow]:
        db.session.rollback()
        of = select(ImportRow).join(Import, Import.id == ImportRow.import_id).where(Import.ref == ref)
        return list(db.session.scalars(of.order_by(ImportRow.number)))


def csv(*rows: dict[str, Any], heads: list[str] | None = None) -> bytes:
    heads = heads or list(dict.fromkeys(head for row in rows for head in row))
    lines = [heads, *([str(row.get(head, "")) for head in heads] for row in rows)]
    return "\n".join(";".join(line) for line in lines).encode()


@pytest.fixture
def sender(app: Flask, client_of: Any) -> Sender:
    return Sender(app, client_of)


def variant(sku: str) -> Variant:
    db.session.rollback()
    return db.session.scalars(select(Variant).where(Variant.sku == sku)).one()


def on_hand(sku: str) -> int:
    return db.session.scalars(select(StockItem).join(StockItem.variant).where(Variant.sku == sku)).one().on_hand


# --- reading ---


def test_heads_are_known_with_accents_or_without() -> None:
    heads = ["Giá bán (₫)", "gia ban", "TÊN SẢN PHẨM", "Ma hang", "Màu sắc"]
    assert [known_head(head) for head in heads] == ["price", "price", "name", "sku", None]
    assert bare("Khối lượng cả bao bì [g]") == "khoi luong ca bao bi"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_own_goods_sent_back_change_nothing(app: Flask, sender: Sender, kind: str) -> None:
    with app.app_context():
        odd = factories.product(sender.seller, "=1+1 Bánh", summary="-20% hôm nay", story="Một.\n\nHai, “ba”; bốn")
        factories.variant_of(odd)
    answer = sender.send(sender.client.get(f"/desk/import/goods.{kind}").data, f"hang.{kind}")
    with app.app_context():
        rows = sender.rows(answer.location.rsplit("/", 1)[1])
        assert [(row.kind, row.changes, row.faults) for row in rows] == [(RowKind.UNCHANGED, [], [])] * 2


def test_the_excel_file_explains_itself_and_holds_no_formula(app: Flask, sender: Sender) -> None:
    with app.app_context():
        factories.product(sender.seller, "=HYPERLINK(1)")
    book = load_workbook(io.BytesIO(sender.client.get("/desk/import/goods.xlsx").data))
    assert len(book.worksheets) == 2
    names = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row if cell.column == 3]
    assert [cell.data_type for cell in names] == ["s", "s"]
    assert "Mỗi dòng là một quy cách" in sender.client.get("/desk/import").text
    assert book.worksheets[1]["A12"].value == "Giá bán"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_a_file_may_come_in_any_usual_encoding(app: Flask, sender: Sender, encoding: str) -> None:
    text = f"Ma hang;Gia ban\n{sender.sku};1.250.000"
    answer = sender.send(text.encode(encoding))
    with app.app_context():
        (row,) = sender.rows(answer.location.rsplit("/", 1)[1])
        assert row.changes == [["price", 65_000, 1_250_000]]


# --- what a row means ---


def test_a_preview_says_what_changes_and_writes_nothing(app: Flask, sender: Sender) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Giá bán": "70k"}, {"Mã hàng": sender.foreign, "Giá bán": "1.000"}, NEW)
    page = sender.client.get(f"/desk/import/{ref}").text.replace("\u00a0", " ")
    assert "<del>65.000 ₫</del> → <ins>70.000 ₫</ins>" in page
    assert "Mã này là hàng của chủ thể khác." in page
    with app.app_context():
        assert [row.kind for row in sender.rows(ref)] == [RowKind.CHANGED, RowKind.WRONG, RowKind.NEW]
        assert variant(sender.sku).price_vnd == 65_000
        assert db.session.scalar(select(Product.id).where(Product.name == "Kẹo lạc")) is None


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"Giá bán": "rẻ"}, "price"),
        ({"Giá bán": "5"}, "price"),
        ({"Khối lượng tịnh": "nặng"}, "net_grams"),
        ({"Tồn kho": "-3"}, "stock"),
        ({"Mua ít nhất": "3", "Bước mua": "2"}, "minimum"),
        ({"Sỉ 1 từ": "10", "Giá sỉ 1": "70.000"}, "tier_1"),
        ({"Sỉ 2 từ": "20"}, "tier_2"),
        ({"Tên sản phẩm": "x" * 161}, "name"),
        ({"Khối lượng cả bao bì": "1 g"}, "gross_grams"),
    ],
)
def test_a_wrong_cell_is_said_at_its_column(app: Flask, sender: Sender, cells: dict[str, str], column: str) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Giá bán": "70k", **cells})
    with app.app_context():
        (row,) = sender.rows(ref)
        assert (row.kind, [key for key, _sentence in row.faults]) == (RowKind.WRONG, [column])
    errors = sender.client.get(f"/desk/import/{ref}/errors.csv")
    assert errors.data.decode("utf-8-sig").startswith("Dòng,Lỗi,")


def test_two_rows_about_one_pack_contradict(app: Flask, sender: Sender) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Giá bán": "70k"}, {"Mã hàng": sender.sku, "Giá bán": "71k"})
    with app.app_context():
        assert [row.kind for row in sender.rows(ref)] == [RowKind.CHANGED, RowKind.WRONG]


# --- writing ---


def test_confirmed_rows_are_written_once(app: Flask, sender: Sender) -> None:
    changed = {"Mã hàng": sender.sku, "Giá bán": "70k", "Tồn kho": "44", "Tên sản phẩm": "Bánh mới", "Sỉ 1 từ": "0"}
    second = {**NEW, "Quy cách": "gói 1 kg", "Khối lượng cả bao bì": "1,1 kg", "Tồn kho": ""}
    ref = sender.sent(changed, NEW, second)
    sender.confirm(ref)
    with app.app_context():
        jobs.write_import(ref)
        assert [row.outcome for row in sender.rows(ref)] == [RowOutcome.WRITTEN] * 3
        assert db.session.scalars(select(Import.state)).one() is ImportState.DONE
        pack = variant(sender.sku)
        assert (pack.price_vnd, pack.product.name, pack.product.slug) == (70_000, "Bánh mới", sender.slug)
        assert on_hand(sender.sku) == 44
        assert list(db.session.scalars(select(TierPrice).where(TierPrice.variant_id == pack.id))) == []
        moved = select(Movement.reason, Movement.quantity).order_by(Movement.id.desc()).limit(2)
        assert sorted(tuple(one) for one in db.session.execute(moved)) == [
            (f"Bảng tính {ref}", -6),
            (f"Bảng tính {ref}", 12),
        ]
        made = db.session.scalars(select(Product).where(Product.name == "Kẹo lạc")).one()
        assert made.state is ProductState.DRAFT
        assert [(one.name, one.price_vnd, one.gross_grams) for one in made.variants] == [
            ("gói 500 g", 1_250_000, 550),
            ("gói 1 kg", 1_250_000, 1_100),
        ]
    again = sender.sent(changed, NEW, second)
    with app.app_context():
        assert [row.kind for row in sender.rows(again)] == [RowKind.UNCHANGED] * 3
    assert sender.client.post(f"/desk/import/{again}/confirmation").status_code == 422


def test_stock_that_moved_since_is_left_out_unless_confirmed(app: Flask, sender: Sender) -> None:
    row = {"Mã hàng": sender.sku, "Tồn kho": "40", "Tồn kho lúc tải": "48", "Giá bán": "66k"}
    first = sender.sent(row)
    assert "Kho đã thay đổi từ lúc tải tệp" in sender.client.get(f"/desk/import/{first}").text
    sender.confirm(first)
    with app.app_context():
        assert [(one.outcome, one.has_moved_stock) for one in sender.rows(first)] == [(RowOutcome.SKIPPED, True)]
        assert (on_hand(sender.sku), variant(sender.sku).price_vnd) == (50, 65_000)
    second = sender.sent(row)
    sender.confirm(second, moved="1")
    with app.app_context():
        assert (on_hand(sender.sku), variant(sender.sku).price_vnd) == (40, 66_000)


def test_a_stock_that_nobody_touched_is_no_wish(app: Flask, sender: Sender) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Tồn kho": "48", "Tồn kho lúc tải": "48", "Giá bán": "66k"})
    sender.confirm(ref)
    with app.app_context():
        assert (on_hand(sender.sku), variant(sender.sku).price_vnd) == (50, 66_000)


def test_what_moved_between_preview_and_writing_is_left_out(app: Flask, sender: Sender) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Tồn kho": "40"})
    with app.app_context(), writing():
        (item,) = inventory.open_stock([variant_id(sender.sku)])
        inventory.receive(item, 5, by=factories.actor(factories.person()))
    sender.confirm(ref)
    with app.app_context():
        (row,) = sender.rows(ref)
        assert row.outcome is RowOutcome.SKIPPED
        assert "đã bị sửa sau khi bạn xem trước" in row.said
        assert on_hand(sender.sku) == 55


def variant_id(sku: str) -> int:
    return db.session.scalars(select(Variant.id).where(Variant.sku == sku)).one()


# --- bounds ---


def workbook(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 90_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Không thấy dòng tiêu đề"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "không phải bảng tính"),
        (b"PK\x03\x04 broken", "Excel"),
        ("Mã hàng;Giá bán".encode(), "chưa có dòng hàng nào"),
        ("Giá;Giá bán;Tên\n1;2;3".encode(), "Có hai cột"),
        (("Mã hàng;Giá bán\n" + "OC1;1000\n" * 5_001).encode(), "hơn 5.000 dòng"),
        ((";".join(["Mã hàng", "Giá bán", *(f"c{n}" for n in range(60))])).encode(), "hơn 60 cột"),
        (b"a" * (5 * 1024 * 1024 + 1), "lớn hơn 5 MB"),
    ],
    ids=["empty", "picture", "broken", "heads only", "twice", "long", "wide", "large"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(sender: Sender, content: bytes, sentence: str) -> None:
    answer = sender.send(content)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_zip_bomb_is_refused_unopened(sender: Sender) -> None:
    answer = sender.send(bomb(), "hang.xlsx")
    assert answer.status_code == 422
    assert "quá lớn khi giải nén" in answer.text


def test_formulas_count_as_empty(app: Flask, sender: Sender) -> None:
    content = workbook(["Mã hàng", "Giá bán", "Tên"], [sender.sku, "=70000+1", "Bánh gai"])
    answer = sender.send(content, "hang.xlsx")
    with app.app_context():
        (row,) = sender.rows(answer.location.rsplit("/", 1)[1])
        assert [key for key, *_rest in row.changes] == ["name"]


# --- who may ---


def test_nobody_else_sees_what_was_sent(app: Flask, sender: Sender, client_of: Any) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Giá bán": "70k"})
    with app.app_context():
        other = client_of(factories.manager_of(factories.seller()))
    paths = ["", "/errors.csv"]
    assert [other.get(f"/desk/import/{ref}{path}").status_code for path in paths] == [404, 404]
    assert other.post(f"/desk/import/{ref}/confirmation").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Import.state)).one() is ImportState.READ


def test_a_file_can_be_thrown_away(app: Flask, sender: Sender) -> None:
    ref = sender.sent({"Mã hàng": sender.sku, "Giá bán": "70k"})
    assert sender.client.post(f"/desk/import/{ref}/removal").status_code == 303
    assert sender.client.post(f"/desk/import/{ref}/confirmation").status_code == 422
    assert re.search(r"đã bỏ", sender.client.get(f"/desk/import/{ref}").text)
