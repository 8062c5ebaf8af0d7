"""The harvest calendar: published and closed by producers, drawn by month and set, filtered, asked for."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import SupplyOffer
from marketplace.contracts.queries import calendar
from marketplace.contracts.services import supply
from marketplace.contracts.services.supply import Harvest
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts.market import Clients, Market, client_for, market, text_of


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


def month(ahead: int) -> tuple[int, int]:
    """Year and month so many months from now."""
    index = calendar.this_month() + ahead
    return (index - 1) // 12, (index - 1) % 12 + 1


def harvest(ahead: int, months: int, kilograms: int, *, number: int = 3, **changes: Any) -> Harvest:
    """A harvest that begins in so many months."""
    (year, first), (_year, last) = month(ahead), month(ahead + months - 1)
    known = {"description": "Gạo ST25", "product_set": factories.product_set(number),
             "province_id": factories.province("quang-tri").id}  # fmt: skip
    return Harvest(year=year, first_month=first, last_month=last, kilograms=kilograms, **{**known, **changes})


def published(here: Market, seller: int, wish: Harvest) -> SupplyOffer:
    whose, by = here.organisation(here.sellers[seller]), here.actor(here.sellers[seller])
    with writing():
        return supply.publish(whose, wish, by=by)


def form(**changes: str) -> dict[str, str]:
    year, first = month(2)
    months = {"year": str(year), "first_month": str(first), "last_month": str(first)}
    return {"description": "Hồ tiêu", "set": "3", "province": "quang-tri", "kilograms": "8.000", **months, **changes}


def test_kilograms_are_spread_over_the_months_and_none_is_lost(here: Market) -> None:
    with here.app.app_context():
        published(here, 0, harvest(0, 3, 10_000))
        published(here, 1, harvest(2, 1, 500))
        drawn = calendar.calendar()
        (row,) = drawn.rows
        assert row.kilograms[:4] == [3_334, 3_333, 3_833, 0]
        assert row.total == 10_500
        assert row.levels[:4] == [4, 4, 4, 0]
        assert drawn.months[0].index == calendar.this_month()


def test_a_harvest_may_pass_the_new_year(here: Market) -> None:
    with here.app.app_context():
        ahead = 12 - clock.today().month
        published(here, 0, harvest(ahead, 2, 2_000))
        (row,) = calendar.calendar().rows
        assert [place for place, weight in enumerate(row.kilograms) if weight] == [ahead, ahead + 1]


def test_what_is_over_or_closed_is_not_drawn(here: Market, frozen: Any) -> None:
    from datetime import timedelta

    with here.app.app_context():
        offer = published(here, 0, harvest(0, 1, 1_000))
        published(here, 1, harvest(1, 1, 2_000))
        with writing():
            supply.close(offer, by=here.actor(here.sellers[0]))
        assert [row.total for row in calendar.calendar().rows] == [2_000]
    frozen(clock.now() + timedelta(days=70))
    with here.app.app_context():
        assert calendar.calendar().rows == []


def test_filters_keep_to_sets_provinces_and_months(here: Market, client: Any) -> None:
    with here.app.app_context():
        published(here, 0, harvest(1, 1, 1_000, description="Gạo Triệu Phong"))
        other = factories.province("ha-noi").id
        published(here, 1, harvest(3, 1, 1_000, number=11, description="Chè xanh", province_id=other))
        index = calendar.this_month() + 1
    assert {"Gạo Triệu Phong", "Chè xanh"} == named(client.get("/supply"))
    assert {"Chè xanh"} == named(client.get("/supply?set=11"))
    assert {"Gạo Triệu Phong"} == named(client.get("/supply?province=quang-tri"))
    assert {"Gạo Triệu Phong"} == named(client.get(f"/supply?month={index}"))
    assert set() == named(client.get("/supply?set=9"))
    assert client.get("/supply?set=abc&month=-4&province=khong").status_code == 200


def named(page: Any) -> set[str]:
    return {name for name in ("Gạo Triệu Phong", "Chè xanh") if name in text_of(page)}


def test_a_producer_publishes_changes_and_closes(here: Market, client_of: Clients, client: Any) -> None:
    seller = client_for(here, client_of, here.sellers[0])
    assert seller.post("/desk/supply", data=form()).status_code == 303
    with here.app.app_context():
        ref = db.session.scalars(select(SupplyOffer.ref)).one()
    assert "8 tấn" in text_of(client.get("/supply"))
    assert seller.post(f"/desk/supply/{ref}", data=form(kilograms="9.500")).status_code == 303
    assert "9,5 tấn" in text_of(client.get("/supply"))
    assert seller.post(f"/desk/supply/{ref}/closing").status_code == 303
    assert "Hồ tiêu" not in text_of(client.get("/supply"))
    assert seller.post(f"/desk/supply/{ref}/closing").status_code == 422
    assert seller.post(f"/desk/supply/{ref}/reopening").status_code == 303
    rival = client_for(here, client_of, here.sellers[1])
    assert rival.get(f"/desk/supply/{ref}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": ""}, "description"),
        ({"kilograms": "0"}, "kilograms"),
        ({"kilograms": "nhiều"}, "kilograms"),
        ({"set": ""}, "set"),
        ({"year": "2020"}, "year"),
    ],
)
def test_a_wrong_harvest_says_so(here: Market, client_of: Clients, changes: dict[str, str], field: str) -> None:
    answer = client_for(here, client_of, here.sellers[0]).post("/desk/supply", data=form(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with here.app.app_context():
        assert db.session.scalars(select(SupplyOffer)).all() == []


def test_last_years_harvest_is_refused(here: Market) -> None:
    with here.app.app_context():
        year, first = month(-2)
        late = Harvest(description="Gạo", product_set=factories.product_set(3), kilograms=1, year=year,
                       province_id=factories.province("quang-tri").id, first_month=first, last_month=first)  # fmt: skip
        with pytest.raises(Refused):
            published(here, 0, late)


def test_a_harvest_is_asked_for_from_the_calendar_and_the_shop(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        ref = published(here, 0, harvest(2, 2, 30_000)).ref
        slug = here.organisation(here.sellers[0]).slug
    buyer = client_for(here, client_of, here.buyer)
    assert f"/requests/new?supply={ref}" in buyer.get("/supply").text
    assert f"/requests/new?supply={ref}" in buyer.get(f"/shops/{slug}").text
    begun = buyer.get(f"/requests/new?supply={ref}").text
    assert 'value="Gạo ST25"' in begun
    assert f'value="{slug}"' in begun
