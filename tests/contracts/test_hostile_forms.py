"""Forms of requests, quotes, call-offs and ends: figures and days that are none get a sentence and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.contracts.models import Agreement, Award, CallOff, Dispute, Mandate, QuoteRound, Request, Suspension
from marketplace.contracts.services import requests
from marketplace.core.database import db, writing
from tests.clients import Client
from tests.contracts import market
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides
from tests.contracts.market import Market

Member = Callable[[Any], Client]
LONG = "9" * 5000
NUMBERS = ["-1", "0", "²", "1e5", "1,5", "1.5", "NaN", LONG, "99999999999999999999", "\x00", "1\u202e2", "None"]
DAYS = ["9999-12-31", "0001-01-01", "1899-12-31", "2027-02-29", "²/1/2027", "2027-W01-1", LONG, "\x00", "31/02/2027"]
WORDS = "Lý do"


@pytest.fixture
def sides(app: Flask) -> TwoSides:
    with app.app_context():
        return two_sides(departments=False)


@pytest.fixture
def contract(app: Flask, sides: TwoSides) -> str:
    with app.app_context():
        return perform.contract_in_force(sides).ref


def rows(app: Flask, kind: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(kind.id))) or 0


def test_call_offs(app: Flask, sides: TwoSides, contract: str, client_of: Member) -> None:
    client, path = client_of(sides.purchaser), f"/agreements/{contract}/call-offs"
    good = {"quantity-L1": "5", "due_on": perform.asked().due_on.isoformat(), "place": "Kho"}
    wrong = [{**good, "quantity-L1": one} for one in NUMBERS] + [{**good, "due_on": one} for one in DAYS]
    wrong += [{**good, "place": "x" * 5000}, {**good, "note": "x" * 50_000}, {"quantity-L9": "5"}, {}]
    for act in ("", "draft"):
        for form in wrong:
            answer = client.post(path, data={**form, "act": act})
            assert answer.status_code == 422, {name: value[:30] for name, value in form.items()}
    assert rows(app, CallOff) == 0
    assert client.post(path, data={**good, "token": "x" * 5000}).status_code in (303, 422)


ENDS: list[tuple[str, str, dict[str, str], Any]] = [
    ("suspension", "from_on", {"reason": WORDS}, Suspension),
    ("termination", "until", {"ground": "breach", "words": WORDS}, None),
]


@pytest.mark.parametrize(("act", "field", "form", "kind"), ENDS)
def test_days_of_ends(
    app: Flask, sides: TwoSides, contract: str, client_of: Member, act: str, field: str, form: dict[str, str], kind: Any
) -> None:
    client = client_of(sides.manager)
    for day in DAYS:
        answer = client.post(f"/agreements/{contract}/{act}", data={**form, field: day})
        assert answer.status_code == 422, day[:30]
    assert kind is None or rows(app, kind) == 0
    with app.app_context():
        assert db.session.scalars(select(Agreement.notice_until)).one() is None


def test_choices_that_are_none(app: Flask, sides: TwoSides, contract: str, client_of: Member) -> None:
    client = client_of(sides.manager)
    forged = {
        "termination": {"ground": "whim", "words": WORDS, "until": "2027-01-01"},
        "amendments": {"rationale": "whim"},
        "consent": {"consent": "everything"},
        "disputes": {"subject": "whim", "words": WORDS, "call_off": "GH-2026-999999"},
        "change-request": {"reason": "whim", "words": WORDS},
    }
    for act, form in forged.items():
        assert client.post(f"/agreements/{contract}/{act}", data=form).status_code == 422, act
    assert rows(app, Dispute) == 0


def test_mandates(app: Flask, sides: TwoSides, client_of: Member) -> None:
    client = client_of(sides.manager)
    good = {"person": sides.seller_signatory.ref, "valid_from": "2027-01-01", "valid_to": "2027-12-31"}
    wrong = [{**good, "limit_vnd": one} for one in ("-1", "0", "²", "1e5", "NaN", LONG, "99999999999999999999")]
    wrong += [{**good, "valid_to": one} for one in DAYS[1:]] + [{**good, "person": sides.buyer_signatory.ref}]
    wrong += [{**good, "valid_from": "2028-01-01"}, {**good, "number": "x" * 5000}, {}]
    for form in wrong:
        answer = client.post("/me/organisation/mandates", data=form)
        assert answer.status_code == 422, {name: value[:30] for name, value in form.items()}
    assert rows(app, Mandate) == 0


# --- requests and quotes ---


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market.market(app)


def test_requests(here: Market, client_of: Member) -> None:
    client = market.client_for(here, client_of, here.buyer)
    with here.app.app_context():
        day = market.in_days(10).isoformat()
    line = {"line_1_description": "Gạo", "line_1_quantity": "5", "line_1_unit": "kg"}
    good = {**line, "province": "quang-ninh", "answer_by": day}
    wrong = [{**good, "line_1_quantity": one} for one in NUMBERS] + [{**good, "answer_by": one} for one in DAYS]
    wrong += [{**good, "province": "atlantis"}, {**good, "line_1_set": "99"}, {**good, "title": "x" * 5000}]
    for form in wrong:
        answer = client.post("/requests", data=form)
        assert answer.status_code == 422, {name: value[:30] for name, value in form.items()}
    assert rows(here.app, Request) == 0


def test_rounds_of_quotes(here: Market, client_of: Member) -> None:
    with here.app.app_context():
        found = market.sent(here)
        ref, until = found.ref, market.in_days(14).isoformat()
        quote = market.quoted(here, found, 1, 21_000).ref
    good = {"price_1": "21000", "quantity_1": "10", "freight_terms": "included", "valid_until": until, "loss": "0"}
    figures = [one for one in NUMBERS if one not in ("1,5", "1\u202e2", "\x00")]
    wrong = [{**good, "price_1": one} for one in figures] + [{**good, "quantity_1": one} for one in NUMBERS]
    wrong += [{**good, "valid_until": one} for one in DAYS] + [{**good, "loss": one} for one in ("51", "-1", "²", LONG)]
    wrong += [{**good, "freight_terms": "extra", "freight": "-1"}, {**good, "freight_terms": "magic"}]
    wrong += [{**good, "pack_1": here.packs[0]}, {**good, "payment_days": "²"}, {**good, "lead_days": LONG}]
    seller, buyer = (market.client_for(here, client_of, one) for one in (here.sellers[2], here.buyer))
    with here.app.app_context(), writing():
        third = here.organisation(here.sellers[2])
        requests.ask_more(market.request_of(ref), [third], by=here.actor(here.buyer))
    for form in wrong:
        shown = {name: value[:30] for name, value in form.items()}
        assert seller.post(f"/requests/{ref}/quotes", data=form).status_code in (404, 422), shown
        assert buyer.post(f"/quotes/{quote}/rounds", data={**form, "seen": "1"}).status_code == 422, shown
    for seen in ("²", LONG, "-1", "0", "2"):
        assert buyer.post(f"/quotes/{quote}/rounds", data={**good, "seen": seen}).status_code == 422, seen[:20]
    assert rows(here.app, QuoteRound) == 1


def test_awards_of_what_is_not_there(here: Market, client_of: Member) -> None:
    with here.app.app_context():
        found, other = market.sent(here), market.sent(here)
        ref = found.ref
        market.quoted(here, found, 0, 21_000)
        strange = market.quoted(here, other, 0, 1_000).ref
    client = market.client_for(here, client_of, here.buyer)
    for choice in (f"{strange}:1", "BG-2026-999999:1", f"{strange}:²", f"{strange}:{'9' * 30}", ":", "\x00:1", ""):
        answer = client.post(f"/requests/{ref}/awards", data={"line_1": choice})
        assert answer.status_code in (404, 422), choice
    with here.app.app_context():
        assert db.session.scalar(select(func.count(Award.id))) == 0
