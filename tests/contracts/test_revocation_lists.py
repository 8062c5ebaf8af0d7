"""Lists of revocations that are no authority's, and what of the operators' page has to wait for a list no more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.jobs import signing as jobs
from marketplace.contracts.models import RevocationList, TrustRoot
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import agreements, holding, trust
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.states.agreements import ReopenReason, Side
from marketplace.contracts.states.signing import UploadState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts import paperwork, pens
from tests.contracts.browsing import Browser, browser_of

PAGE = "/operator/agreements/trust"


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def operator(app: Flask) -> Browser:
    return browser_of(app, factories.manager_of(factories.organisation(OrganisationKind.OPERATOR)))


def forged(days_ahead: int = 0) -> bytes:
    """A list of somebody else who calls himself as our authority does."""
    return trial_authority.new_authority().revocations(at=clock.now() + timedelta(seconds=days_ahead))


def test_a_list_that_the_named_authority_did_not_sign_is_refused(market: Flask) -> None:
    pens.trusted()
    before = len(known.lists_held())
    answer = operator(market).post(f"{PAGE}/lists", data={"list": (io.BytesIO(forged()), "ca.crl")})
    assert answer.status_code == 422
    assert "không phải do tổ chức cấp chứng thư mà nó nêu tên ký" in answer.text
    assert len(known.lists_held()) == before


def test_forged_lists_do_not_crowd_the_true_one_out(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    for number in range(known.LISTS_EACH):
        with pytest.raises(Refused), writing():
            trust.take_list(forged(number), by=SYSTEM)
    assert pens.sign(agreement, Side.SELLER, sides).state is UploadState.ACCEPTED


def test_the_page_names_the_newest_list_that_the_authority_has_signed(market: Flask) -> None:
    """A list of that name may have come in while the authority was still unknown."""
    with writing():
        trust.take_list(forged(60), by=SYSTEM)
    pens.trusted()
    root = db.session.scalars(select(TrustRoot)).one()
    newest = known.newest_list_of(root)
    assert newest is not None
    assert newest.sha256 == trial_sha256()


def trial_sha256() -> str:
    mine = select(RevocationList.sha256).order_by(RevocationList.id.desc()).limit(1)
    return str(db.session.scalar(mine))


def test_a_list_of_an_authority_between_is_taken_in_before_its_first_signature(market: Flask) -> None:
    pens.trusted()
    between = paperwork.authority().intermediate("CA trung gian")
    with writing():
        assert trust.take_list(between.revocations(), by=SYSTEM)


def test_what_fell_unproven_is_on_hold_no_more(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    pens.sign(agreement, Side.SELLER, sides)
    (held,) = known.held_signatures()
    assert "1 chữ ký đang tạm giữ" in operator(market).get(PAGE).text
    with writing():
        holding.roll_back(agreement, held.document, held, Fault.UNPROVEN)
    assert known.held_signatures() == []
    assert "chữ ký đang tạm giữ" not in operator(market).get(PAGE).text
    jobs.look_again()


def test_what_became_void_is_on_hold_no_more(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    pens.sign(agreement, Side.SELLER, sides)
    with writing():
        agreements.ask_for_changes(agreement, ReopenReason.FIGURES, "Sửa số lượng", by=sides.actor(Side.BUYER))
    assert known.held_signatures() == []


def test_the_page_leads_to_the_background_work_while_a_list_is_missing(market: Flask) -> None:
    pens.trusted(with_list=False)
    root = db.session.scalars(select(TrustRoot)).one()
    with writing():
        root.crl_url = "http://ca.example/a.crl"
    assert 'href="/operator/jobs"' in operator(market).get(PAGE).text
    pens.publish()
    assert 'href="/operator/jobs"' not in operator(market).get(PAGE).text
