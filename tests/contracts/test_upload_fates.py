"""What the page of a signed file says after its check: whose turn it is, what a later list has told, what is void."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from marketplace.accounts.models import Membership, Organisation
from marketplace.contracts.jobs import signing as jobs
from marketplace.contracts.models import Agreement, SignedUpload, TrustRoot
from marketplace.contracts.queries.signing import method_in_words
from marketplace.contracts.services import agreements, trust
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.identity import fingerprint_of
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from marketplace.contracts.states.agreements import ReopenReason, Side
from marketplace.contracts.states.signing import UploadState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Role
from marketplace.core.database import db, writing
from tests.contracts import pens
from tests.contracts.browsing import browser_of
from tests.contracts.making import TwoSides

SELLER, BUYER = Side.SELLER, Side.BUYER


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def page_of(app: Flask, sides: TwoSides, upload: SignedUpload) -> str:
    person = sides.seller_signatory if upload.side is SELLER else sides.buyer_signatory
    ref = upload.document.agreement.ref
    return str(browser_of(app, person).get(f"/agreements/{ref}/uploads/{upload.ref}").text)


def signing_page(app: Flask, sides: TwoSides, agreement: Agreement) -> str:
    return str(browser_of(app, sides.seller_signatory).get(f"/agreements/{agreement.ref}/signing").text)


def another_authoritys(organisation: Organisation) -> Issued:
    """A certificate of a second authority that counts, whose list we hold."""
    authority = trial_authority.new_authority("CA thứ hai")
    with writing():
        root = {"fingerprint": fingerprint_of(authority.certificate), "der": authority.certificate}
        db.session.add(TrustRoot(name="CA thứ hai", **root))
        trust.take_list(authority.revocations(), by=SYSTEM)
    return authority.issue(Subject(name=organisation.legal_name, uids=(f"MST:{organisation.tax_code}",)))


def revoke_seller(sides: TwoSides) -> None:
    pens.publish({pens.serial_of(sides.seller): clock.now() - timedelta(days=1)})
    jobs.look_again()
    db.session.rollback()


def test_a_signature_on_hold_lets_the_other_side_sign_until_it_has(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    first = pens.sign(agreement, SELLER, sides)
    assert first.state is UploadState.HELD
    assert "Trong lúc đó bên kia vẫn ký được." in page_of(market, sides, first)
    second = pens.sign(agreement, BUYER, sides)
    assert "Trong lúc đó bên kia vẫn ký được." not in page_of(market, sides, first)
    assert "Trong lúc đó bên kia vẫn ký được." not in page_of(market, sides, second)


def test_the_last_to_sign_is_not_told_that_it_is_the_others_turn(market: Flask) -> None:
    """The seller's authority has handed out no list yet, the buyer's has."""
    sides, agreement = pens.ready_to_sign(with_list=False)
    pens.sign(agreement, SELLER, sides)
    upload = pens.sign(agreement, BUYER, sides, pens.signed_file(agreement, BUYER, another_authoritys(sides.buyer)))
    assert upload.state is UploadState.ACCEPTED
    text = page_of(market, sides, upload)
    assert "Bên kia được báo là đến lượt ký." not in text
    assert "Hai bên đã ký. Văn bản có hiệu lực ngay khi" in text


def test_what_a_list_lets_fall_is_not_called_accepted(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides)
    assert "Bên kia được báo là đến lượt ký." in page_of(market, sides, upload)
    revoke_seller(sides)
    text = page_of(market, sides, upload)
    assert "Chữ ký này không còn được tính" in text
    assert "Chữ ký được chấp nhận" not in text
    assert "không còn được tính" in signing_page(market, sides, agreement)


def test_a_held_signature_that_falls_is_said_to_have_failed_the_tenth_check(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign(with_list=False)
    upload = pens.sign(agreement, SELLER, sides)
    revoke_seller(sides)
    db.session.refresh(upload)
    assert upload.state is UploadState.REFUSED
    text = page_of(market, sides, upload)
    assert "Không có gì thay đổi" not in text
    assert "Chữ ký này đang tạm giữ và nay không còn được tính." in text
    tenth = text.partition("không bị thu hồi, có danh sách")[2][:160]
    assert "không đạt" in tenth


def test_a_file_of_a_void_document_is_no_success(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides)
    with writing():
        agreements.ask_for_changes(agreement, ReopenReason.FIGURES, "Sửa số lượng", by=sides.actor(BUYER))
    text = page_of(market, sides, upload)
    assert "Văn bản đã ký không còn giá trị" in text
    assert "Chữ ký được chấp nhận" not in text


def test_the_signing_page_says_at_its_top_what_is_wrong_below(market: Flask) -> None:
    """On a phone the field lies far below what is seen first."""
    sides, agreement = pens.ready_to_sign()
    client = browser_of(market, sides.seller_signatory)
    empty = {"file": (io.BytesIO(b""), "hop-dong.pdf")}
    answer = client.post(f"/agreements/{agreement.ref}/uploads", data=empty)
    assert answer.status_code == 422
    assert "data-focus" in answer.text.partition("Bằng phần mềm ký của bạn")[0]


def test_the_issued_file_itself_lacks_a_signature_and_nothing_before(market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides, pens.top_of(pens.document_of(agreement)))
    assert (upload.state, upload.report["step"]) == (UploadState.REFUSED, 3)


def test_who_cannot_sign_reads_whom_to_ask(app: Flask, market: Flask) -> None:
    sides, agreement = pens.ready_to_sign()
    here, manager, signs = (
        f"/agreements/{agreement.ref}/signing",
        browser_of(app, sides.manager),
        sides.seller_signatory,
    )
    assert f"Người ký của tổ chức bạn: {signs.name}." in manager.get(here).text
    assert "Người ký của" not in browser_of(app, sides.purchaser).get(here).text
    with writing():
        asked = Membership.person_id == signs.id, Membership.role == Role.SIGNATORY
        db.session.execute(delete(Membership).where(*asked))
    assert "chưa ai có vai trò người ký" in manager.get(here).text


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("sha256_rsa sha256", "RSA, SHA-256"),
        ("rsassa_pkcs1v15 sha512", "RSA, SHA-512"),
        ("rsassa_pss sha384", "RSA-PSS, SHA-384"),
        ("sha256_ecdsa sha256", "ECDSA, SHA-256"),
        (None, ""),
    ],
)
def test_how_a_file_was_signed_is_said_as_people_write_it(method: str | None, words: str) -> None:
    assert method_in_words(method) == words
