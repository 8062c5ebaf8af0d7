"""Every route of money × everyone who might try it: allowed ones happen, others are denied and change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from marketplace.core import i18n
from marketplace.core.actors import OrganisationKind, Role
from tests import factories
from tests.clients import Client, sign_in
from tests.payments.market import (
    PRICE,
    Market,
    a_market,
    cancel,
    confirm,
    declare,
    guest_of,
    name_account,
    payment_of,
    placed,
    refunds_of,
    snapshot,
)

Prepare = Callable[[Market, str], object]
Visitor = Callable[[], Client]
ACCOUNT = {"bank": "970436", "number": "0011 0123 45678", "holder": "Nguyễn Thị Lan"}


def nothing(market: Market, ref: str) -> None:
    return None


def refund_opened(market: Market, ref: str) -> None:
    confirm(market, ref)
    cancel(market, ref)


def refund_due(market: Market, ref: str) -> None:
    refund_opened(market, ref)
    name_account(market, ref)


BUYERS = {"guest with key", "buyer"}
SELLERS = {"manager", "staff"}
BOTH = BUYERS | SELLERS
ROLES = ["guest", *sorted(BUYERS), "other buyer", *sorted(SELLERS), "other seller", "operator"]

# method, address, what is sent, how it comes to that, who may, status for them, who sees it without the right (403)
ROUTES: dict[str, tuple[str, str, dict[str, Any], Prepare, set[str], int, set[str]]] = {
    "qr.svg": ("GET", "/payments/{payment}/qr.svg", {}, nothing, BOTH, 200, set()),
    "qr.png": ("GET", "/payments/{payment}/qr.png", {}, nothing, BOTH, 200, set()),
    "declaration": ("POST", "/payments/{payment}/declaration", {}, nothing, BUYERS, 303, SELLERS),
    "receipt": ("POST", "/payments/{payment}/receipt", {"amount_vnd": "100.000"}, nothing, SELLERS, 303, BUYERS),
    "dispute": ("POST", "/payments/{payment}/dispute", {}, declare, SELLERS, 303, BUYERS),
    "refund account": ("POST", "/refunds/{refund}/account", ACCOUNT, refund_opened, BUYERS, 303, SELLERS),
    "refund receipt": ("POST", "/refunds/{refund}/receipt", {"transfer_ref": "FT1"}, refund_due, SELLERS, 303, BUYERS),
    "bank account": ("GET", "/desk/bank-account", {}, nothing, {"manager", "other seller"}, 200, {"staff"}),
    "new bank account": ("POST", "/desk/bank-account", ACCOUNT, nothing, {"manager", "other seller"}, 303, {"staff"}),
}


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market()


def client_as(visitor: Visitor, market: Market, ref: str, role: str) -> Client:
    client = visitor()
    if role == "guest with key":
        with client.session_transaction() as session:
            session["grants"] = sorted(guest_of(ref).grants)
    elif role != "guest":
        sign_in(client, person_as(market, role))
    return client


def person_as(market: Market, role: str) -> Any:
    if role in {"buyer", "manager"}:
        return market.buyer if role == "buyer" else market.manager
    person = factories.person()
    if role == "staff":
        factories.membership(person, market.seller, Role.STAFF)
    elif role == "other seller":
        factories.membership(person, factories.organisation())
    elif role == "operator":
        factories.membership(person, factories.organisation(OrganisationKind.OPERATOR))
    return person


def expected(name: str, role: str) -> int:
    _method, address, _data, _prepare, allowed, status, seen = ROUTES[name]
    if role in allowed:
        return status
    if address.startswith("/desk"):
        return 303 if role.startswith("guest") else 403
    return 403 if role in seen else 404


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_whoever_may_does_and_nobody_else(visitor: Visitor, market: Market, name: str, role: str) -> None:
    method, address, data, prepare, allowed, _status, _seen = ROUTES[name]
    ref = placed(market, person=role != "guest with key")
    prepare(market, ref)
    refund = refunds_of(ref)[0].ref if refunds_of(ref) else ""
    url = address.format(payment=payment_of(ref).ref, refund=refund)
    client = client_as(visitor, market, ref, role)
    before = snapshot()
    answer = client.open(url, method=method, data=dict(data) if method == "POST" else None)
    assert answer.status_code == expected(name, role)
    if method == "POST" and role in allowed:
        assert snapshot() != before
    else:
        assert snapshot() == before
    if role not in allowed and answer.status_code == 303:
        assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if route[0] == "POST"))
def test_without_a_token_nothing_happens(visitor: Visitor, market: Market, name: str) -> None:
    _method, address, data, prepare, allowed, _status, _seen = ROUTES[name]
    ref = placed(market)
    prepare(market, ref)
    refund = refunds_of(ref)[0].ref if refunds_of(ref) else ""
    role = "manager" if "manager" in allowed else "buyer"
    client, before = client_as(visitor, market, ref, role), snapshot()
    url = address.format(payment=payment_of(ref).ref, refund=refund)
    assert client.post(url, data=dict(data), csrf=False).status_code == 400
    assert snapshot() == before


@pytest.mark.parametrize(
    "url", ["/payments/TT-1/qr.svg", "/payments/" + "9" * 300 + "/qr.png", "/payments/%00/qr.svg", "/payments/đ/qr.png"]
)
def test_what_does_not_exist_is_not_found(visitor: Visitor, market: Market, url: str) -> None:
    assert client_as(visitor, market, "", "manager").get(url).status_code == 404


@pytest.mark.parametrize("amount", [PRICE, PRICE - 1])
def test_a_code_is_shown_only_while_somebody_should_pay(visitor: Visitor, market: Market, amount: int) -> None:
    ref = placed(market)
    client = client_as(visitor, market, ref, "buyer")
    url = f"/payments/{payment_of(ref).ref}/qr."
    for kind, mime in (("svg", "image/svg+xml"), ("png", "image/png")):
        answer = client.get(url + kind)
        assert (answer.mimetype, answer.headers["Cache-Control"]) == (mime, "no-store, private")
    declare(market, ref)
    assert client.get(url + "svg").status_code == 200
    confirm(market, ref, amount)
    assert [client.get(url + kind).status_code for kind in ("svg", "png")] == [404, 404]


def test_cash_has_no_code(visitor: Visitor, market: Market) -> None:
    ref = placed(market, method="cod")
    client = client_as(visitor, market, ref, "buyer")
    assert client.get(f"/payments/{payment_of(ref).ref}/qr.svg").status_code == 404
