"""An operator reads an agreement of others only with a reason, for an hour, and both sides are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.contracts.models import Agreement, AgreementEvent, GlassBreak
from marketplace.contracts.services.chain import verify
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from tests import factories
from tests.clients import Client
from tests.contracts import making

PAGE = "/operator/agreements/glass"
WHY = "Bên mua khiếu nại về giá, mã khiếu nại 12."
ClientOf = Callable[[Any], Client]


@pytest.fixture
def ref(app: Flask) -> str:
    """An agreement that is being negotiated."""
    with app.app_context():
        return str(making.agreement_in(AgreementState.NEGOTIATING, making.two_sides()).ref)


def operator(app: Flask, role: Role = Role.MANAGER) -> Any:
    with app.app_context():
        firm = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
        person = factories.person()
        factories.membership(person, firm, role)
        return person


def test_without_a_reason_there_is_nothing_to_see(app: Flask, client_of: ClientOf, ref: str) -> None:
    client = client_of(operator(app))
    assert client.get(f"/agreements/{ref}").status_code == 404
    assert client.get(f"{PAGE}/{ref}").status_code == 404
    answer = client.post(PAGE, data={"agreement": ref, "reason": "xem"})
    assert answer.status_code == 422
    assert ref in answer.text
    assert client.get(f"{PAGE}/{ref}").status_code == 404


def test_a_look_is_chained_told_and_over_after_an_hour(
    app: Flask, client_of: ClientOf, ref: str, frozen: Callable[..., Any]
) -> None:
    client = client_of(operator(app))
    assert client.post(PAGE, data={"agreement": ref, "reason": WHY}).location == f"{PAGE}/{ref}"
    page = client.get(f"{PAGE}/{ref}")
    assert page.status_code == 200
    assert "Gạo hữu cơ" in page.text
    with app.app_context():
        agreement = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        told_of = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == agreement.id)
        kinds = db.session.scalars(told_of.order_by(AgreementEvent.number)).all()
        told = select(Notice.recipient_ref).where(Notice.template == "contracts/glass_broken")
        assert kinds[-1] == "glass_broken"
        assert set(db.session.scalars(told)) == {agreement.seller.ref, agreement.buyer.ref}
        assert verify(agreement) == []
    frozen(clock.now() + timedelta(minutes=61))
    assert client.get(f"{PAGE}/{ref}").status_code == 404


def test_a_look_is_of_one_person_and_one_agreement(app: Flask, client_of: ClientOf, ref: str) -> None:
    first, second = client_of(operator(app)), client_of(operator(app))
    first.post(PAGE, data={"agreement": ref, "reason": WHY})
    assert second.get(f"{PAGE}/{ref}").status_code == 404
    assert first.get(f"{PAGE}/HD-2026-999999").status_code == 404
    assert WHY in second.get(PAGE).text


def test_staff_of_the_operator_cannot(app: Flask, client_of: ClientOf, ref: str) -> None:
    client = client_of(operator(app, Role.STAFF))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, data={"agreement": ref, "reason": WHY}).status_code == 404
    with app.app_context():
        assert db.session.scalar(select(GlassBreak.id)) is None


def test_an_unknown_ref_is_said_at_its_field(app: Flask, client_of: ClientOf, ref: str) -> None:
    answer = client_of(operator(app)).post(PAGE, data={"agreement": "HD-1", "reason": WHY})
    assert answer.status_code == 422
    assert "agreement-error" in answer.text


@pytest.mark.parametrize("change", [update(GlassBreak).values(reason="x"), delete(GlassBreak)])
def test_a_look_is_never_changed_or_removed(app: Flask, client_of: ClientOf, ref: str, change: Any) -> None:
    client_of(operator(app)).post(PAGE, data={"agreement": ref, "reason": WHY})
    with app.app_context(), pytest.raises(DBAPIError), writing():
        db.session.execute(change)
