"""Mandates of an organisation, and the operators' page of authorities, lists and registered certificates."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.jobs import signing as jobs
from marketplace.contracts.models import Mandate, RuleChange, TrustRoot
from marketplace.contracts.queries import signing as known
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.signing import UploadState
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from tests import factories
from tests.contracts import pens
from tests.contracts.browsing import Browser, browser_of

SELLER = Side.SELLER
ClientOf = Callable[[Any], Browser]


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def client_of(app: Flask) -> ClientOf:
    return lambda person: browser_of(app, person)


def test_a_manager_gives_a_mandate_and_ends_it(market: Flask, client_of: ClientOf) -> None:
    pens.trusted()
    sides = pens.two_sides()
    client = client_of(sides.manager)
    assert "Chưa có giấy ủy quyền nào." in client.get("/me/organisation/mandates").text
    today = clock.today()
    form = {
        "person": sides.seller_signatory.ref, "kinds": ["sale", "mou"], "limit_vnd": "500 triệu", "number": "12/UQ",
        "valid_from": today.isoformat(), "valid_to": (today + timedelta(days=90)).isoformat(),
        "paper": (io.BytesIO(b"%PDF-1.7"), "uy-quyen.pdf"),
    }  # fmt: skip
    assert client.post("/me/organisation/mandates", data=form).status_code == 303
    mandate = db.session.scalars(select(Mandate)).one()
    assert (mandate.limit_vnd, set(mandate.kinds)) == (500_000_000, {"sale", "mou"})
    text = client.get("/me/organisation/mandates").text
    assert "đến 500.000.000" in text
    assert client.get(f"/me/organisation/mandates/{mandate.ref}/paper.pdf").data == b"%PDF-1.7"
    assert client_of(sides.purchaser).get(f"/me/organisation/mandates/{mandate.ref}/paper.pdf").status_code == 404
    assert client.post(f"/me/organisation/mandates/{mandate.ref}/ending").status_code == 303
    assert "đã chấm dứt" not in client.get("/me/organisation/mandates").text or mandate.ref in text


def test_the_representative_signs_without_a_mandate(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    (mandate,) = known.mandates_of(sides.seller)
    from marketplace.contracts.services import mandates

    with writing():
        mandates.end(mandate, by=sides.actor(SELLER))
        db.session.merge(sides.seller_signatory).name = "trần  văn bình"
    db.session.refresh(sides.seller_signatory)
    assert known.is_representative(sides.seller, sides.seller_signatory)
    assert pens.sign(agreement, SELLER, sides).state is UploadState.ACCEPTED


def test_two_operators_trust_an_authority(market: Flask, client_of: ClientOf) -> None:
    from tests.contracts.making import load_rules

    load_rules()
    operator = factories.organisation(OrganisationKind.OPERATOR)
    first, second = factories.manager_of(operator), factories.manager_of(operator)
    certificate = pens.paperwork.authority().certificate
    form = {"certificate": (io.BytesIO(certificate), "ca.cer"), "crl_url": "", "words": "Đã so với trang của CA"}
    answer = client_of(first).post("/operator/agreements/trust/roots", data=form)
    assert answer.status_code == 303
    assert "Chờ người quản trị thứ hai" in client_of(second).get("/operator/agreements/trust").text
    assert db.session.scalar(select(TrustRoot.id)) is None
    change = db.session.scalars(select(RuleChange)).one()
    apply = f"/operator/agreements/rules/changes/{change.ref}/application"
    client_of(first).post(apply)
    db.session.rollback()
    assert db.session.scalar(select(TrustRoot.id)) is None
    client_of(second).post(apply)
    db.session.rollback()
    root = db.session.scalars(select(TrustRoot)).one()
    assert (root.der, root.fingerprint) == (certificate, pens.fingerprint_of(certificate))
    page = client_of(first).get("/operator/agreements/trust").text
    assert root.name in page
    end = f"/operator/agreements/trust/roots/{root.fingerprint}/ending"
    assert f'action="{end}"' in page
    assert client_of(first).post(end, data={"words": "Không công bố danh sách"}).status_code == 303
    waiting = client_of(second).get("/operator/agreements/trust").text
    assert f'action="{end}"' not in waiting
    assert "đang chờ người quản trị thứ hai" in waiting


def test_a_list_is_handed_in_once(market: Flask, client_of: ClientOf) -> None:
    pens.trusted(with_list=False)
    operator = factories.manager_of(factories.organisation(OrganisationKind.OPERATOR))
    content, client = pens.paperwork.authority().revocations(), client_of(operator)
    for sentence in ("Đã nhận danh sách", "Sàn đã có danh sách này"):
        answer = client.post("/operator/agreements/trust/lists", data={"list": (io.BytesIO(content), "ca.crl")})
        assert answer.status_code == 303
        assert sentence in client.get("/operator/agreements/trust").text
    wrong = client.post("/operator/agreements/trust/lists", data={"list": (io.BytesIO(b"x"), "ca.crl")})
    assert wrong.status_code == 422
    assert jobs.FETCH_EVERY.total_seconds() == 6 * 3600


def test_a_certificate_of_a_holder_is_no_authority(market: Flask, client_of: ClientOf) -> None:
    operator = factories.manager_of(factories.organisation(OrganisationKind.OPERATOR))
    holder = pens.paperwork.token_of(pens.paperwork.SELLER).certificate
    form = {"certificate": (io.BytesIO(holder), "a.cer"), "words": "x"}
    answer = client_of(operator).post("/operator/agreements/trust/roots", data=form)
    assert (answer.status_code, "không phải của tổ chức cấp chứng thư" in answer.text) == (422, True)
