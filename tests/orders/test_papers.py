"""The papers of an order: what stands in them, in letters that are all there, over as many pages as it takes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from marketplace.core import i18n, papers
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries.papers import packing_slip_of, receipt_of
from tests.clients import Client
from tests.orders.stall import Stall, text_of
from tests.orders.test_parcels import confirmed, ship

Members = Callable[[Any], Client]
LETTERS = "ĂÂĐÊÔƠƯ ăâđêôơư àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ ₫ − × · “”"


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def words(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")


def paper(**changes: Any) -> dict[str, Any]:
    """The least that a paper says."""
    known: dict[str, Any] = dict.fromkeys(("site", "title", "ref", "dated", "footer"), "x")
    lists = {"blocks": [{"title": "A", "lines": ["B"]}], "columns": [{"label": "Hàng", "kind": "name"}]}
    return {**known, **lists, "lang": "vi", "rows": [[["a"]]], "sums": [], "notes": [], **changes}


def test_both_sides_take_a_receipt_and_the_seller_a_packing_slip(
    buyer: Client,
    seller: Client,
    client: Client,
    stall: Stall,
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 5))
    ship(seller, ref, **{f"packs-{stall.cake}": "3", f"reason-{stall.cake}": "out_of_stock"})
    statuses = [who.get(f"/orders/{ref}/packing-slip.pdf").status_code for who in (buyer, seller, client)]
    assert statuses == [403, 200, 404]
    for who in (buyer, seller):
        answer = who.get(f"/orders/{ref}/receipt.pdf")
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store, private")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="bien-nhan-{ref}.pdf"'
        told = words(read(answer.data))
        assert "Biên nhận này không phải hóa đơn điện tử" in told
        assert "−130.000 ₫" in told
        assert ref in told
    slip = words(read(seller.get(f"/orders/{ref}/packing-slip.pdf").data))
    assert "3 trên 5" in slip
    assert "Nguyễn Thị Lan" in slip
    assert "65.000" not in slip
    assert f"/orders/{ref}/receipt.pdf" in text_of(buyer.get(f"/orders/{ref}"))
    assert f"/orders/{ref}/packing-slip.pdf" in text_of(seller.get(f"/desk/orders/{ref}"))


def test_every_vietnamese_letter_is_there() -> None:
    made = read(papers.made_of("orders/papers/paper.typ", paper(notes=[LETTERS])))
    assert LETTERS in words(made)
    assert missing_glyphs(made) == []


def missing_glyphs(reader: PdfReader) -> list[str]:
    """Fonts that are not ours, from which a letter would have to be borrowed."""
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    return [name for name in fonts if "Manrope" not in name]


def test_the_same_data_make_the_same_bytes() -> None:
    assert papers.made_of("orders/papers/paper.typ", paper()) == papers.made_of("orders/papers/paper.typ", paper())


@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', "*đậm* _nghiêng_ $x^2$", "= Tiêu đề", '#import "@preview/x:1.0.0"']
)
def test_what_people_write_stays_text(text: str) -> None:
    assert text in words(read(papers.made_of("orders/papers/paper.typ", paper(rows=[[[text]]]))))


def test_a_long_table_repeats_its_head_on_each_page() -> None:
    made = read(papers.made_of("orders/papers/paper.typ", paper(rows=[[[f"Bánh số {n}"]] for n in range(100)])))
    assert len(made.pages) > 2
    assert all("Hàng" in page.extract_text() for page in made.pages)
    assert [f"Bánh số {n}" for n in range(100) if f"Bánh số {n}" not in words(made)] == []


def test_a_paper_without_end_is_refused() -> None:
    with pytest.raises(Refused):
        papers.made_of("orders/papers/paper.typ", paper(notes=["x" * papers.MOST_DATA]))


def test_papers_speak_the_readers_language(
    buyer: Client,
    seller: Client,
    stall: Stall,
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 1))
    with stall.app.app_context():
        with writing():
            change = update(OrderLine).values(star=4, certificate_number="12/QĐ-UBND", lot_codes="L01")
            db.session.execute(change)
        order = db.session.query(Order).filter_by(ref=ref).one()
        with i18n.speaking("en"):
            assert receipt_of(order)["title"] == "Receipt"
            assert packing_slip_of(order)["rows"][0][2] == "L01"
            assert "OCOP 4 stars · 12/QĐ-UBND" in receipt_of(order)["rows"][0][0]


def test_papers_of_a_cancelled_order_say_so(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    assert seller.post(f"/orders/{ref}/cancellation", data={"reason": "out_of_stock"}).status_code == 303
    assert "Đơn này đã hủy" in words(read(buyer.get(f"/orders/{ref}/receipt.pdf").data))
    assert "Xin đừng gửi hàng" in words(read(seller.get(f"/orders/{ref}/packing-slip.pdf").data))
    assert "packing-slip.pdf" not in text_of(seller.get(f"/desk/orders/{ref}"))
    assert "Dự kiến nhận" not in text_of(buyer.get(f"/orders/{ref}"))
    with stall.app.app_context():
        purchase = db.session.query(Order).filter_by(ref=ref).one().purchase.ref
    thanks = text_of(buyer.get(f"/purchases/{purchase}"))
    assert "1 đơn hàng của lần mua này đã hủy" in thanks
    assert "Dự kiến nhận" not in thanks


def test_only_goods_by_weight_are_lighter_than_agreed(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    assert 'value="lighter"' not in text_of(seller.get(f"/desk/orders/{ref}"))
