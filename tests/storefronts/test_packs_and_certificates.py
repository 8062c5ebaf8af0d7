"""The desk beyond words and prices: packs, details, the order of photos, and certificates that somebody checks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.catalogue import services
from marketplace.catalogue.models import Certificate, Product, Variant
from marketplace.catalogue.states import CertificateBasis, Keeping
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.files import take_picture
from marketplace.core.outbox import Notice
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import trail
from tests.storefronts.test_desk import Desk, picture

PACK = {
    "name": "Hộp 1 kg",
    "gross_grams": "1.100",
    "net_grams": "1000",
    "minimum": "2",
    "multiple": "2",
    "keeping": "stocked",
}
PAPER = {"star": "4", "number": "1234/QĐ-UBND", "issued_by": "UBND tỉnh Hải Dương"}


@pytest.fixture
def desk(app: Flask, client_of: Any) -> Desk:
    return Desk(app, client_of)


def packs(desk: Desk) -> list[Variant]:
    desk.product()
    return list(
        db.session.scalars(select(Variant).join(Variant.product).where(Product.slug == desk.slug).order_by(Variant.id))
    )


# --- packs ---


def test_a_pack_is_added_and_changed(desk: Desk) -> None:
    assert desk.post("/packs", {**PACK, "price": "120k"}).status_code == 303
    changed = {**PACK, "keeping": "made_to_order", "daily_capacity": "5", "lead_days": "3", "is_actual_weight": "y"}
    with desk.app.app_context():
        added = packs(desk)[1]
        assert (added.name, added.price_vnd, added.gross_grams, added.minimum) == ("Hộp 1 kg", 120_000, 1_100, 2)
        sku = added.sku
    assert desk.post(f"/packs/{sku}", {**changed, "seller_code": "B-1"}).status_code == 303
    with desk.app.app_context():
        pack = packs(desk)[1]
        assert (pack.keeping, pack.daily_capacity, pack.is_by_weight) == (Keeping.MADE_TO_ORDER, 5, True)
        assert (pack.seller_code, pack.price_vnd) == ("B-1", 120_000)
        assert trail(sku) == ["add", "change"]
    assert "không quá số đã thỏa thuận" in desk.client.get(f"/desk/products/{desk.slug}/packs/{sku}").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"minimum": "3"}, "phải chia hết"),
        ({"net_grams": "2000"}, "không thể nhẹ hơn"),
        ({"is_actual_weight": "y", "net_grams": ""}, "cần ghi khối lượng tịnh"),
        ({"keeping": "made_to_order"}, "mỗi ngày làm được"),
    ],
)
def test_a_pack_that_contradicts_itself_is_refused(desk: Desk, wrong: dict[str, str], sentence: str) -> None:
    answer = desk.post(f"/packs/{desk.sku}", {**PACK, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Hộp 1 kg"' in answer.text
    assert desk.post("/packs", {**PACK, **wrong, "price": "50k"}).status_code == 422
    with desk.app.app_context():
        assert [pack.name for pack in packs(desk)] != ["Hộp 1 kg"]
        assert len(packs(desk)) == 1


def test_the_last_pack_on_sale_stays(desk: Desk) -> None:
    assert desk.post(f"/packs/{desk.sku}/retirement").status_code == 422
    desk.post("/packs", {**PACK, "price": "120k"})
    assert desk.post(f"/packs/{desk.sku}/retirement").status_code == 303
    with desk.app.app_context():
        assert [pack.is_active for pack in packs(desk)] == [False, True]
        assert desk.product().price_from_vnd == 120_000
    assert desk.post(f"/packs/{desk.sku}/return").status_code == 303
    with desk.app.app_context():
        assert desk.product().price_from_vnd == 65_000


def test_details_and_season_are_said(desk: Desk) -> None:
    words = {"unit": "hộp", "vat_percent": "5", "months": ["1", "12"], "ingredients": "Đậu xanh, đường"}
    assert desk.post("/details", words).status_code == 303
    with desk.app.app_context():
        product = desk.product()
        assert (product.months, product.vat_percent, product.ingredients) == ([1, 12], 5, "Đậu xanh, đường")
    none = desk.post("/details", {**words, "months": []})
    assert none.status_code == 422
    assert "Hãy đánh dấu ít nhất một tháng" in none.text


def test_photos_are_described_and_put_in_order(desk: Desk) -> None:
    shown = [take_picture_of(desk, width) for width in (60, 70, 80)]
    desk.post(f"/photos/{shown[2]}/place", {"to": "first"})
    desk.post(f"/photos/{shown[0]}/place", {"to": "later"})
    desk.post(f"/photos/{shown[1]}/place", {"to": "nowhere"})
    desk.post(f"/photos/{shown[1]}/description", {"description": "Mẻ bánh mới"})
    with desk.app.app_context():
        photos = desk.product().photos
        assert [photo.sha256 for photo in photos] == [shown[2], shown[1], shown[0]]
        assert photos[1].description == "Mẻ bánh mới"


def take_picture_of(desk: Desk, width: int) -> str:
    with desk.app.app_context():
        taken = take_picture(picture(size=(width, 40)))
        with writing():
            services.add_photo(desk.product(), taken, description="", by=SYSTEM)
        return taken.sha256


# --- certificates ---


@pytest.fixture
def operator(app: Flask, client_of: Any) -> Client:
    with app.app_context():
        made: Client = client_of(factories.manager_of(factories.organisation(OrganisationKind.OPERATOR)))
        return made


def declare(desk: Desk, **changed: str) -> int:
    issued = {"issued_on": (clock.today() - timedelta(days=30)).isoformat()}
    return desk.post("/certificates", {**PAPER, **issued, **changed}).status_code


def test_nobody_gives_herself_a_star(desk: Desk, operator: Client, client: Client) -> None:
    assert declare(desk) == 303
    assert "đang được kiểm tra" in desk.client.get(f"/desk/products/{desk.slug}").text
    with desk.app.app_context():
        assert desk.product().star is None
    for page in (f"/products/{desk.slug}", f"/shops/{desk.shop_slug}"):
        assert "1234/QĐ-UBND" not in client.get(page).text
    path = f"/operator/certificates/{desk.slug}"
    assert desk.client.post(f"{path}/verification", data={"number": PAPER["number"], "note": "!"}).status_code == 404
    assert "1 giấy chứng nhận cần kiểm tra" in operator.get("/operator").text
    assert "1234/QĐ-UBND" in operator.get("/operator/certificates").text
    assert operator.post(f"{path}/verification", data={"number": PAPER["number"]}).status_code == 422
    words = {"number": PAPER["number"], "note": "Danh sách tỉnh tháng 11"}
    assert operator.post(f"{path}/verification", data=words).status_code == 303
    with desk.app.app_context():
        assert desk.product().star_now == 4
        assert db.session.scalars(select(Certificate.basis)).one() is CertificateBasis.VERIFIED
        assert trail(desk.slug)[-2:] == ["certify", "certificate.verify"]
        assert db.session.scalars(select(Notice.template)).all() == ["storefronts/certificate_verified"]
    assert operator.post(f"{path}/refusal", data=words).status_code == 404


def test_a_refused_certificate_says_why_and_may_be_entered_again(desk: Desk, operator: Client) -> None:
    declare(desk)
    assert declare(desk) == 422
    words = {"number": PAPER["number"], "note": "Số quyết định không có trong danh sách."}
    assert operator.post(f"/operator/certificates/{desk.slug}/refusal", data=words).status_code == 303
    assert "Số quyết định không có trong danh sách." in desk.client.get(f"/desk/products/{desk.slug}").text
    with desk.app.app_context():
        assert desk.product().star is None
    assert declare(desk) == 303


def test_what_was_declared_by_mistake_is_taken_back(desk: Desk) -> None:
    declare(desk)
    assert desk.post("/certificates/removal", {"number": PAPER["number"]}).status_code == 303
    assert desk.post("/certificates/removal", {"number": PAPER["number"]}).status_code == 404
    with desk.app.app_context():
        assert list(db.session.scalars(select(Certificate.id))) == []


@pytest.mark.parametrize(
    "wrong", [{"star": "5 sao"}, {"number": ""}, {"issued_on": "2019-01-01"}, {"issued_on": "mai"}]
)
def test_a_certificate_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, str]) -> None:
    assert declare(desk, **wrong) == 422


def test_a_way_to_keep_goods_is_not_called_as_buyers_see_it(desk: Desk) -> None:
    page = desk.client.get(f"/desk/products/{desk.slug}/new-pack").text
    assert "hàng có sẵn trong kho" in page
