"""Tokens: made and ended by their person, good for what was ticked, with her rights of the moment, never for pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from marketplace.accounts.models import Membership
from marketplace.api.models import Token
from marketplace.api.queries.tokens import MOST_TOKENS
from marketplace.api.states import Scope
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from tests import factories
from tests.api.program import Program, Seller, wrong_fields
from tests.clients import Client

Made = Callable[..., Program]
FORM = {"name": "Kho Tứ Minh", "days": "30", "scopes": ["orders:read", "stock:write"], "current": factories.PASSWORD}


def make(browser: Client, organisation: str, **changes: Any) -> str:
    """A token by the form; its secret."""
    answer = browser.post("/me/tokens", data={**FORM, "organisation": organisation, **changes})
    assert answer.status_code == 200, answer.text
    found = re.search(r"ocop_[\w-]{40,}", answer.text)
    assert found is not None
    return found[0]


def test_a_token_is_shown_once_and_kept_as_a_digest(
    app: Flask, shop: Seller, client_of: Callable[..., Client], client: Client
) -> None:
    browser = client_of(shop.manager)
    secret = make(browser, shop.organisation.ref)
    assert secret not in browser.get("/me/tokens").text
    with app.app_context():
        token = db.session.scalars(select(Token)).one()
        assert secret not in {token.digest, token.hint, token.name}
        assert [
            entry.action for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.subject_ref == token.ref))
        ] == ["make"]
        assert db.session.scalars(select(Notice.template)).all() == ["api/token_made"]
    answer = client.get("/api/v1/me/stock", headers={"Authorization": f"Bearer {secret}"})
    assert [one["sku"] for one in answer.get_json()["items"]] == [shop.variant.sku]


@pytest.mark.parametrize(
    "changes", [{"current": "falsch"}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "9999"}, {"name": ""}]
)
def test_a_form_that_is_wrong_makes_none(
    app: Flask, shop: Seller, client_of: Callable[..., Client], changes: dict[str, Any]
) -> None:
    answer = client_of(shop.manager).post("/me/tokens", data={**FORM, "organisation": "", **changes})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Token)).all() == []


def test_nobody_makes_one_for_an_organisation_that_is_not_hers(
    app: Flask, shop: Seller, client_of: Callable[..., Client]
) -> None:
    with app.app_context():
        other, operator = factories.person(), factories.organisation(OrganisationKind.OPERATOR)
        boss = factories.manager_of(operator)
    for person, organisation in ((other, shop.organisation.ref), (boss, operator.ref)):
        answer = client_of(person).post("/me/tokens", data={**FORM, "organisation": organisation})
        assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Token)).all() == []


def test_there_is_an_end_to_how_many(app: Flask, shop: Seller, client_of: Callable[..., Client]) -> None:
    with app.app_context():
        for _number in range(MOST_TOKENS):
            factories.token(shop.manager)
    answer = client_of(shop.manager).post("/me/tokens", data={**FORM, "organisation": ""})
    assert answer.status_code == 422
    assert str(MOST_TOKENS) in answer.text


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        (Scope.ORDERS_READ, "/me/orders"),
        (Scope.STOCK_WRITE, "/me/stock"),
        (Scope.PRICES_WRITE, "/me/prices"),
    ],
)
def test_a_token_is_good_for_what_was_ticked_alone(shop: Seller, program: Made, scope: Scope, path: str) -> None:
    others = [one for one in Scope if one is not scope]
    assert program(shop.manager, shop.organisation, scope).get(path).status_code == 200
    refused = program(shop.manager, shop.organisation, *others).get(path)
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert wrong_fields(refused) == []


def test_reading_orders_confirms_none(app: Flask, shop: Seller, program: Made) -> None:
    reading = program(shop.manager, shop.organisation, Scope.ORDERS_READ)
    answer = reading.ask("POST", "/me/orders/DH-2026-000001/confirmation", {"ship_on": "2026-11-25"})
    assert answer.status_code == 403


def _revoke(app: Flask, ref: str) -> None:
    with app.app_context(), writing():
        db.session.scalars(select(Token).where(Token.ref == ref)).one().revoked_at = clock.now()


def _leave(app: Flask, shop: Seller) -> None:
    with app.app_context(), writing():
        db.session.execute(delete(Membership).where(Membership.person_id == shop.manager.id))


@pytest.mark.parametrize("end", ["revoked", "expired", "left", "unknown"])
def test_a_token_ends_at_once(app: Flask, shop: Seller, program: Made, end: str) -> None:
    known = program(shop.manager, shop.organisation)
    assert known.get("/me/stock").status_code == 200
    acts: dict[str, Callable[[], None]] = {
        "revoked": lambda: _revoke(app, known.ref),
        "left": lambda: _leave(app, shop),
    }
    acts.get(end, lambda: None)()
    asked = Program(known.client, "", "ocop_unknown") if end == "unknown" else known
    with clock.frozen(clock.now() + timedelta(days=100 if end == "expired" else 0)):
        answer = asked.get("/me/stock")
        public = asked.get("/products")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert public.status_code == (401 if end in {"revoked", "expired", "unknown"} else 200)


def test_she_ends_her_own_and_nobody_elses(
    app: Flask, shop: Seller, program: Made, client_of: Callable[..., Client]
) -> None:
    known = program(shop.manager, shop.organisation)
    with app.app_context():
        stranger = factories.person()
    assert client_of(stranger).post(f"/me/tokens/{known.ref}/revocation").status_code == 404
    assert known.get("/me/stock").status_code == 200
    assert client_of(shop.manager).post(f"/me/tokens/{known.ref}/revocation").status_code == 303
    assert known.get("/me/stock").status_code == 401


@pytest.mark.parametrize("path", ["/me", "/me/tokens", "/desk", "/desk/orders", "/me/webhooks"])
def test_a_token_opens_no_page(client: Client, shop: Seller, program: Made, path: str) -> None:
    header = {"Authorization": f"Bearer {program(shop.manager, shop.organisation).secret}"}
    answer = client.get(path, headers=header)
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].startswith("/sign-in")


def test_no_cookie_writes_or_reads_what_is_hers(shop: Seller, client_of: Callable[..., Client]) -> None:
    browser = client_of(shop.manager)
    for method, path in (("GET", "/me/stock"), ("PUT", f"/me/stock/{shop.variant.sku}")):
        answer = browser.open(f"/api/v1{path}", method=method, json={"on_hand": 1}, headers={"If-Match": "*"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_its_last_use_is_noted_also_by_reading(app: Flask, shop: Seller, program: Made) -> None:
    known = program(shop.manager, shop.organisation)
    assert known.get("/me/stock").status_code == 200
    with app.app_context():
        used = db.session.scalars(select(Token.last_used_at).where(Token.ref == known.ref)).one()
    assert used is not None
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        known.get("/me/stock")
    with app.app_context():
        assert db.session.scalars(select(Token.last_used_at).where(Token.ref == known.ref)).one() == used


def test_too_many_requests_are_told_to_wait(
    app: Flask, shop: Seller, program: Made, app_with: Callable[..., Flask]
) -> None:
    known = program(shop.manager, shop.organisation)
    busy = Program(app_with(api_calls_per_minute=2).test_client(), "", known.secret)  # type: ignore[arg-type]
    answers = [busy.get("/me/stock") for _turn in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert wrong_fields(answers[2]) == []
    assert int(answers[2].headers["Retry-After"]) > 0
