"""Programs read the contracts and call-offs of their organisation, and call goods once for each key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.api.states import Scope
from marketplace.core import clock
from tests import factories
from tests.api.program import Program, wrong_fields
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides

Made = Callable[..., Program]


@dataclass(frozen=True)
class Market:
    """A contract in force and a program on each of its sides."""

    app: Flask
    sides: TwoSides
    contract: str
    seller: Program
    buyer: Program

    def book(self) -> dict[str, int]:
        with self.app.app_context():
            from sqlalchemy import select

            from marketplace.contracts.models import Agreement
            from marketplace.core.database import db

            return perform.book(db.session.scalars(select(Agreement).where(Agreement.ref == self.contract)).one())


@pytest.fixture
def market(app: Flask, program: Made) -> Market:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = perform.contract_in_force(sides).ref
    return Market(app, sides, contract, program(sides.manager, sides.seller), program(sides.purchaser, sides.buyer))


def wanted(quantity: int = 100, key: str = "L1", **changes: Any) -> dict[str, Any]:
    due_on = (clock.today() + timedelta(days=7)).isoformat()
    return {"lines": [{"key": key, "quantity": quantity}], "due_on": due_on, **changes}


def call(market: Market, body: dict[str, Any], **headers: str) -> Any:
    return market.buyer.ask("POST", f"/me/agreements/{market.contract}/call-offs", body, **headers)


def test_both_sides_read_their_contract_with_its_book(market: Market) -> None:
    for side, program in (("seller", market.seller), ("buyer", market.buyer)):
        items = program.get("/me/agreements").get_json()["items"]
        assert [(one["ref"], one["side"], one["state"]) for one in items] == [(market.contract, side, "active")]
        lines = program.get(f"/me/agreements/{market.contract}").get_json()["lines"]
        assert [(one["sku"], one["most"], one["called"]) for one in lines] == [(market.sides.variant.sku, 1260, 0)]
    assert market.seller.get("/me/agreements?side=buyer").get_json()["items"] == []
    assert market.seller.get("/me/agreements?state=draft").get_json()["items"] == []


def test_nobody_else_reads_it(app: Flask, market: Market, program: Made) -> None:
    with app.app_context():
        stranger = factories.seller()
        manager = factories.manager_of(stranger)
    other = program(manager, stranger)
    assert other.get("/me/agreements").get_json()["items"] == []
    for path in (f"/me/agreements/{market.contract}", "/me/call-offs/GH-2026-000001"):
        assert other.get(path).status_code == 404
    assert other.ask("POST", f"/me/agreements/{market.contract}/call-offs", wanted()).status_code == 404


def test_a_program_calls_goods_once_for_each_key(market: Market) -> None:
    first, again = (call(market, wanted(), Idempotency_Key="tuan-48") for _ in range(2))
    assert (first.status_code, again.get_json()["ref"]) == (200, first.get_json()["ref"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert market.book()["called"] == 100
    told = market.seller.get(f"/me/call-offs/{first.get_json()['ref']}").get_json()
    assert (told["state"], told["side"], told["due_vnd"]) == ("placed", "seller", 12_000_000)
    unknown = {"accepted": None, "rejected": None, "reason": None}
    assert told["lines"] == [{"key": "L1", "quantity": 100, "price_vnd": 120_000, "shipped": 0, **unknown}]
    assert [one["ref"] for one in market.buyer.get("/me/call-offs").get_json()["items"]] == [told["ref"]]


def test_call_offs_are_read_page_by_page(market: Market) -> None:
    refs = [call(market, wanted(1)).get_json()["ref"] for _ in range(3)]
    first = market.buyer.get(f"/me/call-offs?limit=2&agreement={market.contract}").get_json()
    second = market.buyer.get(f"/me/call-offs?limit=2&cursor={first['next_cursor']}").get_json()
    assert [one["ref"] for one in first["items"] + second["items"]] == refs[::-1]
    assert second["next_cursor"] is None
    assert wrong_fields(market.buyer.get("/me/call-offs?cursor=GH-1")) == ["cursor"]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (wanted(1261), 422, ["lines"]),
        (wanted(0), 422, ["lines[0].quantity"]),
        (wanted(1, key="L7"), 422, ["lines"]),
        (wanted(1, lines=[]), 422, ["lines"]),
        (wanted(1, lines=[{"key": "L1", "quantity": 1}] * 2), 422, ["lines"]),
        (wanted(1, due_on="2020-01-01"), 422, ["due_on"]),
        (wanted(1, price_vnd=1), 422, ["price_vnd"]),
    ],
)
def test_what_cannot_be_called_changes_nothing(
    market: Market, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    answer = call(market, body)
    assert (answer.status_code, wrong_fields(answer)) == (status, fields)
    assert market.book()["called"] == 0


def test_only_the_buyer_with_the_right_scope_calls(market: Market, program: Made) -> None:
    path = f"/me/agreements/{market.contract}/call-offs"
    assert market.seller.ask("POST", path, wanted()).status_code == 403
    reader = program(market.sides.purchaser, market.sides.buyer, Scope.AGREEMENTS_READ)
    assert reader.ask("POST", path, wanted()).status_code == 403
    assert market.book()["called"] == 0
