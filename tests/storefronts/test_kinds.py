"""Groups of product sets and former provinces as filters: counts that agree, chips, addresses, ways out of nothing."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from marketplace.catalogue import queries as catalogue
from tests.clients import Client
from tests.storefronts.stage import on_sale, shown_products


def options(text: str) -> dict[tuple[str, str], int]:
    """How many products each filter says that it would show."""
    box = r'<input type="checkbox" name="(\w+)" value="([^"]+)"[^>]*>'
    found = re.findall(box + r'<span>[^<]*</span><span class="filter-count">([\d.]+)<', text)
    return {(name, value): int(count.replace(".", "")) for name, value, count in found}


def total(client: Client, address: str) -> int:
    said = re.search(r"data-result-words>([\d.]+)", client.get(address).text)
    assert said is not None
    return int(said[1])


@pytest.fixture
def market(app: Flask) -> None:
    with app.app_context():
        for set_number, origin in (
            (5, "hai-duong"),
            (6, "hai-duong"),
            (6, "hai-phong-cu"),
            (11, "quang-tri-cu"),
            (13, "dak-lak-cu"),
        ):
            on_sale(f"Hàng {set_number} {origin}", set_number=set_number, origin=origin)


def test_seventeen_groups_hold_twenty_six_sets_in_six_industries() -> None:
    groups = catalogue.groups()
    assert len(groups) == 17
    assert sorted(number for group in groups for number in group.sets) == list(range(1, 27))
    assert [len(sets) for sets in catalogue.sets_by_industry().values()] == [13, 4, 3, 2, 3, 1]


@pytest.mark.usefixtures("market")
def test_a_group_shows_all_its_sets(client: Client) -> None:
    page = client.get("/products?group=thuc-pham-che-bien")
    assert len(shown_products(page)) == 3
    assert "<h1>Thực phẩm chế biến</h1>" in page.text
    assert len(shown_products(client.get("/products?group=thuc-pham-che-bien&set=11"))) == 4
    assert len(shown_products(client.get("/products?group=khong-co"))) == 5


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("address", [
    "/products", "/products?group=thuc-pham-che-bien", "/products?province=hai-phong", "/products?province=hai-duong",
    "/products?group=thuc-pham-che-bien&province=hai-phong&in_stock=1", "/products?q=hang",
])  # fmt: skip
def test_each_number_is_what_choosing_it_shows(client: Client, address: str) -> None:
    facets = {"province": {"province"}, "group": {"group", "set"}, "set": {"group", "set"}, "star": {"star"}}
    base, _, query = address.partition("?")
    for (name, value), count in options(client.get(address).text).items():
        replaced = facets.get(name, {name})
        kept = [part for part in query.split("&") if part and part.split("=")[0] not in replaced]
        assert total(client, f"{base}?{'&'.join([*kept, f'{name}={value}'])}") == count, (address, name, value)


@pytest.mark.usefixtures("market")
def test_former_provinces_are_offered_under_todays(client: Client) -> None:
    text = client.get("/products").text
    counts = options(text)
    assert (counts["province", "hai-phong"], counts["province", "hai-duong"]) == (2 + 1, 2)
    assert "Hải Phòng (trước 7/2025)" in text


@pytest.mark.usefixtures("market")
def test_groups_have_chips_and_stable_addresses(client: Client) -> None:
    text = client.get("/products?group=thuc-pham-che-bien&province=hai-duong&season=1").text
    chips = dict(re.findall(r'chip-chosen" href="([^"]+)".*?</span>([^<]+)<', text))
    assert set(chips.values()) == {"Thực phẩm chế biến", "Hải Dương", "Đang vào vụ"}
    (without,) = [address for address, label in chips.items() if label == "Hải Dương"]
    assert without == "/products?group=thuc-pham-che-bien&amp;season=1"


@pytest.mark.usefixtures("market")
def test_an_empty_list_says_which_filter_stands_in_the_way(client: Client) -> None:
    text = client.get("/products?group=do-uong-khong-con&province=hai-duong").text
    ways = {
        url: int(count)
        for url, count in re.findall(r'<a class="chip" href="([^"]+)">Bỏ [^<]+<span class="chip-count">(\d+)', text)
    }
    assert ways == {"/products?province=hai-duong": 2}
    text = client.get("/products?q=hang&star=5").text
    assert 'href="/products?q=hang">Bỏ sao OCOP <span class="chip-count">5<' in text


def test_nothing_is_promised_where_one_filter_less_shows_nothing_either(client: Client) -> None:
    assert "Bỏ bớt một bộ lọc" not in client.get("/products?star=5&province=hai-duong").text
