"""Signed files come in one after the other and bring the paper into force; what falls takes others along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from marketplace.contracts.jobs import signing as jobs
from marketplace.contracts.models import Agreement, AgreementEvent, Deadline, Signature, SignatureCheck
from marketplace.contracts.queries import history, turns, versions
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import agreements, mandates, trust
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.states.agreements import AgreementState, ReopenReason, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.signing import UploadState, Verdict
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.files import store
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts import forging, pens

SELLER, BUYER = Side.SELLER, Side.BUYER


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def now(agreement: Agreement) -> Agreement:
    db.session.rollback()
    db.session.refresh(agreement)
    return agreement


def kinds(agreement: Agreement) -> list[str]:
    mine = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == agreement.id)
    return list(db.session.scalars(mine.order_by(AgreementEvent.number)))


def letters(template: str) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Notice.id).where(Notice.template == f"contracts/{template}")).all())


def test_both_sign_one_after_the_other_and_it_is_in_force(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    assert agreement.turn is Turn.SELLER
    first = pens.sign(agreement, SELLER, sides)
    assert (first.state, now(agreement).turn, agreement.state) == (
        UploadState.ACCEPTED, Turn.BUYER, AgreementState.SIGNING,
    )  # fmt: skip
    pens.sign(agreement, BUYER, sides)
    assert (now(agreement).state, agreement.active_version) == (AgreementState.ACTIVE, agreement.last_version)
    chain = known.live_chain(pens.document_of(agreement))
    assert [(one.side, one.verdict) for one in chain] == [(SELLER, Verdict.ACCEPT), (BUYER, Verdict.ACCEPT)]
    assert [one.tax_code for one in chain] == [sides.seller.tax_code, sides.buyer.tax_code]
    assert kinds(agreement)[-5:] == ["upload_received", "sign", "upload_received", "sign", "activate"]
    assert agreement.effective_at == clock.start_of(agreement.valid_from or clock.today())


def test_each_accepted_file_is_a_strict_prefix_of_the_next(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    pens.sign(agreement, BUYER, sides)
    document = pens.document_of(agreement)
    files = [store().get(key) for key in [document.file_key, *(one.file_key for one in known.live_chain(document))]]
    assert all(after.startswith(before) and len(after) > len(before) for before, after in pairwise(files))


def test_a_refused_file_changes_nothing_and_says_why(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides, pens.signed_file(agreement, SELLER) + b"junk")
    assert (upload.state, upload.refusal) == (UploadState.REFUSED, Fault.JUNK.value)
    assert (now(agreement).turn, known.live_chain(pens.document_of(agreement))) == (Turn.SELLER, [])
    assert letters("upload_refused") == 1
    assert pens.sign(agreement, SELLER, sides).state is UploadState.ACCEPTED


def test_the_child_process_judges_as_well(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    jobs.check_upload(upload.ref)
    db.session.refresh(upload)
    assert upload.state is UploadState.ACCEPTED
    jobs.check_upload(upload.ref)
    assert len(known.live_chain(pens.document_of(now(agreement)))) == 1


def refused(sentence: str, act: Any) -> None:
    with pytest.raises(Refused) as caught:
        act()
    db.session.rollback()
    assert sentence in str(caught.value.sentence)


def test_whose_turn_it_is_not_cannot_send(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    content = pens.signed_file(agreement, BUYER)
    refused("Bên kia ký trước", lambda: pens.send(agreement, BUYER, sides, content))
    pens.sign(agreement, SELLER, sides)
    refused("Bên của bạn đã ký", lambda: pens.send(agreement, SELLER, sides, content))


def test_without_a_mandate_nobody_signs(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    (mandate,) = known.mandates_of(sides.seller)
    with writing():
        mandates.end(mandate, by=sides.actor(SELLER))
    refused("giấy ủy quyền", lambda: pens.send(agreement, SELLER, sides, b"%PDF"))


def test_a_mandate_that_ends_during_the_check_counts_no_more(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    (mandate,) = known.mandates_of(sides.seller)
    with writing():
        mandates.end(mandate, by=sides.actor(SELLER))
    assert pens.judge(upload).refusal == Fault.NO_MANDATE.value


def test_one_file_is_checked_at_a_time(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.send(agreement, SELLER, sides)
    refused("đang được kiểm tra", lambda: pens.send(agreement, SELLER, sides))


def test_the_same_person_does_not_sign_for_both(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    factories.membership(sides.seller_signatory, sides.buyer, factories.Role.SIGNATORY)
    pens.mandate(sides.buyer, sides.seller_signatory)
    by = factories.actor(sides.seller_signatory, sides.buyer, factories.Role.SIGNATORY)
    from marketplace.contracts.services import signing

    with writing(), pytest.raises(Refused) as caught:
        signing.check_turn(agreement, pens.document_of(agreement), BUYER, by=by)
    assert "không ai ký cho cả hai bên" in str(caught.value.sentence)


def test_changes_asked_for_during_a_check_leave_no_signature(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    with writing():
        agreements.ask_for_changes(agreement, ReopenReason.MISTAKE, "Sai", sides.actor(BUYER))
    assert pens.judge(upload).refusal == Fault.MOVED_ON.value
    assert now(agreement).state is AgreementState.NEGOTIATING
    assert db.session.scalar(select(Signature.id)) is None


# --- on hold ---


def test_what_no_list_proves_is_held_and_not_in_force(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    first = pens.sign(agreement, SELLER, sides)
    second = pens.sign(agreement, BUYER, sides)
    assert (first.state, second.state) == (UploadState.HELD, UploadState.HELD)
    assert (now(agreement).state, agreement.turn) == (AgreementState.SIGNING, Turn.SYSTEM)
    assert "danh sách thu hồi" in turns.standing_of(sides.actor(BUYER), now(agreement)).words
    assert letters("upload_held") == 2
    pens.publish()
    jobs.look_again()
    db.session.refresh(first)
    assert (now(agreement).state, first.state) == (AgreementState.ACTIVE, UploadState.ACCEPTED)
    assert len(db.session.scalars(select(SignatureCheck)).all()) == 2
    jobs.look_again()
    assert len(db.session.scalars(select(SignatureCheck)).all()) == 2


def test_a_held_signature_that_was_revoked_takes_later_ones_along(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    first = pens.sign(agreement, SELLER, sides)
    second = pens.sign(agreement, BUYER, sides)
    pens.publish({pens.serial_of(sides.seller): clock.now() - timedelta(days=1)})
    jobs.look_again()
    for upload in (first, second):
        db.session.refresh(upload)
    assert (first.refusal, second.refusal) == (Fault.REVOKED.value, Fault.MOVED_ON.value)
    assert (now(agreement).state, agreement.turn) == (AgreementState.SIGNING, Turn.SELLER)
    assert known.live_chain(pens.document_of(agreement)) == []
    assert kinds(agreement)[-1] == "roll_back"
    assert len(known.signatures_on(pens.document_of(agreement))) == 2


def test_after_a_roll_back_a_new_branch_leads_into_force(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    pens.sign(agreement, SELLER, sides)
    pens.sign(agreement, BUYER, sides)
    pens.publish({pens.serial_of(sides.buyer): clock.now() - timedelta(days=1)})
    jobs.look_again()
    (kept,) = known.live_chain(pens.document_of(now(agreement)))
    assert (kept.side, agreement.turn) == (SELLER, Turn.BUYER)
    again = pens.paperwork.authority().issue(
        pens.Subject(name=sides.buyer.legal_name, uids=(f"MST:{sides.buyer.tax_code}",))
    )
    pens.sign(agreement, BUYER, sides, pens.signed_file(agreement, BUYER, again))
    assert now(agreement).state is AgreementState.ACTIVE


def test_a_list_that_nobody_has_looked_at_keeps_a_paper_out_of_force(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    pens.publish({pens.serial_of(sides.seller): clock.now() - timedelta(minutes=1)})
    assert pens.sign(agreement, BUYER, sides).refusal == Fault.MOVED_ON.value
    assert (now(agreement).state, agreement.turn) == (AgreementState.SIGNING, Turn.SELLER)
    assert kinds(agreement)[-2:] == ["roll_back", "upload_refused"]


def test_what_falls_falls_before_another_is_proven(market: Flask) -> None:
    """One look finds the first signature proven and the second revoked: the paper is in force at no moment."""
    sides, agreement = pens.ready_to_sign()
    between = pens.paperwork.authority().intermediate("Trial CA 3")
    token = between.issue(pens.Subject(name=sides.seller.legal_name, uids=(f"MST:{sides.seller.tax_code}",)))
    top = pens.top_of(pens.document_of(agreement))
    file = forging.signed_freely(top, token, "BenBan", between.certificate)
    assert pens.sign(agreement, SELLER, sides, file).state is UploadState.HELD
    assert pens.sign(agreement, BUYER, sides).state is UploadState.ACCEPTED
    with writing():
        trust.take_list(between.revocations(), by=SYSTEM)
    pens.publish({pens.serial_of(sides.buyer): clock.now() - timedelta(minutes=1)})
    jobs.look_again()
    assert (now(agreement).state, agreement.turn) == (AgreementState.SIGNING, Turn.BUYER)
    assert "activate" not in kinds(agreement)


def test_after_seven_days_without_proof_it_falls(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    upload = pens.sign(agreement, SELLER, sides)
    held = select(Deadline).where(Deadline.kind == DeadlineKind.HOLD, Deadline.closed_at.is_(None))
    deadline = db.session.scalars(held).one()
    assert deadline.subject_ref == upload.ref
    from marketplace.contracts.services.deadlines import on_lapse

    lapse = on_lapse(DeadlineKind.HOLD)
    assert lapse is not None
    with writing():
        from marketplace.contracts.services.signing import hold

        hold(agreement)
        lapse(db.session.get_one(Deadline, deadline.id))
    db.session.refresh(upload)
    assert (upload.refusal, now(agreement).turn) == (Fault.UNPROVEN.value, Turn.SELLER)
    assert db.session.scalars(held).all() == []


def test_the_timeline_calls_no_signature_valid_before_it_is(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    pens.sign(agreement, SELLER, sides)
    titles = [one.title for one in history.happenings(agreement, versions.events_of(agreement))]
    assert [title for title in titles if "chữ ký" in title] == [
        "Đã nhận chữ ký; chưa biết chứng thư còn hiệu lực hay không"
    ]


def test_a_later_revocation_challenges_a_contract_in_force_once(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    pens.sign(agreement, BUYER, sides)
    since = clock.now() - timedelta(days=3)
    with clock.frozen(clock.now() + timedelta(days=1)):
        pens.publish({pens.serial_of(sides.buyer): since})
        jobs.look_again()
        jobs.look_again()
    assert (now(agreement).state, agreement.is_challenged) == (AgreementState.ACTIVE, True)
    assert letters("signature_challenged") == 4


def test_a_revocation_after_the_receipt_challenges_nothing(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    pens.sign(agreement, BUYER, sides)
    with clock.frozen(clock.now() + timedelta(days=2)):
        pens.publish({pens.serial_of(sides.buyer): clock.now() - timedelta(days=1)})
        jobs.look_again()
    assert now(agreement).is_challenged is False


def test_signatures_only_grow(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    pens.sign(agreement, SELLER, sides)
    (signature,) = known.live_chain(pens.document_of(agreement))
    with pytest.raises(DatabaseError), writing():
        db.session.merge(signature).signer_name = "Người khác"
    db.session.rollback()


def test_a_forged_file_is_refused_on_the_real_paper_too(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    priced = forging.with_later_part(pens.top_of(pens.document_of(agreement)), forging.with_text("1 VND"))
    token = pens.token_of(sides.seller)
    upload = pens.sign(agreement, SELLER, sides, forging.signed_freely(priced, token))
    assert upload.refusal == Fault.CHANGED.value
