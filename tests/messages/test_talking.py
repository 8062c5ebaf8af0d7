"""Asking, answering, reading: what the two sides see, what a guest finds again, and what nobody else ever sees."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from marketplace.accounts.models import Membership
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.messages.models import Message, MessageDraft, MessagePicture, Thread
from tests.access.things import jpeg
from tests.clients import Client
from tests.messages.conftest import Talk, hidden
from tests.storefronts.stage import counted_queries


def text_of(page: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", page.text))


def test_a_question_reaches_the_shop_and_the_answer_comes_back(talk: Talk) -> None:
    ref = talk.asked()
    listed = text_of(talk.client("seller").get("/messages"))
    assert "Trần Thu Hà" in listed
    assert "Gạo sạch" in listed
    assert talk.say("colleague", ref, "Để được sáu tháng chị nhé.").status_code == 303
    page = text_of(talk.client("buyer").get(f"/messages/{ref}"))
    assert "Để được sáu tháng chị nhé." in page
    assert "<strong>HTX Triệu Phong</strong>" in page
    assert "Lê Văn Thành" not in page
    assert "Lê Văn Thành" in text_of(talk.client("seller").get(f"/messages/{ref}"))


def test_asking_again_goes_on_in_the_same_conversation(talk: Talk) -> None:
    ref = talk.asked()
    assert talk.client("buyer").get(f"/messages/new/product/{talk.slug}").headers["Location"] == f"/messages/{ref}"
    assert talk.asked(text="Còn một câu nữa") == ref
    assert talk.asked("other_buyer") != ref


@pytest.mark.parametrize("who", ["other_buyer", "other_seller", "firm", "operator"])
def test_nobody_else_sees_a_conversation(talk: Talk, who: str) -> None:
    ref = talk.asked()
    client = talk.client(who)
    assert client.get(f"/messages/{ref}").status_code == 404
    assert talk.say(who, ref, "Tôi chen vào").status_code == 404
    assert client.post(f"/messages/{ref}/reading").status_code == 404
    assert client.get(f"/messages/{ref}/1/report").status_code == 404
    assert "Trần Thu Hà" not in client.get("/messages").text
    assert talk.said() == ["Bánh để được bao lâu?"]


def test_who_has_left_the_shop_no_longer_sees_what_it_was_asked(talk: Talk) -> None:
    ref, client = talk.asked(), talk.client("colleague")
    assert client.get(f"/messages/{ref}").status_code == 200
    with talk.app.app_context(), writing():
        db.session.execute(delete(Membership).where(Membership.person_id == talk.people["colleague"].id))
    assert client.get(f"/messages/{ref}").status_code == 404


def test_a_firm_asks_as_a_firm_and_whoever_leaves_it_leaves_the_answer_there(talk: Talk) -> None:
    ref, client = talk.asked("firm"), talk.client("firm")
    assert "Siêu thị Hạ Long" in text_of(talk.client("seller").get(f"/messages/{ref}"))
    with talk.app.app_context(), writing():
        db.session.execute(delete(Membership).where(Membership.person_id == talk.people["firm"].id))
    assert client.get(f"/messages/{ref}").status_code == 404


def test_nobody_asks_her_own_shop(talk: Talk) -> None:
    assert talk.client("seller").get(f"/messages/new/product/{talk.slug}").status_code == 403
    assert talk.ask("seller").status_code == 403
    assert "/messages/new/" not in talk.client("seller").get(f"/products/{talk.slug}").text
    assert f"/messages/new/product/{talk.slug}" in talk.client("buyer").get(f"/products/{talk.slug}").text


def test_what_is_not_seen_is_not_talked_about(talk: Talk) -> None:
    order = talk.order()
    for path in ("product/khong-co", "shop/TC-2026-999999", f"order/{order}", "nothing/x"):
        assert talk.client("other_buyer").get(f"/messages/new/{path}").status_code == 404


def test_both_sides_of_an_order_may_begin(talk: Talk) -> None:
    order = talk.order()
    assert f"/messages/new/order/{order}" in talk.client("seller").get(f"/desk/orders/{order}").text
    assert f"/messages/new/order/{order}" in talk.client("buyer").get(f"/orders/{order}").text
    sent = talk.client("seller").post(f"/messages/new/order/{order}", data={"text": "Chị ở nhà chiều nay không?"})
    page = text_of(talk.client("buyer").get(sent.headers["Location"]))
    assert "Chị ở nhà chiều nay không?" in page
    assert order in page


def test_a_shop_is_written_to_from_its_page(talk: Talk, client: Client) -> None:
    assert f"/messages/new/shop/{talk.seller.ref}" in client.get(f"/shops/{talk.seller.slug}").text
    assert "HTX Triệu Phong" in client.get(f"/messages/new/shop/{talk.seller.ref}").text
    asked = {"text": "Có bán sỉ không ạ?"}
    assert talk.client("buyer").post(f"/messages/new/shop/{talk.seller.ref}", data=asked).status_code == 303
    listed = text_of(talk.client("buyer").get("/messages"))
    assert "Có bán sỉ không ạ?" in listed
    assert listed.count("HTX Triệu Phong") == 1


def test_a_guest_signs_in_and_finds_what_she_has_typed(talk: Talk, client: Client) -> None:
    address = f"/messages/new/product/{talk.slug}"
    kept = client.post(address, data={"text": "Gửi vào Cà Mau được không?", "may_be_public": "y"}).headers["Location"]
    assert talk.said() == []
    page = client.get(kept)
    assert "Gửi vào Cà Mau được không?" in page.text
    assert "/sign-in?next=" in page.text
    back = talk.client("buyer").get(kept)
    assert "Gửi vào Cà Mau được không?</textarea>" in back.text
    assert re.search(r'name="may_be_public"[^>]*checked|checked[^>]*name="may_be_public"', back.text)
    talk.ask(text="Gửi vào Cà Mau được không?", token=hidden(back, "token"))
    assert talk.said() == ["Gửi vào Cà Mau được không?"]
    with talk.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MessageDraft)) == 0


def test_the_same_form_sent_twice_says_it_once(talk: Talk) -> None:
    ref = talk.asked(token="mot-lan-thoi")
    assert talk.asked(token="mot-lan-thoi") == ref
    for _ in range(2):
        talk.say("seller", ref, "Sáu tháng.", token="tra-loi")
    assert talk.said() == ["Bánh để được bao lâu?", "Sáu tháng."]


def test_a_colleague_who_answered_meanwhile_is_read_first(talk: Talk) -> None:
    ref = talk.asked()
    page = talk.client("colleague").get(f"/messages/{ref}")
    talk.say("seller", ref, "Sáu tháng chị ạ.")
    again = talk.say("colleague", ref, "Năm tháng thôi.", seen=hidden(page, "seen"), token=hidden(page, "token"))
    assert again.status_code == 422
    assert "Hoàng Thị Thu vừa trả lời ở đây" in again.text
    assert "Năm tháng thôi.</textarea>" in again.text
    sent = talk.say("colleague", ref, "Năm tháng thôi.", seen=hidden(again, "seen"), token=hidden(again, "token"))
    assert sent.status_code == 303
    assert talk.said()[1:] == ["Sáu tháng chị ạ.", "Năm tháng thôi."]


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "a" * 2_001])
def test_nothing_and_too_much_are_refused(talk: Talk, text: str) -> None:
    ref = talk.asked()
    assert talk.say("seller", ref, text).status_code == 422
    assert len(talk.said()) == 1


def test_addresses_stay_text(talk: Talk) -> None:
    ref = talk.asked(text="Xem javascript:alert(1) và https://example.com <b>nhé</b>")
    page = talk.client("seller").get(f"/messages/{ref}").text
    assert "javascript:alert(1) và https://example.com &lt;b&gt;nhé" in page
    assert 'href="https://example.com' not in page
    assert 'href="javascript' not in page


# --- reading ---


def unread(page: Any) -> str:
    found = re.search(r'class="bell-count"[^>]*data-unread-messages>(\d+|99\+)<', page.text)
    return found[1] if found else ""


def test_what_is_new_is_counted_until_it_is_read(talk: Talk) -> None:
    ref, seller, colleague = talk.asked(), talk.client("seller"), talk.client("colleague")
    talk.asked("other_buyer")
    assert [unread(one.get("/")) for one in (seller, colleague, talk.client("buyer"))] == ["2", "2", ""]
    assert seller.post(f"/messages/{ref}/reading", data={"number": "1"}).status_code == 303
    assert [unread(one.get("/")) for one in (seller, colleague)] == ["1", "2"]
    talk.say("seller", ref, "Sáu tháng.")
    assert unread(talk.client("buyer").get("/")) == "1"
    assert unread(colleague.get("/")) == "2"


def test_reading_less_makes_nothing_unread_again(talk: Talk) -> None:
    ref, seller = talk.asked(), talk.client("seller")
    talk.say("buyer", ref, "Alo?")
    for number in ("2", "1", "999"):
        seller.post(f"/messages/{ref}/reading", data={"number": number})
    assert unread(seller.get("/")) == ""
    assert seller.post(f"/messages/{ref}/reading", data={"number": "nhiều"}).status_code == 422


def test_what_is_unread_comes_first(talk: Talk) -> None:
    first, second = talk.asked(), talk.asked("other_buyer")
    seller = talk.client("seller")
    seller.post(f"/messages/{second}/reading")
    page = seller.get("/messages").text
    assert page.index(first) < page.index(second)


def test_lists_ask_the_same_number_of_questions(talk: Talk) -> None:
    seller = talk.client("seller")

    def cost() -> int:
        seller.get("/messages")
        with talk.app.app_context(), counted_queries() as seen:
            assert seller.get("/messages").status_code == 200
        return len(seen)

    talk.asked()
    one = cost()
    talk.asked("other_buyer")
    talk.asked("firm")
    assert cost() == one


def test_long_conversations_are_read_backwards(talk: Talk) -> None:
    ref = talk.asked(text="câu số 1.")
    for number in range(2, 56):
        talk.say("buyer" if number % 2 else "seller", ref, f"câu số {number}.")
    page = talk.client("buyer").get(f"/messages/{ref}").text
    assert "câu số 55." in page
    assert "câu số 5." not in page
    earlier = talk.client("buyer").get(f"/messages/{ref}?before=6").text
    assert "câu số 5." in earlier
    assert "câu số 6." not in earlier


# --- pictures ---


def test_a_picture_is_seen_by_the_two_sides_only(talk: Talk) -> None:
    ref = talk.asked(pictures=[(io.BytesIO(jpeg(300, 200)), "banh.jpg"), (io.BytesIO(jpeg(300, 201)), "banh2.jpg")])
    with talk.app.app_context():
        names = list(db.session.scalars(select(MessagePicture.sha256)))
    assert len(names) == 2
    address = f"/messages/{ref}/pictures/{names[0]}/320.webp"
    assert talk.client("seller").get(address).mimetype == "image/webp"
    assert b"Exif" not in talk.client("buyer").get(address).data
    assert talk.client("other_buyer").get(address).status_code == 404
    assert talk.app.test_client().get(address).status_code == 303
    assert talk.client("buyer").get(f"/media/{names[0]}/320.webp").status_code == 404
    assert talk.client("other_buyer").get(f"/messages/{talk.asked('other_buyer')}{address[-78:]}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", jpeg(900, 700)[:2_000]])
def test_what_is_no_picture_is_refused_and_the_words_are_kept(talk: Talk, content: bytes) -> None:
    answer = talk.ask(text="Bánh bị vỡ", pictures=[(io.BytesIO(content), "a.jpg")])
    assert answer.status_code == 422
    assert "Bánh bị vỡ</textarea>" in answer.text
    assert talk.said() == []


def test_five_pictures_are_too_many(talk: Talk) -> None:
    answer = talk.ask(pictures=[(io.BytesIO(jpeg(40 + n)), f"{n}.jpg") for n in range(5)])
    assert "Mỗi tin nhắn kèm nhiều nhất 4 ảnh." in answer.text
    assert talk.said() == []


# --- what stays ---


def test_words_are_never_rewritten_only_emptied(talk: Talk) -> None:
    talk.asked()
    with talk.app.app_context():
        for statement in (update(Message).values(body="Khác"), update(Message).values(number=7), delete(Message)):
            with pytest.raises(DatabaseError), writing():
                db.session.execute(statement)
        with writing():
            db.session.execute(update(Message).values(body=""))
    assert talk.said() == [""]


def test_a_renamed_product_keeps_its_conversations(talk: Talk) -> None:
    ref = talk.asked()
    with talk.app.app_context(), writing():
        catalogue.rename(
            db.session.scalars(select(Product).where(Product.slug == talk.slug)).one(), "Gạo mới", by=SYSTEM
        )
    with talk.app.app_context():
        assert db.session.scalar(select(Thread.subject_ref).where(Thread.ref == ref)) == "gao-moi"
    assert "/products/gao-moi" in talk.client("buyer").get(f"/messages/{ref}").text
    assert talk.client("buyer").get(f"/messages/new/product/{talk.slug}").headers["Location"] == f"/messages/{ref}"
