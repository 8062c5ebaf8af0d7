"""Provinces and communes, before and after 1 July 2025."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core.database import db, writing
from marketplace.core.text import slugify
from marketplace.places import queries, services
from marketplace.places.models import Province, Ward
from tests.clients import Client


def counted(kind: type[Province | Ward]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_loading_again_changes_nothing(places: Flask) -> None:
    before = {one.slug: one.id for one in db.session.scalars(select(Province))}
    wards = dict(db.session.execute(select(Ward.code, Ward.id)).all())
    assert (len(before), len(wards)) == (34 + 63, 3321)
    with writing():
        services.load()
    assert {one.slug: one.id for one in db.session.scalars(select(Province))} == before
    assert dict(db.session.execute(select(Ward.code, Ward.id)).all()) == wards


def test_loading_again_brings_corrections(places: Flask) -> None:
    with writing():
        province = queries.province_by_slug("hai-phong")
        assert province is not None
        province.full_name = "Sai"
    with writing():
        services.load()
    corrected = queries.province_by_slug("hai-phong")
    assert corrected is not None
    assert corrected.full_name == "Thành phố Hải Phòng"


@pytest.mark.parametrize(
    ("slug", "version", "name", "now"),
    [
        ("hai-duong", "2004", "Hải Dương", "hai-phong"),
        ("hai-phong", "2025", "Hải Phòng", "hai-phong"),
        ("quang-tri", "2025", "Quảng Trị", "quang-tri"),
        ("quang-tri-cu", "2004", "Quảng Trị", "quang-tri"),
        ("nam-dinh", "2004", "Nam Định", "ninh-binh"),
        ("cao-bang", "2025", "Cao Bằng", "cao-bang"),
        ("hn", "2025", "Hà Nội", "ha-noi"),
        ("hanoi", "2025", "Hà Nội", "ha-noi"),
    ],
)
def test_a_slug_or_nickname_means_one_unit(places: Flask, slug: str, version: str, name: str, now: str) -> None:
    province = queries.province_by_slug(slug)
    assert province is not None
    assert (province.version, province.name, province.now.slug) == (version, name, now)
    today = queries.province_by_slug(slug, today=True)
    assert today is not None
    assert today.slug == now
    assert today.is_today


@pytest.mark.parametrize("slug", ["", "atlantis", "Hải Dương", "hai-duong\0", "' OR 1=1", "x" * 500, "%"])
def test_other_words_mean_none(places: Flask, slug: str) -> None:
    assert queries.province_by_slug(slug) is None


def test_every_nickname_of_today_leads_to_a_unit(places: Flask) -> None:

    lost = [
        alias for one in queries.all_today() for alias in one.aliases if not queries.province_by_slug(slugify(alias))
    ]
    assert lost == []


def test_lists_stand_in_alphabetical_order(places: Flask) -> None:
    today, old = queries.all_today(), queries.all_old()
    assert (len(today), len(old)) == (34, 63)
    assert [one.name for one in today[:3]] == ["An Giang", "Bắc Ninh", "Cà Mau"]
    assert today[-1].name == "Vĩnh Long"
    assert {one.code for one in today} & {
        one.code for one in old
    }  # codes were given again: only with a version they mean one


def test_goods_of_all_predecessors_count(places: Flask) -> None:
    unit = queries.province_by_slug("quang-tri")
    assert unit is not None
    found = db.session.scalars(select(Province.slug).where(Province.id.in_(queries.matching_ids(unit))))
    assert sorted(found) == ["quang-binh", "quang-tri", "quang-tri-cu"]
    old = queries.province_by_slug("hai-duong")
    assert old is not None
    assert queries.matching_ids(old) == [old.id]


def test_wards_belong_to_the_unit_of_today(places: Flask) -> None:
    old, now = queries.province_by_slug("hai-duong"), queries.province_by_slug("hai-phong")
    assert old is not None
    assert now is not None
    wards = queries.wards_of(old)
    assert [one.code for one in wards] == [one.code for one in queries.wards_of(now)]
    kinds = [one.name.split()[0] for one in wards]
    assert kinds == sorted(kinds, key=["Phường", "Xã", "Đặc"].index)
    first = queries.ward_by_code(wards[0].code)
    assert first is not None
    assert first.province_id == now.id
    assert [queries.ward_by_code(code) for code in ("00000", "", "\0", "1", "0007\x00", "' OR 1")] == [None] * 6
    assert sum(len(queries.wards_of(one)) for one in queries.all_today()) == 3321


def test_near_is_as_the_country_is_divided_today(places: Flask) -> None:
    names = ("hai-duong", "hai-phong", "ha-noi", "ca-mau")
    found = [queries.province_by_slug(name) for name in names]
    duong, phong, noi, mau = [one for one in found if one]
    assert queries.is_same_province(duong, phong)
    assert not queries.is_same_province(phong, noi)
    assert queries.is_same_region(duong, noi)
    assert not queries.is_same_region(noi, mau)


def test_every_unit_of_today_has_its_tile(places: Flask) -> None:
    tiles = queries.tiles()
    assert {tile["code"] for tile in tiles["tiles"]} == {one.code for one in queries.all_today()}
    taken = [(tile["column"], tile["row"]) for tile in tiles["tiles"]]
    assert len(set(taken)) == 34
    assert all(column < tiles["columns"] and row < tiles["rows"] for column, row in taken)


# --- for the address form ---


@pytest.mark.parametrize("slug", ["hai-phong", "hai-duong"])
def test_the_form_fetches_the_communes(visitor: Client, slug: str) -> None:
    answer = visitor.get(f"/places/{slug}/wards.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert len(answer.json) == 114
    assert set(answer.json[0]) == {"code", "name"}


@pytest.mark.parametrize("slug", ["atlantis", "%00", "%FF", "..", "x" * 300, "SLUG"])
def test_no_province_no_communes(visitor: Client, slug: str) -> None:
    assert visitor.get(f"/places/{slug}/wards.json").status_code == 404


def test_the_list_is_only_read(visitor: Client) -> None:
    assert visitor.post("/places/ha-noi/wards.json").status_code == 405
