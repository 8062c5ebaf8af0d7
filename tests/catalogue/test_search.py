"""What people type and what they find: the same on both databases, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.catalogue.queries import Filters, listing

CASES = Path(__file__).with_name("search_cases.txt")


def typed_and_expected() -> Iterator[tuple[str, list[str]]]:
    """The lines of the cases; what the signs before the slugs mean stands at their head."""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if " => " in line and not line.startswith("# "):
            query, expected = line.split(" => ")
            yield re.sub(r"\\u([0-9a-f]{4})", lambda letter: chr(int(letter[1], 16)), query), expected.split()


def is_right(found: list[str], expected: list[str]) -> bool:
    if expected == ["-"]:
        return not found
    signed = {sign: {one[1:] for one in expected if one[0] == sign} for sign in "~+!"}
    first = [one for one in expected if one[0] not in signed]
    return (
        sorted(found[: len(first)]) == sorted(first)
        and signed["~"] <= set(found[:5])
        and signed["+"] <= set(found)
        and not signed["!"] & set(found)
    )


def slugs(query: str) -> list[str]:
    return [card.slug for card in listing(Filters(q=query, per_page=200)).cards]


def test_what_is_meant_comes_first(shop_window: Flask) -> None:
    cases = list(typed_and_expected())
    wrong = {query: found[:6] for query, expected in cases if not is_right(found := slugs(query), expected)}
    assert len(cases) > 800
    assert not wrong


# "query": what is understood in it beside the words
UNDERSTOOD = {
    "gạo quảng trị 4 sao": ("gạo", {"stars": (4,), "provinces": ("quang-tri",)}),
    "nuoc mam 5 sao": ("nuoc mam", {"stars": (5,)}),
    "trà bốn sao": ("trà", {"stars": (4,)}),
    "mật ong 3* ocop": ("mật ong", {"stars": (3,)}),
    "rice 4 stars": ("rice", {"stars": (4,)}),
    "ocop 5 sao": ("", {"stars": (5,)}),
    "gạo dưới 100k": ("gạo", {"price_max": 100_000}),
    "gao duoi 100 nghin": ("gao", {"price_max": 100_000}),
    "yến sào dưới 2 triệu": ("yến sào", {"price_max": 2_000_000}),
    "cà phê giá dưới 150.000đ": ("cà phê", {"price_max": 150_000}),
    "tỏi trên 50k": ("tỏi", {"price_min": 50_000}),
    "xoài còn hàng": ("xoài", {"in_stock": True}),
    "gạo giá sỉ": ("gạo", {"wholesale": True}),
    "trái cây đang vào mùa": ("trái cây", {"in_season": True}),
    "ocop 5 sao hải dương": ("", {"stars": (5,), "provinces": ("hai-duong",)}),
    "gạo 4 sao trở lên": ("gạo", {"stars": (5, 4)}),
    "trà từ 4 sao": ("trà", {"stars": (5, 4)}),
    "chè 3-4 sao": ("chè", {"stars": (4, 3)}),
    "mật ong không quá 200k": ("mật ong", {"price_max": 200_000}),
    "mật ong từ 100k đến 300k": ("mật ong", {"price_min": 100_000, "price_max": 300_000}),
    "kẹo 30-60k": ("kẹo", {"price_min": 30_000, "price_max": 60_000}),
    "cà phê dưới 2 trăm": ("cà phê", {"price_max": 200_000}),
    "ca phe duoi 3 tram nghin": ("ca phe", {"price_max": 300_000}),
    "cà phê từ 1 trăm đến 3 trăm": ("cà phê", {"price_min": 100_000, "price_max": 300_000}),
    "cà phê tầm 2 trăm": ("cà phê", {"price_min": 150_000, "price_max": 250_000}),
    "gạo dưới một trăm nghìn": ("gạo", {"price_max": 100_000}),
    "gao duoi nam muoi ngan": ("gao", {"price_max": 50_000}),
    "trà từ hai trăm đến năm trăm nghìn": ("trà", {"price_min": 200_000, "price_max": 500_000}),
    "sâm dưới một triệu rưỡi": ("sâm", {"price_max": 1_500_000}),
    "yến dưới nửa triệu": ("yến", {"price_max": 500_000}),
    "mật ong dưới hai trăm rưỡi": ("mật ong", {"price_max": 250_000}),
    "quà dưới 2 triệu rưỡi": ("quà", {"price_max": 2_500_000}),
    "trà trên ba trăm": ("trà", {"price_min": 300_000}),
    "kẹo tầm năm chục": ("kẹo", {"price_min": 37_500, "price_max": 62_500}),
    "bánh trên ba đất": ("bánh trên ba đất", {}),
    "trà khoảng 100k": ("trà", {"price_min": 75_000, "price_max": 125_000}),
    "gạo tấm 20k": ("gạo tấm 20k", {}),
    "yến sào < 3 triệu": ("yến sào", {"price_max": 3_000_000}),
    "gạo có sẵn": ("gạo", {"in_stock": True}),
    "mua sỉ tỏi lý sơn": ("tỏi lý sơn", {"wholesale": True}),
    "lụa hn": ("lụa", {"provinces": ("ha-noi",)}),
    "chocolate brvt": ("chocolate", {"provinces": ("ba-ria-vung-tau",)}),
    "mang cut sai gon": ("mang cut", {"provinces": ("ho-chi-minh",)}),
    "nón Huế": ("nón", {"provinces": ("hue",)}),
    "hoa huệ": ("hoa huệ", {}),
    "đặc sản cao bằng": ("", {"provinces": ("cao-bang",)}),
    "thịt trâu điện biên phủ": ("thịt trâu điện biên phủ", {}),
    "nước mắm phú quốc": ("nước mắm phú quốc", {}),
    "thủ công mỹ nghệ hà nội": ("", {"sets": (21,), "provinces": ("ha-noi",)}),
    "đồ uống có cồn": ("", {"groups": ("do-uong-co-con",)}),
    "bộ sản phẩm 13": ("", {"sets": (13,)}),
    "gạo st25": ("gạo st25", {}),
    "bánh dưới đất": ("bánh dưới đất", {}),
    "bưởi năm roi": ("bưởi năm roi", {}),
    "cà phê bán buôn ma thuột": ("cà phê bán buôn ma thuột", {}),
    "mua": ("", {}),
    "đặc sản ocop ngon": ("", {}),
    "gạo": ("gạo", {}),
}


@pytest.mark.parametrize("query", UNDERSTOOD)
def test_filters_said_in_words_are_understood(shop_window: Flask, query: str) -> None:
    text, filters = UNDERSTOOD[query]
    wish = listing(Filters(q=query)).wish
    plain = Filters()
    asked = ("provinces", "groups", "sets", "stars", "price_min", "price_max", "in_stock", "wholesale", "in_season")
    changed = {
        name: getattr(wish.filters, name) for name in asked if getattr(wish.filters, name) != getattr(plain, name)
    }
    assert (wish.text, changed) == (text, filters)


def test_a_chosen_filter_is_not_overruled_by_words(shop_window: Flask) -> None:
    assert listing(Filters(q="gạo 4 sao", stars=(3,))).filters.stars == (3,)


def test_words_are_only_words_where_that_is_asked_for(shop_window: Flask) -> None:
    wish = listing(Filters(q="gạo 4 sao", as_typed=True)).wish
    assert (wish.text, wish.filters.stars, wish.parts) == ("gạo 4 sao", (), ())


def test_goods_that_are_called_by_a_provinces_name_are_meant_too(shop_window: Flask) -> None:
    found = listing(Filters(q="ném hải dương"))
    assert (found.filters.provinces, [card.slug for card in found.cards][:1]) == (("hai-duong",), ["nem-hai-duong"])


def test_words_that_hide_everything_as_a_filter_stay_words(shop_window: Flask) -> None:
    found = listing(Filters(q="khoai deo quảng ninh"))
    assert (found.filters.provinces, [card.slug for card in found.cards]) == ((), ["khoai-deo-hai-ninh"])


def test_what_was_understood_can_be_taken_off_or_read_literally(shop_window: Flask) -> None:
    page = shop_window.test_client().get("/products?q=gạo+quảng+trị+4+sao").text
    for address in ("q=g%E1%BA%A1o+4+sao", "q=g%E1%BA%A1o+qu%E1%BA%A3ng+tr%E1%BB%8B"):
        assert f'href="/products?{address}"' in page
    assert "as_typed=1" in page
    assert "as_typed=1" not in shop_window.test_client().get("/products?q=gạo").text


def test_accents_typed_come_before_accents_guessed(shop_window: Flask) -> None:
    found = slugs("dừa")
    assert found.index("keo-dua-ben-tre") < found.index("dua-dong-giao")


def test_old_and_new_names_find_the_same_goods(shop_window: Flask) -> None:
    old, new = slugs("hải dương"), slugs("hải phòng")
    assert {"vai-thieu-thanh-ha", "banh-dau-xanh-hai-duong"} <= set(old) & set(new)
    assert "nuoc-mam-cat-hai" in new
    assert "nuoc-mam-cat-hai" not in old


def test_nothing_found_says_what_comes_near(shop_window: Flask) -> None:
    found = listing(Filters(q="gạo iphone", price_min=90_000_000))
    assert (found.total, found.cards, found.left_out) == (0, [], [])
    assert found.suggestions
    assert all(name.startswith(("Gạo", "Mì gạo")) for name in found.suggestions[:1])


# "query": the words that what is found need not hold
LEFT_OUT = {
    "gạo iphone": ["iphone"],
    "tỏi OR 1=1": ["OR"],
    "tỏi đen lý sơn": ["đen"],
    "gạo NEAR( st25": ["NEAR("],
    "tỏi bắc cực xa": ["bắc cực xa"],
    "tỏi lý sơn": [],
    "bnah gai": [],
}


@pytest.mark.parametrize("query", LEFT_OUT)
def test_words_that_had_to_be_left_out_are_named(shop_window: Flask, query: str) -> None:
    assert listing(Filters(q=query)).left_out == LEFT_OUT[query]
    said = "hợp mọi từ" in shop_window.test_client().get("/products", query_string={"q": query}).text
    assert said == bool(LEFT_OUT[query])


def test_nothing_near_suggests_nothing(shop_window: Flask) -> None:
    assert listing(Filters(q="xyzzyqwk")).suggestions == []


def test_alcohol_is_found_but_never_suggested(shop_window: Flask) -> None:
    from marketplace.catalogue.queries import titles

    assert "ruou-bau-da" in slugs("rượu bàu đá")
    assert titles("rượu") == []
    assert not [name for name in listing(Filters(q="rượu iphone")).suggestions if name.startswith("Rượu")]


def test_names_are_offered_while_typing(shop_window: Flask) -> None:
    from marketplace.catalogue.queries import titles

    assert titles("xo")[0][0].startswith("Xoài")
    assert [slug for _, slug in titles("banh da")][:1] == ["banh-dau-xanh-hai-duong"]


HOSTILE = [
    *('"', "*", "(", ")", ":", "NEAR", "NEAR(a b)", "-", "a AND", "OR", "NOT gạo", "\x00", "gạo\x00nếp", "'", "''"),
    *("\\", "%", "_", "&", "|", "!", "<->", "a:*", "^", "{}", "🍚", "茶", "\u202e", "\ud800", "a" * 10_000),
    *("gạo " * 3_000, '"gạo', 'gạo"*', "lexemes:gạo", "rowid", ";--", "\n\t", "ß", "İstanbul", "½", "①", "ﬁ"),
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_typed_breaks_the_search(shop_window: Flask, query: str) -> None:
    found = listing(Filters(q=query))
    assert found.total >= len(found.cards)
