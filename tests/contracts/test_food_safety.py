"""Papers on food safety: entered at the desk, weighed by departments, a sign of risk once they have ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.catalogue import services
from marketplace.catalogue.models import FoodSafetyPaper, ProductSet
from marketplace.catalogue.states import FoodSafetyKind
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.risks import only, risks_in
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.performing import Indicator
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.i18n import speaking
from tests.clients import Client
from tests.contracts.making import TwoSides, agreement_in, department, here, officer_of, two_sides
from tests.contracts.performing import contract_in_force

Members = Callable[[Any], Client]
PAPER = {"kind": "facility", "number": "45/2025/ATTP-CN", "issued_by": "Chi cục An toàn thực phẩm Quảng Trị"}


def entered(sides: TwoSides, *, days: int, number: str = "45/2025/ATTP-CN") -> None:
    """The seller has a paper that lasts so many days from today on."""
    issued, until = clock.today() - timedelta(days=400), clock.today() + timedelta(days=days)
    words: dict[str, Any] = {"number": number, "issued_by": "Chi cục", "issued_on": issued, "valid_until": until}
    with writing():
        services.enter_food_safety(
            here(sides.seller), kind=FoodSafetyKind.FACILITY, **words, by=sides.actor(Side.SELLER)
        )


def signs(agreement: Agreement) -> list[tuple[Indicator, str]]:
    return [(one.indicator, str(one.words)) for one in risks_in(only(agreement)).get(agreement.id, [])]


def test_a_paper_that_ended_is_a_sign_until_another_follows(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        assert signs(agreement) == []
        entered(sides, days=10)
        with clock.frozen(clock.now() + timedelta(days=10)):
            assert signs(agreement) == []
        with clock.frozen(clock.now() + timedelta(days=11)):
            with speaking("vi"):
                ((indicator, words),) = signs(agreement)
            assert indicator is Indicator.CERTIFICATE
            assert "an toàn thực phẩm của bên bán hết hạn" in words
            entered(sides, days=300, number="9/2026/ATTP")
            assert signs(agreement) == []


def test_goods_that_nobody_eats_need_none(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        entered(sides, days=1)
        with writing():
            for one in db.session.scalars(select(ProductSet)):
                # handicrafts
                one.number = 21
        with clock.frozen(clock.now() + timedelta(days=11)):
            assert signs(agreement) == []


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "chưa khai giấy tờ an toàn thực phẩm nào"),
        (0, "trước khi"),
        (100, "trước khi"),
        (400, ""),
    ],
)
def test_the_department_sees_what_does_not_cover_the_term(
    app: Flask, client_of: Members, days: int | None, words: str
) -> None:
    with app.app_context():
        sides = two_sides()
        if days is not None:
            entered(sides, days=days)
        ref = agreement_in(AgreementState.IN_REVIEW, sides).ref
        officer = db.session.get_one(Person, officer_of(department("quang-ninh")).person_id)
    page = client_of(officer).get(f"/department/agreements/{ref}").text
    assert ('id="food-safety"' in page) is bool(words)
    assert words in page


def test_a_producer_enters_her_papers_and_takes_out_a_slip_of_the_pen(
    app: Flask, client_of: Members, frozen: Any
) -> None:
    with app.app_context():
        sides = two_sides()
        today = clock.today()
    client = client_of(sides.manager)
    days = {
        "issued_on": (today - timedelta(days=30)).isoformat(),
        "valid_until": (today + timedelta(days=9)).isoformat(),
    }
    assert client.post("/desk/food-safety", data={**PAPER, **days}).status_code == 303
    page = client.get("/desk/food-safety").text
    assert "Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm" in page
    twice = client.post("/desk/food-safety", data={**PAPER, **days})
    assert (twice.status_code, "đã được ghi rồi" in twice.text) == (422, True)
    assert client.post("/desk/food-safety/removal", data={"number": PAPER["number"]}).status_code == 303
    assert client.post("/desk/food-safety/removal", data={"number": PAPER["number"]}).status_code == 404
    client.post("/desk/food-safety", data={**PAPER, **days})
    with app.app_context():
        frozen(clock.now() + timedelta(days=1))
    assert client.post("/desk/food-safety/removal", data={"number": PAPER["number"]}).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(FoodSafetyPaper.number)).all() == [PAPER["number"]]


@pytest.mark.parametrize(
    ("issued", "until", "field"), [(1, 300, "issued_on"), (-10, -10, "valid_until"), (-10, 3000, "valid_until")]
)
def test_days_that_cannot_be_are_said_at_their_field(
    app: Flask, client_of: Members, issued: int, until: int, field: str
) -> None:
    with app.app_context():
        sides = two_sides()
        first, last = (clock.today() + timedelta(days=days) for days in (issued, until))
    data = {**PAPER, "issued_on": first.isoformat(), "valid_until": last.isoformat()}
    answer = client_of(sides.manager).post("/desk/food-safety", data=data)
    assert answer.status_code == 422
    assert f'name="{field}"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(FoodSafetyPaper)).all() == []
