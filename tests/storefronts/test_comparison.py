"""Products side by side: up to four, at an address of their own, with what differs and what is best."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, on_sale


def rows(text: str) -> dict[str, list[str]]:
    """The cells of each fact, as words."""
    found = re.findall(r'<tr(?: class="differs")?><th scope="row">(.*?)</th>(.*?)</tr>', text, re.DOTALL)
    return {label: [plain(cell) for cell in re.findall(r"<td>(.*?)</td>", cells, re.DOTALL)] for label, cells in found}


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def test_facts_stand_side_by_side_in_the_order_of_the_address(app: Flask, client: Client) -> None:
    with app.app_context():
        cheap = on_sale("Bánh rẻ", price_vnd=30_000, shelf_life="30 ngày", tiers=[(10, 25_000)])
        dear = on_sale("Bánh đắt", price_vnd=60_000, star=4, origin="quang-tri-cu", season_months=0b11)
    text = client.get(f"/compare?p={dear.slug}&p={cheap.slug}").text
    told = rows(text)
    assert text.index("Bánh đắt") < text.index("Bánh rẻ")
    assert told["Giá mỗi kg hoặc lít"] == ["200.000 ₫ / kg", "100.000 ₫ / kg thấp nhất"]
    assert told["Giá sỉ"] == ["–", "25.000 ₫ khi mua từ 10"]
    assert told["Hạn sử dụng"] == ["–", "30 ngày"]
    assert told["Mùa vụ"] == ["tháng 1–2", "quanh năm"]
    assert told["Giấy chứng nhận"][1] == "không có giấy còn hiệu lực"


def test_only_what_differs_is_marked(app: Flask, client: Client) -> None:
    with app.app_context():
        one, other = on_sale("Một", price_vnd=30_000), on_sale("Hai", price_vnd=60_000)
    text = client.get(f"/compare?p={one.slug}&p={other.slug}").text
    marked = re.findall(r'<tr class="differs"><th scope="row">(.*?)</th>', text)
    assert "Giá mỗi kg hoặc lít" in marked
    assert "Mùa vụ" not in marked


def test_freight_to_the_readers_province_is_compared(app: Flask, client: Client) -> None:
    with app.app_context():
        one, other = on_sale("Một"), on_sale("Hai")
    address = f"/compare?p={one.slug}&p={other.slug}"
    assert rows(client.get(address).text)["Giao hàng"] == ["Chọn tỉnh, thành phố"] * 2
    told = rows(client.get(f"{address}&province=ha-noi").text)["Giao hàng"]
    assert all("₫" in cell or "miễn phí" in cell.lower() for cell in told), told


def test_at_most_four_and_only_what_is_on_sale(app: Flask, client: Client) -> None:
    with app.app_context():
        goods = [on_sale(f"Bánh {number}") for number in range(5)]
        gone = factories.product(factories.seller(), state="withdrawn")
    many = "&".join(f"p={one.slug}" for one in goods)
    assert client.get(f"/compare?{many}").text.count('<th scope="col">') == 4
    page = client.get(f"/compare?p={goods[0].slug}&p={gone.slug}&p=khong-co").text
    assert page.count('<th scope="col">') == 1
    assert "2 sản phẩm trong đường dẫn này không còn bán" in page
    assert gone.name not in page or goods[0].name == gone.name


def test_each_can_be_taken_out_and_another_added_without_scripts(app: Flask, client: Client) -> None:
    with app.app_context():
        one, other, third = (on_sale(name) for name in ("Một", "Hai", "Ba"))
    text = client.get(f"/compare?p={one.slug}&p={other.slug}").text
    assert f'href="/compare?p={other.slug}" data-compare-remove="{one.slug}"' in text
    assert f'href="/compare?p={one.slug}&amp;p={other.slug}&amp;p={third.slug}"' in text


def test_an_empty_comparison_says_how_to_begin(client: Client) -> None:
    assert "Chưa chọn sản phẩm để so sánh" in client.get("/compare").text


def test_alcohol_is_compared_but_nothing_is_suggested_beside_it(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Rượu nếp", set_number=14)
        on_sale("Rượu men lá", set_number=14)
    text = client.get(f"/compare?p={made.slug}").text
    assert "Rượu nếp" in text
    assert "Rượu men lá" not in text


def test_the_number_of_queries_does_not_grow(app: Flask, client: Client) -> None:
    asked: list[str] = []

    class Address(str):
        __slots__ = ()

    with app.app_context():
        goods: list[Any] = [on_sale(f"Bánh {number}", star=4) for number in range(4)]
    for number in (1, 4):
        asked.append("/compare?" + "&".join(f"p={one.slug}" for one in goods[:number]))
    assert assert_steady(app, client, asked[1], lambda: None) <= 12


def test_whoever_names_five_is_told_that_four_are_shown(app: Flask, client: Client) -> None:
    with app.app_context():
        goods = [on_sale(f"Bánh {number}") for number in range(5)]
    five = "&".join(f"p={one.slug}" for one in goods)
    told = "So sánh nhiều nhất 4 sản phẩm một lần. 1 sản phẩm nữa trong đường dẫn này chưa hiện."
    assert told in client.get(f"/compare?{five}").text
    four = "&".join(f"p={one.slug}" for one in [goods[0], *goods[:4]])
    text = client.get(f"/compare?{four}").text
    assert "nhiều nhất" not in text
    assert all(one.name in text for one in goods[:4])
