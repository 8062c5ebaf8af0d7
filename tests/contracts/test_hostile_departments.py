"""Departments: what they get of void papers, how their suspensions end; and an account erased beside a contract."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.services import erasure
from marketplace.contracts.models import Agreement, MonitoringCase
from marketplace.contracts.services import evidence, monitoring, suspending
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.performing import CaseAction, Indicator
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.permissions import Permission, allows
from tests import factories
from tests.clients import Client
from tests.contracts import changing, making, pens
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, Walk, officer_of, two_sides

SELLER, BUYER = Side.SELLER, Side.BUYER


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides()


def names_in(agreement: Agreement, *, of_sides: bool) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(evidence.package(agreement, of_sides=of_sides))) as archive:
        return [name for name in archive.namelist() if name.endswith("-issued.pdf")]


def test_a_department_gets_no_void_paper(sides: TwoSides) -> None:
    """What was issued and taken back is for the two sides only, in the package as on the page."""
    agreement, walk = making.agreement_in(AgreementState.SIGNING, sides), Walk(sides)
    walk.ask_for_changes(agreement)
    walk.counter(agreement, SELLER)
    for step in ("accept", "review", "issue"):
        getattr(walk, step)(agreement)
    assert len(names_in(agreement, of_sides=True)) == 2
    (name,) = names_in(agreement, of_sides=False)
    assert not name.startswith("void-")


def test_a_department_lifts_its_suspension_also_after_its_case(sides: TwoSides) -> None:
    """Otherwise nobody could: each suspension is lifted by whoever set it."""
    contract = perform.contract_in_force(sides)
    assert sides.seller_department is not None
    officer = officer_of(sides.seller_department)
    assert not allows(officer, Permission.AGREEMENT_SUSPEND, contract)
    with writing():
        case = monitoring.draft_case(contract, sides.seller_department, Indicator.LATE, "Giao muộn", officer)
        monitoring.open_case(case, officer)
        suspending.suspend(contract, "Chờ khắc phục", clock.today(), by=officer)
        monitoring.end(case, CaseAction.STOP, "Thôi theo dõi", officer)
    assert db.session.scalars(select(MonitoringCase)).one().ended_at is not None
    assert allows(officer, Permission.AGREEMENT_SUSPEND, contract)
    with writing():
        suspending.lift(contract, "Xong", by=officer)
    assert not contract.is_suspended
    assert not allows(officer, Permission.AGREEMENT_SUSPEND, contract)


def test_what_an_erased_signatory_signed_stays_signed(app: Flask, client_of: Callable[[Any], Client]) -> None:
    """Pages, papers and packages go on; her account is a ref only."""
    with app.app_context():
        sides, agreement = pens.ready_to_sign()
        for side in Side:
            pens.sign(agreement, side, sides)
        ref = agreement.ref
        person = db.session.merge(sides.seller_signatory)
        with writing():
            wish = erasure.ask_for_erasure(person, by=factories.actor(person))
        with clock.frozen(clock.now() + erasure.TIME_TO_THINK), writing():
            assert erasure.erase(wish)
        changing.again(agreement)
        assert agreement.state is AgreementState.ACTIVE
        assert evidence.report(making.document_of(agreement))["verdict"] == "valid"
        assert evidence.package(agreement)
    client = client_of(sides.manager)
    for path in ("", "/signing", "/events", "/document.pdf", "/evidence.zip"):
        assert client.get(f"/agreements/{ref}{path}").status_code == 200, path
