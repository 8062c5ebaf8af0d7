"""Signatures at once: of two files one is checked, and a wish for changes never leaves a signature behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from marketplace.contracts.models import Agreement, Document, Signature, SignedUpload
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import agreements, signing, trail
from marketplace.contracts.signatures.accepting import accept
from marketplace.contracts.states.agreements import AgreementState, Evidence, ReopenReason, Side
from marketplace.contracts.states.signing import OPEN_UPLOADS, Way
from marketplace.core import database
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests.contracts import pens
from tests.contracts.making import TwoSides
from tests.races import without_locks

Race = Callable[..., list[Any]]
ROUNDS = 3


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def failures(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]


def free_order(agreement: Agreement) -> None:
    """A kind whose sides may sign in any order, so that both may come at once."""
    with writing():
        values = {"evidence": Evidence.L1}
        db.session.execute(update(Agreement).where(Agreement.id == agreement.id).values(values))


def sender(agreement: Agreement, sides: TwoSides) -> Callable[[int], str]:
    """Side i sends its file in."""
    document_id = pens.document_of(agreement).id
    kept = {side: signing.keep(pens.signed_file(agreement, side)) for side in Side}
    by = {side: sides.signatory(side) for side in Side}

    def send(i: int) -> str:
        side = list(Side)[i % 2]
        document = db.session.get_one(Document, document_id)
        with writing():
            return signing.receive(document, side, kept[side], Way.UPLOAD, by=by[side]).ref

    return send


def test_of_two_files_at_once_one_is_checked(market: Flask, race: Race) -> None:
    sides, agreement = pens.ready_to_sign()
    free_order(agreement)
    send = sender(agreement, sides)
    db.session.rollback()
    results = race(4, send, timeout=60)
    assert failures(results) == []
    assert len([one for one in results if isinstance(one, str)]) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count(SignedUpload.id)).where(SignedUpload.state.in_(OPEN_UPLOADS))) == 1


def test_without_the_check_the_table_itself_refuses_the_second(
    market: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the check is what turns the collision into a sentence."""
    sides, agreement = pens.ready_to_sign()
    free_order(agreement)
    send = sender(agreement, sides)
    db.session.rollback()
    monkeypatch.setattr(known, "open_upload", lambda _document: None)
    monkeypatch.setattr(trail, "_chain", lambda *_args: None)
    results = race(4, send, timeout=60)
    assert failures(results) != []
    db.session.rollback()
    assert db.session.scalar(select(func.count(SignedUpload.id)).where(SignedUpload.state.in_(OPEN_UPLOADS))) == 1


def _settled(upload_ref: str) -> None:
    """The second half of the worker's job: the file was judged, now it is written down."""
    upload = known.upload_by_ref(upload_ref)
    assert upload is not None
    answer = accept(signing.question_about(upload))
    with writing():
        signing.settle(upload, answer)


def _being_checked(agreement: Agreement, sides: TwoSides) -> str:
    upload = pens.send(agreement, Side.SELLER, sides)
    with writing():
        signing.begin_check(upload)
    return upload.ref


def _asked(agreement_id: int, by: Any) -> None:
    agreement = db.session.get_one(Agreement, agreement_id)
    with writing():
        agreements.ask_for_changes(agreement, ReopenReason.MISTAKE, "Sai địa chỉ", by)


def test_a_file_racing_with_a_wish_for_changes_never_signs_what_is_void(market: Flask, race: Race) -> None:
    sides, agreement = pens.ready_to_sign()
    for _round in range(ROUNDS):
        upload, by = _being_checked(agreement, sides), sides.actor(Side.BUYER)
        agreement_id = agreement.id
        db.session.rollback()
        results = race(2, lambda i, u=upload, a=agreement_id, b=by: _asked(a, b) if i else _settled(u), timeout=60)
        assert failures(results) == []
        db.session.rollback()
        db.session.refresh(agreement)
        # whoever was first: the paper is on the table again, and what was signed before that stays with the void PDF
        assert agreement.state is AgreementState.NEGOTIATING
        assert known.live_document(agreement) is None
        last = db.session.scalars(select(SignedUpload).order_by(SignedUpload.id.desc())).first()
        assert last is not None
        signed = db.session.scalar(select(func.count(Signature.id)).where(Signature.document_id == last.document_id))
        assert (last.state.value, signed) in {("accepted", 1), ("refused", 0)}
        sides, agreement = pens.again(sides)


def test_without_locks_a_signature_lands_on_a_void_paper(
    market: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what was looked at before the lock is not true any more when it is written."""
    sides, agreement = pens.ready_to_sign()
    upload, by = _being_checked(agreement, sides), sides.actor(Side.BUYER)
    found = known.upload_by_ref(upload)
    assert found is not None
    answer = accept(signing.question_about(found))
    agreement_id = agreement.id
    db.session.rollback()
    _asked(agreement_id, by)
    monkeypatch.setattr(signing, "_overtaken", lambda _upload: None)
    monkeypatch.setattr(database, "locked", without_locks.plain_locked)
    with pytest.raises(Refused), writing():
        signing.settle(found, answer)
    db.session.rollback()
    # the state machine is the second wall: it knows no signature outside of signing
    assert db.session.scalar(select(func.count(Signature.id))) == 0
