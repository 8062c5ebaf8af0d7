"""Addresses as people type them, of today and of before, and communes as they look for them."""

from __future__ import annotations

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core.database import db
from marketplace.places import queries
from marketplace.places.models import FormerWard, Ward
from tests.clients import Client

UNDERSTOOD = [
    ("thôn 3, xã Thanh Xuân, huyện Thanh Hà, tỉnh Hải Dương", "thôn 3", "Hải Phòng", "Xã Hà Nam"),
    ("thon 3 xa Thanh Xuan huyen Thanh Ha tinh Hai Duong", "thon 3", "Hải Phòng", "Xã Hà Nam"),
    ("xóm 7, Hải Minh, Hải Hậu, Nam Định", "xóm 7", "Ninh Bình", "Xã Hải Anh"),
    ("45 Lê Lợi, P.5, Q. Gò Vấp, TP HCM", "45 Lê Lợi", "Hồ Chí Minh", "Phường An Nhơn"),
    ("45 Lê Lợi P.05 Q. Gò Vấp TP HCM", "45 Lê Lợi", "Hồ Chí Minh", "Phường An Nhơn"),
    ("số 1 Tràng Tiền, phường Hoàn Kiếm, Hà Nội", "số 1 Tràng Tiền", "Hà Nội", "Phường Hoàn Kiếm"),
    ("xã Gio An, Gio Linh, Quảng Trị, Việt Nam", "", "Quảng Trị", "Xã Cồn Tiên"),
    ("Thị trấn Cẩm Giang, Cẩm Giàng, Hải Dương", "", "Hải Phòng", "Xã Cẩm Giang"),
    ("khu 2 thị trấn Trùng Khánh", "khu 2", "Cao Bằng", "Xã Trùng Khánh"),
    ("Đặc khu Cát Hải, Hải Phòng", "", "Hải Phòng", "Đặc khu Cát Hải"),
]


def understood(text: str) -> tuple[str, str, str, str]:
    reading = queries.read_address(text)
    province = reading.province.name if reading.province else ""
    return text, reading.street, province, reading.ward.name if reading.ward else ""


def test_an_address_is_understood_where_only_one_unit_can_be_meant(places: Flask) -> None:
    assert [understood(text) for text, *_rest in UNDERSTOOD] == UNDERSTOOD


def test_a_divided_commune_is_asked_about(places: Flask) -> None:
    reading = queries.read_address("Xã Thạnh Lộc, Giồng Riềng, Kiên Giang")
    assert reading.ward is None
    assert {ward.name for ward in reading.wards} == {"Xã Thạnh Hưng", "Xã Thạnh Lộc"}
    assert {ward.province.name for ward in reading.wards} == {"An Giang"}


def test_a_name_that_was_a_districts_too_is_asked_about(places: Flask) -> None:
    doubtful = queries.read_address("12 Trần Hưng Đạo, Hồng Bàng, Hải Phòng")
    assert (doubtful.ward, [ward.name for ward in doubtful.wards]) == (None, ["Phường Hồng Bàng"])
    said = queries.read_address("12 Trần Hưng Đạo, phường Hồng Bàng, Hải Phòng")
    assert said.ward is not None
    assert said.ward.name == "Phường Hồng Bàng"


STREETS = ["", ",,,", "nhà bà Lan, cạnh chợ", "Số 5 Xã Đàn", "x" * 400]


def test_what_names_no_commune_stays_a_street(places: Flask) -> None:
    assert [understood(text) for text in STREETS] == [(text, text, "", "") for text in STREETS]
    assert queries.read_address("x" * 5000).street == "x" * 400


def test_the_chosen_province_tells_communes_of_one_name_apart(places: Flask) -> None:
    alone = queries.read_address("thôn 3, xã Thanh Xuân")
    assert len({ward.province.name for ward in alone.wards}) > 1
    chosen = queries.province_by_slug("hai-phong")
    within = queries.read_address("thôn 3, xã Thanh Xuân", chosen)
    assert within.ward is not None
    assert within.ward.province.name == "Hải Phòng"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
def test_no_text_breaks_the_reader(places: Flask, text: str) -> None:
    assert len(queries.read_address(text).street) <= 400
    assert len(queries.find_communes(text)) <= 12


FOUND = [
    ("hoan kiem", "Phường Hoàn Kiếm", "Hà Nội"),
    ("hoan kiemm", "Phường Hoàn Kiếm", "Hà Nội"),
    ("Cẩm Giang", "Xã Cẩm Giang", "Hải Phòng"),
    ("trung khanh", "Xã Trùng Khánh", "Cao Bằng"),
    ("xa thanh xuan, thanh ha, hai duong", "Xã Hà Nam", "Hải Phòng"),
    ("00070", "Phường Hoàn Kiếm", "Hà Nội"),
]


def test_a_commune_is_found_by_name_former_name_slip_or_code(places: Flask) -> None:
    first = [(text, queries.find_communes(text)[0].ward) for text, *_rest in FOUND]
    assert [(text, ward.name, ward.province.name) for text, ward in first] == FOUND


def test_every_former_commune_went_into_a_unit_of_its_provinces_successor(places: Flask) -> None:
    stray = [
        unit.name
        for unit in db.session.query(FormerWard)
        if not unit.successors or any(ward.province_id != unit.province.now.id for ward in unit.successors)
    ]
    assert stray == []
    taken_in = {ward.id for unit in db.session.query(FormerWard) for ward in unit.successors}
    assert taken_in == {id_ for (id_,) in db.session.query(Ward.id)}


def test_communes_are_told_as_json(places: Flask) -> None:
    answer = Client(places).get("/places/communes.json?q=xa+hai+minh&province=nam-dinh")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert answer.get_json()[0] == {
        "code": answer.get_json()[0]["code"],
        "name": "Xã Hải Anh",
        "province": {"slug": "ninh-binh", "name": "Ninh Bình"},
        "former": ["Xã Hải Minh, Huyện Hải Hậu, Nam Định"],
    }


def test_the_page_of_codes_names_versions_and_codes_that_were_reused(places: Flask) -> None:
    page = Client(places).get("/places/codes?commune=gio+an").get_data(as_text=True)
    assert "Xã Cồn Tiên" in page
    assert page.count("Trước đây mã") == 7
    nothing = Client(places).get("/places/codes?commune=zzzz").get_data(as_text=True)
    assert "Không có phường, xã nào tên giống" in nothing
