"""Suspensions: set by a side or by a department that follows the contract, lifted by whoever set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from marketplace.accounts.models import Person
from marketplace.contracts.jobs.terms import follow_terms, is_waiting
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import suspending, trail
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import writing
from tests.clients import Client
from tests.contracts.changing import after, again, happened, in_force, refused, somebody, told
from tests.contracts.making import agreement_in, officer_of
from tests.contracts.market import text_of

Frozen = Callable[[datetime], datetime]


def stop(contract: Agreement, by: Actor, day: date | None = None) -> None:
    with writing():
        suspending.suspend(contract, "Kho đang sửa.", day or clock.today(), by=by)


def go_on(contract: Agreement, by: Actor) -> None:
    with writing():
        suspending.lift(contract, "Kho đã xong.", by=by)


def test_a_side_suspends_and_lifts(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        seller, buyer = sides.actor(Side.SELLER), sides.actor(Side.BUYER)
        stop(contract, seller)
        assert (again(contract).is_suspended, contract.state, told("suspended")) == (True, AgreementState.ACTIVE, 1)
        refused(lambda: stop(contract, seller), "tạm ngừng hợp đồng này rồi")
        refused(lambda: go_on(contract, buyer), "mới bỏ tạm ngừng")
        go_on(contract, seller)
        assert (again(contract).is_suspended, told("suspension_lifted")) == (False, 1)
        assert happened(contract)[-4:] == [
            "suspension_announced",
            "suspended_set",
            "suspension_ended",
            "suspended_lifted",
        ]


def test_it_stands_until_the_last_one_is_lifted(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        for side in Side:
            stop(contract, sides.actor(side))
        go_on(contract, sides.actor(Side.SELLER))
        assert again(contract).is_suspended
        go_on(contract, sides.actor(Side.BUYER))
        assert not again(contract).is_suspended


def test_an_announced_one_begins_on_its_day(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        day = clock.today() + timedelta(days=5)
        stop(contract, sides.actor(Side.BUYER), day)
        assert (again(contract).is_suspended, is_waiting()) == (False, False)
        frozen(after(day))
        follow_terms()
        follow_terms()
        assert (again(contract).is_suspended, happened(contract).count("suspended_set")) == (True, 1)


@pytest.mark.parametrize("days", [-1, 91])
def test_it_begins_within_ninety_days(app: Flask, days: int) -> None:
    with app.app_context():
        contract, sides = in_force()
        day = clock.today() + timedelta(days=days)
        refused(lambda: stop(contract, sides.actor(Side.BUYER), day), "từ hôm nay")
        assert not again(contract).is_suspended


def test_a_department_that_follows_it_suspends(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        assert sides.seller_department is not None
        with writing():
            trail.flag(contract, "monitored", on=True, by=SYSTEM)
        stop(contract, officer_of(sides.seller_department))
        assert (again(contract).is_suspended, told("suspended")) == (True, 4)


@pytest.mark.parametrize("state", [AgreementState.SIGNING, AgreementState.WINDING_DOWN, AgreementState.EXPIRED])
def test_only_in_force(app: Flask, state: AgreementState) -> None:
    with app.app_context():
        contract = agreement_in(state)
        by = somebody(contract)
        refused(lambda: stop(contract, by), "đang có hiệu lực")


def test_the_page_says_whose_suspension_stands_and_from_when(app: Flask, client_of: Callable[[Person], Client]) -> None:
    with app.app_context():
        contract, sides = in_force()
        here, today = f"/agreements/{contract.ref}/suspension", clock.today()
        buyer, seller = client_of(sides.purchaser), client_of(sides.manager)
    later = today + timedelta(days=5)
    typed = {"from_on": later.isoformat(), "reason": "Kho đang sửa."}
    told_later = text_of(buyer.post(here, data=typed, follow_redirects=True))
    assert f"Đã báo: từ {later:%d/%m/%Y} không gọi thêm hàng" in told_later
    assert "Hợp đồng đang tạm ngừng" not in told_later
    told_now = text_of(seller.post(here, data={**typed, "from_on": today.isoformat()}, follow_redirects=True))
    assert "Đã tạm ngừng hợp đồng" in told_now
    page = text_of(buyer.get(here))
    assert "Hợp đồng đang tạm ngừng" in page
    lifted = buyer.post(f"{here}/end", data={})
    assert lifted.headers["Location"] == here.removesuffix("/suspension")
    page = text_of(buyer.get(here))
    assert "Bên bạn cũng muốn tạm ngừng?" in page
    assert "khi mọi bên đã tạm ngừng đều bỏ tạm ngừng" in page
