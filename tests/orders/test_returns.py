"""Goods given back: asked for with photos, answered, sent, received and refunded; time and the operator step in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.links import key_of
from marketplace.orders import jobs
from marketplace.orders.events import OrderReduced
from marketplace.orders.models import Order, Return
from marketplace.payments.models import Refund
from tests import factories
from tests.access.things import jpeg
from tests.clients import Client
from tests.orders.stall import Stall, filled, on, orders_of, put, text_of

Members = Callable[[Any], Client]


@pytest.fixture
def operator(client_of: Members, stall: Stall) -> Client:
    with stall.app.app_context():
        return client_of(
            factories.manager_of(factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi"))
        )


def delivered(buyer: Client, seller: Client, stall: Stall, packs: int = 3, **changes: Any) -> str:
    """An order of cakes at 65.000 ₫ that has arrived."""
    put(buyer, stall.cake, packs)
    bought = buyer.post("/checkout", data=filled(buyer, stall, **changes))
    ref = orders_of(stall, str(bought.location).rpartition("/")[2])[0]
    seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)})
    seller.post(f"/orders/{ref}/shipment", data={"carrier": "GHN"})
    assert seller.post(f"/orders/{ref}/delivery", data={"on": on(0)}).status_code == 303
    return ref


def ask(client: Client, stall: Stall, ref: str, packs: Any = 2, *, photos: int = 1, **changes: Any) -> Any:
    files = [(io.BytesIO(jpeg(60 + place)), f"{place}.jpg") for place in range(photos)]
    words = {f"packs-{stall.cake}": str(packs), "reason": "damaged", "note": "Hộp bị móp"}
    return client.post(f"/orders/{ref}/returns", data={**words, "photos": files, **changes})


def asked(client: Client, stall: Stall, ref: str, packs: Any = 2, **changes: Any) -> str:
    """The address of a new return."""
    answer = ask(client, stall, ref, packs, **changes)
    assert answer.status_code == 303, text_of(answer)
    return str(answer.location)


def figures(stall: Stall, ref: str) -> tuple[int, int, int]:
    """What was taken off the order, and how many packs and đồng of its first line came back."""
    with stall.app.app_context():
        order = db.session.query(Order).filter_by(ref=ref).one()
        return order.reduced_vnd, order.lines[0].returned_quantity, order.lines[0].returned_vnd


def state(stall: Stall) -> str:
    with stall.app.app_context():
        return str(db.session.query(Return).order_by(Return.id.desc()).first().state.value)


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_faulty_goods_go_back_with_their_share_of_the_freight(
    buyer: Client, seller: Client, stall: Stall, reduced: list[OrderReduced]
) -> None:
    ref = delivered(buyer, seller, stall)
    with stall.app.app_context():
        freight = db.session.query(Order).filter_by(ref=ref).one().freight_vnd
    page = asked(buyer, stall, ref, 2)
    assert "Hộp bị móp" in text_of(seller.get(page))
    assert page.rpartition("/")[2] in text_of(seller.get("/desk/returns"))
    assert "Nếu yêu cầu được chấp nhận." in text_of(buyer.get(page))
    assert seller.post(f"{page}/agreement", data={"how": "send"}).status_code == 303
    assert "Khi hàng đã về đến người bán." in text_of(buyer.get(page))
    assert buyer.post(f"{page}/parcel", data={"carrier": "VNPost", "tracking": "V1"}).status_code == 303
    assert figures(stall, ref) == (0, 0, 0)
    assert seller.post(f"{page}/receipt", data={"is_on_shelf": "y"}).status_code == 303
    back = 130_000 + freight * 130_000 // 195_000
    assert figures(stall, ref) == (back, 2, 130_000)
    assert [(one.amount_vnd, one.source_ref) for one in reduced] == [(back, page.rpartition("/")[2])]
    assert stall.stock(stall.cake) == (49, 0)
    assert state(stall) == "received"
    for words in (text_of(buyer.get(f"/orders/{ref}")), text_of(seller.get(f"/desk/orders/{ref}"))):
        assert "Đã nhận trả hàng" in words
        assert "Đã trả lại 2 gói" in words


def test_the_money_of_a_return_lines_up_as_on_the_order(buyer: Client, seller: Client, stall: Stall) -> None:
    page = asked(buyer, stall, delivered(buyer, seller, stall), 2)
    for shown in (buyer.get(page), seller.get(page)):
        sums = shown.text.partition('<dl class="sums">')[2].partition("</dl>")[0].replace("\u00a0", " ")
        assert "<dt>Tiền hàng</dt><dd>130.000 ₫</dd>" in sums
        assert 'class="sums-total"' in sums


def test_goods_that_are_no_longer_wanted_go_back_without_freight(
    buyer: Client, seller: Client, stall: Stall, reduced: list[OrderReduced]
) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 3, reason="changed_mind", photos=0)
    seller.post(f"{page}/agreement", data={"how": "send"})
    seller.post(f"{page}/receipt", data={})
    assert figures(stall, ref) == (195_000, 3, 195_000)
    assert stall.stock(stall.cake) == (47, 0)
    assert [one.amount_vnd for one in reduced] == [195_000]


def test_goods_that_cost_nothing_in_the_end_leave_no_money_to_wait_for(
    buyer: Client, seller: Client, stall: Stall, reduced: list[OrderReduced]
) -> None:
    ref = delivered(buyer, seller, stall)
    with stall.app.app_context(), writing():
        order = db.session.query(Order).filter_by(ref=ref).one()
        order.lines[0].settled_vnd, order.reduced_vnd = 0, order.goods_vnd
    page = asked(buyer, stall, ref, 3, reason="changed_mind", photos=0)
    seller.post(f"{page}/agreement", data={"how": "send"})
    seller.post(f"{page}/receipt", data={})
    assert (state(stall), reduced) == ("refunded", [])


def test_spoilt_goods_are_paid_back_without_being_sent(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 1)
    assert seller.post(f"{page}/agreement", data={"how": "keep", "note": "Xin lỗi chị"}).status_code == 303
    assert figures(stall, ref)[1:] == (1, 65_000)
    assert stall.stock(stall.cake) == (47, 0)
    assert state(stall) == "received"


def test_the_return_ends_when_the_money_is_back(buyer: Client, seller: Client, stall: Stall) -> None:
    page = asked(buyer, stall, delivered(buyer, seller, stall), 1)
    seller.post(f"{page}/agreement", data={"how": "keep"})
    with stall.app.app_context():
        refund = db.session.query(Refund).one().ref
    account = {"bank": "970436", "number": "0011012345678", "holder": "NGUYEN THI LAN"}
    assert buyer.post(f"/refunds/{refund}/account", data=account).status_code == 303
    assert state(stall) == "received"
    assert seller.post(f"/refunds/{refund}/receipt", data={"transfer_ref": "FT1"}).status_code == 303
    assert state(stall) == "refunded"
    assert "đã hoàn tiền" in text_of(buyer.get(page))


# --- asking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"packs": 0}, "Bạn cho biết muốn trả lại bao nhiêu gói"),
        ({"packs": 4}, "từ 0 đến 3"),
        ({"packs": ""}, "không có gói nào thì ghi 0"),
        ({"photos": 0}, "Bạn gửi kèm ít nhất một ảnh"),
        ({"photos": 6}, "Bạn gửi nhiều nhất 5 ảnh"),
        ({"note": ""}, 'id="note-error"'),
        ({"reason": "because"}, 'id="reason-error"'),
        ({"photos": (io.BytesIO(b"hello"), "a.jpg")}, 'id="photos-error"'),
    ],
)
def test_a_request_that_makes_no_sense_changes_nothing(
    buyer: Client, seller: Client, stall: Stall, changes: dict[str, Any], sentence: str
) -> None:
    ref = delivered(buyer, seller, stall)
    files = {"photos": changes.pop("photos")} if isinstance(changes.get("photos"), tuple) else {}
    answer = buyer.post(f"/orders/{ref}/returns", data={**_form(stall), **files}) if files else None
    answer = answer or ask(buyer, stall, ref, changes.pop("packs", 2), **changes)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    with stall.app.app_context():
        assert db.session.query(Return).count() == 0


def _form(stall: Stall) -> dict[str, str]:
    return {f"packs-{stall.cake}": "1", "reason": "damaged", "note": "Hộp bị móp"}


def test_what_is_asked_for_once_is_not_asked_for_again(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 2)
    assert ask(buyer, stall, ref, 1).status_code == 422
    seller.post(f"{page}/agreement", data={"how": "keep"})
    assert ask(buyer, stall, ref, 2).status_code == 422
    again = asked(buyer, stall, ref, 1)
    assert buyer.post(f"{again}/withdrawal").status_code == 303
    asked(buyer, stall, ref, 1)


def test_asking_and_taking_back_has_an_end(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    for _ in range(6):
        assert buyer.post(f"{asked(buyer, stall, ref, 1)}/withdrawal").status_code == 303
    answer = ask(buyer, stall, ref, 1)
    assert (answer.status_code, "quá nhiều lần" in answer.text) == (422, True)


def test_after_seven_days_nothing_goes_back(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    with clock.frozen(clock.now() + timedelta(days=7, minutes=1)):
        assert "không còn trả hàng được" in text_of(buyer.get(f"/orders/{ref}/returns/new"))
        assert ask(buyer, stall, ref).status_code == 422
        assert "Trả hàng" not in text_of(buyer.get(f"/orders/{ref}"))


def test_a_guest_gives_back_by_her_link(client: Client, app: Any, seller: Client, stall: Stall) -> None:
    ref = delivered(client, seller, stall, email="lan@vidu.vn")
    page = asked(client, stall, ref, 1)
    seller.post(f"{page}/agreement", data={"how": "send"})
    with app.app_context():
        purchase = db.session.query(Order).filter_by(ref=ref).one().purchase.ref
        key = key_of(purchase)
    stranger = app.test_client()
    assert stranger.get(page).status_code == 404
    assert stranger.get(f"{page}?key={key}", follow_redirects=True).status_code == 200
    assert stranger.post(f"{page}/parcel", data={"carrier": "VNPost"}).status_code == 303


def test_photos_are_seen_by_both_sides_only(
    app: Any, buyer: Client, seller: Client, operator: Client, client: Client, stall: Stall
) -> None:
    page = asked(buyer, stall, delivered(buyer, seller, stall), 1, photos=2)
    address = f"{page}/photos/1-320.webp"
    assert [who.get(address).status_code for who in (buyer, seller, operator, client)] == [200, 200, 200, 404]
    answer = buyer.get(address)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/webp", "no-store, private")
    assert buyer.get(f"{page}/photos/2-320.webp").status_code == 404
    with app.app_context():
        (first, _second) = db.session.query(Return).one().photos
        assert client.get(f"/media/{first.sha256}/1280.webp").status_code == 404


# --- no, and what follows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "ends", "back"),
    [("refund", "received", 130_000), ("return", "approved", 0), ("dismiss", "dismissed", 0)],
)
def test_the_operator_decides_where_both_sides_do_not_agree(
    buyer: Client, seller: Client, operator: Client, stall: Stall, verdict: str, ends: str, back: int
) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 2, reason="other", photos=0)
    assert seller.post(f"{page}/refusal", data={"note": ""}).status_code == 422
    assert seller.post(f"{page}/refusal", data={"note": "Lúc gửi còn tốt"}).status_code == 303
    assert "Lúc gửi còn tốt" in text_of(buyer.get(page))
    assert buyer.post(f"{page}/escalation", data={"note": "Ảnh rõ mà"}).status_code == 303
    assert seller.post(f"{page}/agreement", data={"how": "keep"}).status_code == 422
    assert page.rpartition("/")[2] in text_of(operator.get("/operator/returns"))
    decided = operator.post(f"{page}/decision", data={"verdict": verdict, "note": "Đã xem ảnh"})
    assert decided.status_code == 303
    assert state(stall) == ends
    assert figures(stall, ref)[0] == back
    assert "Đã xem ảnh" in text_of(seller.get(page))
    assert operator.post(f"{page}/decision", data={"verdict": verdict, "note": "x"}).status_code == 422


def test_a_silent_seller_is_followed_by_the_operator(
    buyer: Client, seller: Client, operator: Client, stall: Stall
) -> None:
    page = asked(buyer, stall, delivered(buyer, seller, stall), 1)
    with stall.app.app_context(), clock.frozen(clock.now() + timedelta(days=3, minutes=1)):
        jobs.pass_return_deadlines()
    assert state(stall) == "escalated"
    assert "orders/return_escalated_operator" in stall.told()
    assert "Chờ sàn:" in text_of(buyer.get(page))


@pytest.mark.parametrize(("is_sent", "ends"), [(False, "withdrawn"), (True, "escalated")])
def test_goods_that_do_not_come_end_the_return_or_go_to_the_operator(
    buyer: Client, seller: Client, stall: Stall, is_sent: bool, ends: str
) -> None:
    page = asked(buyer, stall, delivered(buyer, seller, stall), 1)
    seller.post(f"{page}/agreement", data={"how": "send"})
    if is_sent:
        buyer.post(f"{page}/parcel", data={"carrier": "VNPost"})
    with stall.app.app_context(), clock.frozen(clock.now() + timedelta(days=14, minutes=1)):
        jobs.pass_return_deadlines()
    assert state(stall) == ends


def test_an_open_return_keeps_the_order_from_being_completed(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 1)
    later = clock.now() + timedelta(days=8)
    with stall.app.app_context(), clock.frozen(later):
        jobs.pass_deadlines()
    assert stall.states() == ["delivered"]
    with clock.frozen(later):
        seller.post(f"{page}/refusal", data={"note": "Không phải lỗi của tôi"})
        with stall.app.app_context():
            jobs.pass_deadlines()
    assert stall.states() == ["delivered"]
    with stall.app.app_context(), clock.frozen(later + timedelta(days=3, minutes=1)):
        jobs.pass_deadlines()
    assert stall.states() == ["completed"]
    with clock.frozen(later + timedelta(days=4)):
        assert buyer.post(f"{page}/escalation", data={"note": "Ảnh rõ mà"}).status_code == 422


def test_the_seller_reads_what_would_go_back_before_she_answers(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = delivered(buyer, seller, stall)
    page = asked(buyer, stall, ref, 2)
    with stall.app.app_context():
        freight = db.session.scalars(select(Order).where(Order.ref == ref)).one().freight_vnd * 2 // 3
    shown = text_of(seller.get(page))
    assert "130.000 ₫" in shown
    assert f"{130_000 + freight:,} ₫".replace(",", ".") in shown
    assert 'class="desk-nav"' in shown
    assert 'class="desk-nav"' not in text_of(buyer.get(page))
    unwanted = asked(buyer, stall, delivered(buyer, seller, stall), 1, reason="changed_mind", photos=0)
    assert "phí giao hàng không hoàn" in text_of(seller.get(unwanted))


def test_the_operators_desk_leads_to_returns_and_reported_messages(operator: Client) -> None:
    desk = text_of(operator.get("/operator"))
    assert all(f'href="{path}"' in desk for path in ("/operator/returns", "/operator/messages", "/operator/payments"))


def queue(seller: Client) -> str:
    """The seller's list of orders without the words that acts left above it."""
    return text_of(seller.get("/desk/orders")).partition("<table")[2]


def test_an_order_whose_return_waits_stands_where_work_is_awaited(buyer: Client, seller: Client, stall: Stall) -> None:
    back, after = delivered(buyer, seller, stall), delivered(buyer, seller, stall)
    finished = queue(seller)
    assert finished.index(after) < finished.index(back)
    address = asked(buyer, stall, back)
    waits = queue(seller)
    assert waits.index(back) < waits.index(after)
    assert f'href="{address}"' in waits
