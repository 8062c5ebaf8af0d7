"""Addresses of before July 2025 at the checkout: understood where that is safe, asked about where it is not."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from marketplace.core.database import writing
from marketplace.places import services as places
from tests.clients import Client
from tests.orders.stall import Stall, filled, put, text_of


@pytest.fixture(autouse=True)
def communes(app: Flask, stall: Stall) -> None:
    """All communes of today and of before."""
    with app.app_context(), writing():
        places.load()


def sent(client: Client, stall: Stall, **typed: Any) -> Any:
    put(client, stall.cake)
    return client.post("/checkout", data={**filled(client, stall), **typed})


def test_a_former_commune_of_the_chosen_province_is_understood(client: Client, stall: Stall) -> None:
    street = "thôn 3, xã Thanh Xuân, huyện Thanh Hà, Hải Dương"
    put(client, stall.cake)
    form = filled(client, stall, province="hai-phong", ward="", street=street)
    (total,) = re.findall(r'name="expected_total" value="(\d+)"', text_of(client.get("/checkout?province=hai-phong")))
    form["expected_total"] = total
    assert client.post("/checkout", data=form).status_code == 303
    with stall.app.app_context():
        (purchase,) = stall.all("purchases")
        assert (purchase.ward.name, purchase.street) == ("Xã Hà Nam", street)


def test_a_former_commune_elsewhere_is_chosen_and_shown_before_anything_is_ordered(
    client: Client, stall: Stall
) -> None:
    answer = sent(client, stall, ward="", street="xóm 7, Hải Minh, Hải Hậu, Nam Định")
    page = html.unescape(text_of(answer))
    assert answer.status_code == 422
    assert "Xã Hải Minh, Huyện Hải Hậu, Nam Định nay thuộc Xã Hải Anh, Ninh Bình" in page
    assert '<option selected value="ninh-binh">' in page
    assert ">Xã Hải Anh</option>" in page
    assert 'value="xóm 7, Hải Minh, Hải Hậu, Nam Định"' in page
    assert stall.count("purchases") == 0


def test_a_commune_that_was_divided_is_asked_about(client: Client, stall: Stall) -> None:
    answer = sent(client, stall, ward="", street="ấp 2, xã Thạnh Lộc, huyện Giồng Riềng, Kiên Giang")
    page = html.unescape(text_of(answer))
    assert answer.status_code == 422
    assert "Xã Thạnh Hưng (An Giang), Xã Thạnh Lộc (An Giang)" in page
    assert stall.count("purchases") == 0


def test_an_address_that_contradicts_the_chosen_commune_is_asked_about(client: Client, stall: Stall) -> None:
    answer = sent(client, stall, street="thôn 3, xã Thanh Xuân, huyện Thanh Hà, Hải Dương")
    assert answer.status_code == 422
    assert "nhưng bạn đang chọn phường, xã khác" in html.unescape(text_of(answer))
    assert stall.count("purchases") == 0


def test_a_street_that_names_no_commune_is_left_alone(client: Client, stall: Stall) -> None:
    assert sent(client, stall, street="Ngõ 12, cạnh chợ Đầu, nhà bà Tỉnh").status_code == 303


def looked(client: Client, stall: Stall, commune: str) -> str:
    put(client, stall.cake)
    answer = client.post("/checkout", data={"look": "1", "commune": commune, "province": "ha-noi"})
    assert (answer.status_code, stall.count("purchases")) == (200, 0)
    return html.unescape(text_of(answer))


def test_a_commune_is_found_by_its_former_name_without_any_script(client: Client, stall: Stall) -> None:
    page = looked(client, stall, "xa hai minh, hai hau")
    assert '<option selected value="ninh-binh">' in page
    assert re.search(r"<option selected[^>]*>Xã Hải Anh</option>", page)
    assert "Có nhiều nơi tên như vậy" in looked(client, stall, "Thanh Xuân")
    assert "Không có phường, xã nào tên như vậy" in looked(client, stall, "zzzzzz")


def test_looking_at_freight_reads_the_commune_out_of_the_street(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    street = "thôn 3, xã Thanh Xuân, huyện Thanh Hà, Hải Dương"
    answer = client.post("/checkout", data={"look": "1", "street": street, "province": "", "ward": ""})
    page = html.unescape(text_of(answer))
    assert answer.status_code == 200
    assert '<option selected value="hai-phong">' in page
    assert re.search(r"<option selected[^>]*>Xã Hà Nam</option>", page)
    assert "nay thuộc Xã Hà Nam, Hải Phòng" in page


def test_looking_at_freight_without_a_place_says_what_is_missing(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    page = html.unescape(text_of(client.post("/checkout", data={"look": "1", "street": "số 3", "province": ""})))
    assert "Bạn chọn tỉnh, thành phố nhận hàng" in page
