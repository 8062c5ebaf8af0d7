"""The producer's desk: her goods and her shop, and nobody else's."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import ProductState
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db
from marketplace.storefronts.models import Shop
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, on_sale, trail

WORDS = {
    "name": "Bánh đậu xanh rồng vàng",
    "name_en": "Golden dragon cake",
    "summary": "Tan trên lưỡi.",
    "summary_en": "",
    "story": "Một.\r\n\r\nHai.",
    "story_en": "",
}
DRAFT = {
    "name": "Kẹo lạc",
    "product_set": "7",
    "origin": "hai-duong",
    "place": "xã Tứ Minh",
    "pack": "gói 500 g",
    "unit": "gói",
    "price": "45.000",
    "net_grams": "500",
    "gross_grams": "550",
}


class Desk:
    """A producer with one product, and somebody of hers who is signed in."""

    def __init__(self, app: Flask, client_of: Any, role: Role = Role.MANAGER, *, verified: bool = True) -> None:
        self.app = app
        with app.app_context():
            seller = factories.organisation(verified=verified)
            made = factories.product(seller, state=ProductState.PUBLISHED if verified else ProductState.DRAFT)
            self.slug, self.sku, self.seller_id = made.slug, factories.variant_of(made).sku, seller.id
            self.shop_slug, self.seller_ref = seller.slug, seller.ref
            who = factories.person()
            factories.membership(who, seller, role)
            self.client: Client = client_of(who)

    def post(self, path: str = "", data: Any = None, **options: Any) -> TestResponse:
        return self.client.post(f"/desk/products/{self.slug}{path}", data=data or {}, **options)

    def product(self) -> Product:
        db.session.rollback()
        return db.session.scalars(select(Product).where(Product.slug == self.slug)).one()


@pytest.fixture
def desk(app: Flask, client_of: Any) -> Desk:
    return Desk(app, client_of)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "#1E5B45").save(out, kind)
    out.seek(0)
    return out


# --- who may ---

PAGES = ["/desk", "/desk/products", "/desk/products/{slug}", "/desk/shop", "/desk/new-product"]
ACTS = [
    "/desk/products/{slug}",
    "/desk/products/{slug}/prices/{sku}",
    "/desk/products/{slug}/publication",
    "/desk/products/{slug}/withdrawal",
    "/desk/products/{slug}/photos",
    "/desk/shop",
    "/desk/shop/photo",
    "/desk/shop/photo/removal",
]


@pytest.mark.parametrize("page", PAGES)
def test_her_own_people_see_the_desk(desk: Desk, page: str) -> None:
    answer = desk.client.get(page.format(slug=desk.slug))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("page", PAGES)
def test_guests_are_asked_to_sign_in_and_come_back(desk: Desk, client: Client, page: str) -> None:
    answer = client.get(page.format(slug=desk.slug))
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/desk")


def strangers(app: Flask, client_of: Any) -> list[Client]:
    """Another producer, a buyer's organisation, a private person."""
    with app.app_context():
        other = factories.manager_of(factories.seller())
        buyer = factories.manager_of(factories.organisation(OrganisationKind.BUYER))
        return [client_of(other), client_of(buyer), client_of(factories.person())]


def test_nobody_else_sees_how_a_product_is_changed(desk: Desk, client_of: Any) -> None:
    codes = [one.get(f"/desk/products/{desk.slug}").status_code for one in strangers(desk.app, client_of)]
    assert codes == [403, 403, 403]


def test_people_who_sell_nothing_have_no_desk(app: Flask, client_of: Any) -> None:
    _producer, *others = strangers(app, client_of)
    assert [one.get("/desk").status_code for one in others] == [404, 404]


@pytest.mark.parametrize("act", ACTS[:5])
def test_nobody_else_changes_a_product(desk: Desk, client: Client, client_of: Any, act: str) -> None:
    address = act.format(slug=desk.slug, sku=desk.sku)
    data = {**WORDS, "price": "1.000"}
    codes = [one.post(address, data=dict(data)).status_code for one in (client, *strangers(desk.app, client_of))]
    assert codes == [303, 403, 403, 403]
    with desk.app.app_context():
        product = desk.product()
        assert (product.name, product.price_from_vnd, product.state) == ("Bánh đậu xanh", 65_000, "published")
        assert trail(desk.slug) == []


@pytest.mark.parametrize("act", ACTS[5:])
def test_staff_do_not_speak_for_the_shop(app: Flask, client_of: Any, act: str) -> None:
    desk = Desk(app, client_of, Role.STAFF)
    assert desk.client.post(act, data={**DRAFT, "story": "Chuyện khác."}).status_code == 403
    with app.app_context():
        assert db.session.scalar(select(Shop.id)) is None
        assert trail(desk.seller_ref) == []


def test_staff_change_goods(app: Flask, client_of: Any) -> None:
    desk = Desk(app, client_of, Role.STAFF)
    assert desk.post("/withdrawal").status_code == 303
    with app.app_context():
        assert desk.product().state == "withdrawn"


# --- words and prices ---


def test_the_form_of_words_goes_to_its_own_page(desk: Desk) -> None:
    assert f'action="/desk/products/{desk.slug}"' in desk.client.get(f"/desk/products/{desk.slug}").text


def test_words_change(desk: Desk) -> None:
    answer = desk.post(data=WORDS)
    assert (answer.status_code, answer.location) == (303, f"/desk/products/{desk.slug}")
    with desk.app.app_context():
        product = desk.product()
        assert (product.name, product.name_en, product.story) == (WORDS["name"], WORDS["name_en"], "Một.\n\nHai.")
        assert trail(desk.slug) == ["edit"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", " \x00 "), ("name", "x" * 161), ("story", "x" * 8001), ("name", "\ufffd")],
)
def test_wrong_words_are_shown_again_with_a_sentence(desk: Desk, field: str, value: str) -> None:
    answer = desk.post(data={**WORDS, "summary": "Còn nguyên đây.", field: value})
    assert answer.status_code == 422
    assert f'aria-describedby="{field}-' in answer.text or f'{field}-error"' in answer.text
    assert "Còn nguyên đây." in answer.text
    with desk.app.app_context():
        assert desk.product().name == "Bánh đậu xanh"
        assert trail(desk.slug) == []


def test_a_price_changes_and_is_written_down(desk: Desk) -> None:
    data = {"price": "70.000 ₫", "from_1": "10", "tier_1": "65k", "from_2": "50", "tier_2": "60.000"}
    assert desk.post(f"/prices/{desk.sku}", data).status_code == 303
    with desk.app.app_context():
        product = desk.product()
        assert (product.price_from_vnd, product.has_wholesale) == (70_000, True)
        assert [(t.least_quantity, t.price_vnd) for t in product.variants[0].tiers] == [(10, 65_000), (50, 60_000)]
        assert trail(desk.sku) == ["price"]


@pytest.mark.parametrize("price", ["", "0", "-5", "999", "rẻ thôi", "1,5", "9" * 30, "<b>", "\x00"])
def test_what_is_no_price_is_refused_at_its_field(desk: Desk, price: str) -> None:
    answer = desk.post(f"/prices/{desk.sku}", {"price": price})
    assert answer.status_code == 422
    assert f'id="price-{desk.sku}-error"' in answer.text
    with desk.app.app_context():
        assert desk.product().price_from_vnd == 65_000
        assert trail(desk.sku) == []


def test_a_larger_quantity_must_be_cheaper(desk: Desk) -> None:
    answer = desk.post(f"/prices/{desk.sku}", {"price": "50.000", "from_1": "10", "tier_1": "60.000"})
    assert answer.status_code == 422
    with desk.app.app_context():
        assert desk.product().price_from_vnd == 65_000


def test_another_products_pack_is_not_priced_here(desk: Desk) -> None:
    with desk.app.app_context():
        other = factories.variant_of(on_sale()).sku
    assert desk.post(f"/prices/{other}", {"price": "1.000"}).status_code == 404
    with desk.app.app_context():
        assert set(db.session.scalars(select(Variant.price_vnd))) == {65_000}


# --- on sale or not ---


def test_withdrawn_and_on_sale_again(desk: Desk, client: Client) -> None:
    address = f"/products/{desk.slug}"
    assert desk.post("/withdrawal").status_code == 303
    assert client.get(address).status_code == 404
    assert desk.post("/publication").status_code == 303
    assert client.get(address).status_code == 200
    with desk.app.app_context():
        assert trail(desk.slug) == ["withdraw", "publish"]


def test_a_second_withdrawal_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.post("/withdrawal")
    answer = desk.post("/withdrawal")
    assert answer.status_code == 422
    with desk.app.app_context():
        assert trail(desk.slug) == ["withdraw"]


def test_nothing_is_sold_before_the_producer_is_verified(app: Flask, client_of: Any) -> None:
    desk = Desk(app, client_of, verified=False)
    assert desk.post("/publication").status_code == 422
    with app.app_context():
        assert desk.product().state == "draft"
    assert "xác minh" in desk.client.get("/desk").text


# --- photos ---


def test_a_photo_is_shown_and_taken_away(desk: Desk, client: Client) -> None:
    sent = {"photo": (picture(), "banh.png"), "description": "Hộp bánh mở nắp"}
    assert desk.post("/photos", sent).status_code == 303
    text = client.get(f"/products/{desk.slug}").text
    assert 'alt="Hộp bánh mở nắp"' in text
    assert 'property="og:image" content="http://localhost/media/' in text
    with desk.app.app_context():
        sha256 = desk.product().photos[0].sha256
    assert desk.post(f"/photos/{sha256}/removal").status_code == 303
    assert "Hộp bánh mở nắp" not in client.get(f"/products/{desk.slug}").text
    with desk.app.app_context():
        assert trail(desk.slug) == ["add_photo", "remove_photo"]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "", "Vui lòng chọn ảnh trước."),
        (b"", "rong.png", "Tệp"),
        (b"<html><script>alert(1)</script>", "a.png", ""),
        (b"GIF89a" + b"\0" * 40, "a.gif", "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "SVG"),
        (b"PK\x03\x04" + b"\0" * 40, "bang.xlsx", ""),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "hong.png", ""),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(desk: Desk, content: bytes, name: str, sentence: str) -> None:
    answer = desk.post("/photos", {"photo": (io.BytesIO(content), name), "description": "Giữ lại"})
    assert answer.status_code == 422
    assert sentence in answer.text
    with desk.app.app_context():
        assert desk.product().photos == []
        assert trail(desk.slug) == []


def test_a_file_of_20_megabytes_is_too_large(desk: Desk) -> None:
    answer = desk.post("/photos", {"photo": (io.BytesIO(b"\xff\xd8" + b"\0" * 20_000_000), "to.jpg")})
    assert answer.status_code == 413
    with desk.app.app_context():
        assert desk.product().photos == []


def test_a_photo_field_that_holds_text_is_no_photo(desk: Desk) -> None:
    assert desk.post("/photos", {"photo": "banh.png"}).status_code == 422


def test_a_photo_that_is_not_there_cannot_be_deleted(desk: Desk) -> None:
    assert desk.post(f"/photos/{'0' * 64}/removal").status_code == 404


# --- a new product ---


def test_a_draft_is_made_with_its_first_pack(desk: Desk, client: Client) -> None:
    with desk.app.app_context():
        factories.product_set(7)
    answer = desk.client.post("/desk/products", data=DRAFT)
    assert (answer.status_code, answer.location) == (303, "/desk/products/keo-lac")
    with desk.app.app_context():
        made = db.session.scalars(select(Product).where(Product.slug == "keo-lac")).one()
        assert (made.state, made.origin.slug, made.origin_now.slug) == ("draft", "hai-duong", "hai-phong")
        assert [(v.name, v.price_vnd, v.net_grams) for v in made.variants] == [("gói 500 g", 45_000, 500)]
    assert client.get("/products/keo-lac").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("product_set", "27"),
        ("product_set", ""),
        ("origin", "atlantis"),
        ("pack", ""),
        ("price", "x"),
        ("gross_grams", "0"),
    ],
)
def test_a_wrong_draft_is_shown_again(desk: Desk, field: str, value: str) -> None:
    with desk.app.app_context():
        factories.product_set(7)
    answer = desk.client.post("/desk/products", data={**DRAFT, "place": "xã còn nguyên", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "xã còn nguyên" in answer.text
    with desk.app.app_context():
        assert db.session.scalar(select(Product.id).where(Product.slug == "keo-lac")) is None


# --- the shop ---


def test_the_shop_tells_its_story(desk: Desk, client: Client) -> None:
    answer = desk.client.post("/desk/shop", data={"story": "Lò <b>bánh</b>.", "story_en": "", "since_year": "1998"})
    assert answer.status_code == 303
    text = client.get(f"/shops/{desk.shop_slug}").text
    assert "Lò &lt;b&gt;bánh&lt;/b&gt;." in text
    assert "Từ năm 1998" in text
    with desk.app.app_context():
        assert trail(desk.seller_ref) == ["shop.edit"]


@pytest.mark.parametrize(
    ("field", "value"), [("since_year", "3026"), ("since_year", "năm ngoái"), ("story", "x" * 8001)]
)
def test_a_wrong_shop_form_keeps_what_was_typed(desk: Desk, field: str, value: str) -> None:
    answer = desk.client.post("/desk/shop", data={"story": "Giữ lại", "story_en": "Kept", field: value})
    assert answer.status_code == 422
    assert "Kept" in answer.text
    with desk.app.app_context():
        assert db.session.scalar(select(Shop.id)) is None


def test_the_shop_shows_a_picture_and_takes_it_away(desk: Desk, client: Client) -> None:
    sent = {"photo": (picture("JPEG"), "lo.jpg")}
    assert desk.client.post("/desk/shop/photo", data=sent).status_code == 303
    assert "/media/" in client.get(f"/shops/{desk.shop_slug}").text
    assert desk.client.post("/desk/shop/photo/removal").status_code == 303
    assert "/media/" not in client.get(f"/shops/{desk.shop_slug}").text


def test_the_list_of_goods_asks_the_database_as_often_for_three_as_for_one(desk: Desk) -> None:
    def one_more() -> None:
        factories.product(db.session.get_one(Organisation, desk.seller_id))

    assert_steady(desk.app, desk.client, "/desk/products", one_more)
