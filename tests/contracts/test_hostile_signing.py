"""Signing under attack: hostile certificates, people and organisations that may no longer sign, papers grown old."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.services import people
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import codes, light, mandates, signing
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.trial_authority import Subject
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Side
from marketplace.contracts.states.signing import UploadState, Way
from marketplace.core.actors import Role
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.clients import Client
from tests.contracts import forging, paperwork, pens
from tests.contracts.making import TwoSides, Walk

SELLER, BUYER = Side.SELLER, Side.BUYER


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


# --- what a hostile certificate says ---


@pytest.mark.parametrize(
    "subject",
    [Subject(name="A\x00B"), Subject(name="A\u202eB", uids=("MST:01\x0000233488",)), Subject(name="\x00")],
    ids=["zero", "turned", "nothing else"],
)
def test_signs_that_no_database_keeps_leave_no_check_without_end(market: Flask, subject: Subject) -> None:
    """The file is refused in its own words, and the next one can be sent."""
    sides, agreement = pens.ready_to_sign()
    token = trial_authority.new_authority("Giả\x00mạo").issue(subject)
    file = forging.signed_freely(pens.top_of(pens.document_of(agreement)), token)
    upload = pens.sign(agreement, SELLER, sides, file)
    assert (upload.state, upload.refusal) == (UploadState.REFUSED, Fault.UNTRUSTED.value)
    assert pens.sign(agreement, SELLER, sides).state is UploadState.ACCEPTED


def test_a_hidden_sign_makes_no_tax_code(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    code = sides.seller.tax_code or ""
    token = paperwork.token_of(Subject(name="HTX", uids=(f"MST:{code[:5]}\x00{code[5:]}", f"MST:{code}\u200b1")))
    file = forging.signed_freely(pens.top_of(pens.document_of(agreement)), token)
    assert pens.sign(agreement, SELLER, sides, file).state is UploadState.REFUSED


# --- what a hostile command says ---

BODIES = [
    '{"certificates": []}', '{"certificates": 5}', '{"certificates": {}}', "[]", "null", "{",
    '{"certificates": ["MAA="]}', '{"certificates": [null]}', '{"certificates": ["\\ud800"]}',
    '{"signature": 5}', '{"signature": ""}', '{"signature": ["AAAA"]}',
]  # fmt: skip


def test_the_command_is_answered_in_words_whatever_it_sends(market: Flask, client: Client) -> None:
    sides, agreement = pens.ready_to_sign()
    with writing():
        code = codes.make(pens.document_of(agreement), SELLER, by=sides.signatory(SELLER))
    for body in BODIES:
        for path in ("certificate", "signature"):
            answer = client.post(f"/sign/{code}/{path}", data=body, content_type="application/json")
            assert answer.status_code in (400, 422), (path, body)
            assert answer.get_json()["error"]


# --- who may no longer sign ---


def take_out(of: Organisation, person: Any) -> None:
    """Her membership ends; the mandate lies there still."""
    with writing():
        db.session.execute(
            delete(Membership).where(Membership.person_id == person.id, Membership.organisation_id == of.id)
        )


def signs_by_command(client: Client, code: str, sides: TwoSides) -> Any:
    token = pens.token_of(sides.seller)
    certificates = [base64.b64encode(token.certificate).decode()]
    shown = client.post(f"/sign/{code}/certificate", json={"certificates": certificates})
    if shown.status_code != 200:
        return shown
    from cryptography.hazmat.primitives import serialization

    from marketplace.contracts.signatures.preparing import signature_of

    key = serialization.load_der_private_key(token.key, password=None)
    signature = signature_of(key, base64.b64decode(shown.get_json()["attributes"]))
    return client.post(f"/sign/{code}/signature", json={"signature": base64.b64encode(signature).decode()})


def test_a_code_is_dead_once_its_maker_has_left(market: Flask, client: Client) -> None:
    sides, agreement = pens.ready_to_sign()
    with writing():
        code = codes.make(pens.document_of(agreement), SELLER, by=sides.signatory(SELLER))
    take_out(sides.seller, sides.seller_signatory)
    answer = signs_by_command(client, code, sides)
    assert answer.status_code == 422
    assert known.open_upload(pens.document_of(agreement)) is None


def test_a_file_of_somebody_who_leaves_during_the_check_is_refused(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    take_out(sides.seller, sides.seller_signatory)
    assert pens.judge(upload).refusal == Fault.NO_MANDATE.value


def test_nobody_takes_another_name_to_get_around_her_mandate(market: Flask) -> None:
    """She may sign up to a limit; whoever is called like the representative needs no mandate."""
    sides, agreement = pens.ready_to_sign()
    (mandate,) = known.mandates_of(sides.seller)
    with writing():
        mandates.end(mandate, by=sides.actor(SELLER))
    pens.mandate(sides.seller, sides.seller_signatory, limit_vnd=1_000_000)
    me = db.session.merge(sides.seller_signatory)
    with writing():
        people.edit(me, name=sides.seller.representative, phone=me.phone, locale="vi", by=sides.signatory(SELLER))
    with pytest.raises(Refused, match="vượt mức"):
        pens.send(agreement, SELLER, sides)


def suspended(organisation: Organisation) -> None:
    with writing():
        mine = Organisation.id == organisation.id
        db.session.execute(update(Organisation).where(mine).values(state=OrganisationState.SUSPENDED))
    db.session.expire_all()


@pytest.mark.parametrize("whose", list(Side))
def test_nobody_signs_while_one_of_the_two_is_suspended(market: Flask, whose: Side) -> None:
    sides, agreement = pens.ready_to_sign()
    file = pens.signed_file(agreement, SELLER)
    suspended(sides.organisation(whose))
    with pytest.raises(Refused):
        pens.send(agreement, SELLER, sides, file)


# --- a paper that names what is true no longer ---


@pytest.mark.parametrize("change", ["tax_code", "legal_name"])
@pytest.mark.parametrize("whose", list(Side))
def test_a_paper_that_names_other_details_is_not_signed(market: Flask, whose: Side, change: str) -> None:
    """The operator has accepted new legal details since the paper was issued: it would name somebody else."""
    sides, agreement = pens.ready_to_sign()
    value = factories.tax_code() if change == "tax_code" else "Hợp tác xã Tên mới"
    with writing():
        mine = Organisation.id == sides.organisation(whose).id
        db.session.execute(update(Organisation).where(mine).values({change: value}))
    db.session.expire_all()
    with pytest.raises(Refused):
        pens.send(agreement, SELLER, sides)


def test_details_that_change_during_a_check_refuse_the_file(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    with writing():
        mine = Organisation.id == sides.buyer.id
        db.session.execute(update(Organisation).where(mine).values(legal_name="Công ty Tên mới"))
    db.session.expire_all()
    assert pens.judge(upload).state is UploadState.REFUSED


def test_a_renamed_side_goes_on_with_a_version_of_its_own(market: Flask) -> None:
    """Who was renamed accepts no text with the old name; her own version names the new one and is signed."""
    sides, agreement = pens.ready_to_sign()
    with writing():
        mine = Organisation.id == sides.seller.id
        db.session.execute(update(Organisation).where(mine).values(legal_name="Hợp tác xã Tên mới"))
    db.session.expire_all()
    walk = Walk(sides)
    walk.ask_for_changes(agreement)
    walk.counter(agreement, BUYER)
    with pytest.raises(Refused, match="tên hoặc mã số thuế cũ"):
        walk.accept(agreement)
    db.session.rollback()
    walk.counter(agreement, SELLER)
    for step in ("accept", "review", "issue"):
        getattr(walk, step)(agreement)
    for side in Side:
        assert pens.sign(agreement, side, sides).state is UploadState.ACCEPTED
    assert again(agreement).state is AgreementState.ACTIVE


# --- the lighter ways ---


def test_a_memorandums_code_is_tried_five_times(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(kind=AgreementKind.MOU)
    document, by = pens.document_of(agreement), sides.signatory(SELLER)
    with writing():
        light.ask_for_code(document, SELLER, by=by)
    row = light._code_of(document, by)
    assert row is not None
    right = light._digits(str(row.prepared["nonce"]))
    for typed in ("", "x", "²²²²²²", "0" * 7, f"{(int(right) + 1) % 1_000_000:06d}"):
        with writing():
            assert not light.confirm_by_code(document, SELLER, typed, document.sha256, by=by)
    with writing():
        assert not light.confirm_by_code(document, SELLER, right, document.sha256, by=by)
    assert known.live_chain(document) == []


def again(agreement: Agreement) -> Agreement:
    db.session.expire_all()
    return db.session.get_one(Agreement, agreement.id)


def test_a_file_that_is_judged_twice_signs_once(market: Flask) -> None:
    """The worker was killed after the answer was written down, or the job came again."""
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides)
    for _time in range(2):
        pens.judge(upload)
    assert len(known.live_chain(pens.document_of(agreement))) == 1
    pens.sign(agreement, BUYER, sides)
    pens.judge(upload)
    assert again(agreement).state is AgreementState.ACTIVE


def test_a_worker_killed_between_the_check_and_its_end_leaves_a_file_that_is_checked_again(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.send(agreement, SELLER, sides)
    with writing():
        assert signing.begin_check(upload)
    db.session.rollback()
    with pytest.raises(Refused):
        pens.send(agreement, SELLER, sides)
    assert pens.judge(upload).state is UploadState.ACCEPTED


Member = Callable[[Any], Client]


def test_the_file_of_another_paper_is_not_ours(market: Flask) -> None:
    """Signed for one contract, sent in for its twin."""
    sides, first = pens.ready_to_sign()
    _sides, second = pens.again(sides)
    assert pens.sign(second, SELLER, sides, pens.signed_file(first, SELLER)).refusal == Fault.NOT_OURS.value


def test_a_file_lies_under_its_own_paper_for_its_own_side(app: Flask, client_of: Member) -> None:
    """Refs of other papers and of the other side's files in addresses lead nowhere."""
    with app.app_context():
        sides, first = pens.ready_to_sign()
        second = pens.again(sides)[1].ref
        upload, first_ref = pens.sign(first, SELLER, sides).ref, first.ref
    seller, buyer = client_of(sides.seller_signatory), client_of(sides.buyer_signatory)
    assert seller.get(f"/agreements/{first_ref}/uploads/{upload}").status_code == 200
    assert seller.get(f"/agreements/{second}/uploads/{upload}").status_code == 404
    assert buyer.get(f"/agreements/{first_ref}/uploads/{upload}").status_code == 404


def test_ways_that_the_kind_does_not_know_are_closed(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    document, by = pens.document_of(agreement), sides.signatory(SELLER)
    kept = signing.keep(b"%PDF-1.7 scan")
    for act in (
        lambda: light.ask_for_code(document, SELLER, by=by),
        lambda: light.send_scan(document, SELLER, kept, by=by),
        lambda: light.confirm_scan(document, SELLER, kept.sha256, by=by),
        lambda: signing.receive(document, BUYER, kept, Way.UPLOAD, by=sides.signatory(BUYER)),
    ):
        with pytest.raises(Refused), writing():
            act()


def test_a_signatory_of_the_other_side_signs_for_nobody(market: Flask) -> None:
    """Somebody in both organisations, who has signed for one of them."""
    sides, agreement = pens.ready_to_sign()
    factories.membership(sides.seller_signatory, sides.buyer, Role.SIGNATORY)
    pens.mandate(sides.buyer, sides.seller_signatory)
    pens.sign(agreement, SELLER, sides)
    both = factories.actor(sides.seller_signatory, sides.buyer, Role.SIGNATORY)
    kept = signing.keep(pens.signed_file(agreement, BUYER))
    with pytest.raises(Refused), writing():
        signing.receive(pens.document_of(agreement), BUYER, kept, Way.UPLOAD, by=both)
