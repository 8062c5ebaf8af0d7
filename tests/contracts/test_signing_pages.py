"""Signing over HTTP: the page, the file, the command, codes by letter, scans, the trial signer, mandates, trust."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select, update
from werkzeug.serving import make_server

from config import Settings
from marketplace.contracts.models import Agreement, SignedUpload, SigningCode
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import codes, trial
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.trial_authority import Subject
from marketplace.contracts.states.agreements import AgreementState, Evidence, Side, Turn
from marketplace.contracts.states.signing import UploadState
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from tests.clients import Client
from tests.contracts import paperwork, pens, softhsm
from tests.contracts.browsing import Browser, browser_of
from tests.contracts.making import TwoSides

SELLER, BUYER = Side.SELLER, Side.BUYER


ClientOf = Callable[[Any], Browser]


@pytest.fixture
def client_of(app: Flask) -> ClientOf:
    return lambda person: browser_of(app, person)


@pytest.fixture
def market(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def page(agreement: Agreement, what: str = "signing") -> str:
    return f"/agreements/{agreement.ref}/{what}"


def posted(client: Browser, agreement: Agreement, content: bytes) -> Any:
    return client.post(page(agreement, "uploads"), data={"file": (io.BytesIO(content), "hop-dong.pdf")})


def now(agreement: Agreement) -> Agreement:
    db.session.rollback()
    db.session.refresh(agreement)
    return agreement


def test_a_signed_file_goes_from_the_page_into_force(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    for side, person in ((SELLER, sides.seller_signatory), (BUYER, sides.buyer_signatory)):
        client = client_of(person)
        assert "Gửi tệp đã ký" in client.get(page(agreement)).text
        answer = posted(client, agreement, pens.signed_file(agreement, side))
        assert answer.status_code == 303
        upload = known.upload_by_ref(answer.headers["Location"].rsplit("/", 1)[-1])
        assert upload is not None
        assert "data-poll" in client.get(answer.headers["Location"]).text
        pens.judge(upload)
        judged = client.get(answer.headers["Location"]).text
        assert all(one in judged for one in ("Chữ ký được chấp nhận", "RSA, SHA-256"))
        now(agreement)
    assert agreement.state is AgreementState.ACTIVE
    assert "Hai bên đã ký" in client_of(sides.buyer_signatory).get(page(agreement)).text


def test_the_upload_page_names_the_check_that_failed(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides, b"no pdf at all")
    text = client_of(sides.seller_signatory).get(page(agreement, f"uploads/{upload.ref}")).text
    assert str(Fault.NOT_A_PDF.label) in text
    assert "chưa xem" in text
    assert "Những gì đọc được" not in text


def test_what_one_side_sent_is_not_the_other_sides_business(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    upload = pens.sign(agreement, SELLER, sides, b"no pdf at all")
    assert client_of(sides.buyer_signatory).get(page(agreement, f"uploads/{upload.ref}")).status_code == 404


def test_a_form_without_a_file_says_so(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    answer = client_of(sides.seller_signatory).post(page(agreement, "uploads"), data={})
    assert (answer.status_code, db.session.scalar(select(SignedUpload.id))) == (422, None)
    assert "Hãy chọn tệp PDF mà phần mềm ký đã lưu." in answer.text


def test_the_demo_signer_exists_in_the_demonstration_only(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    client = client_of(sides.seller_signatory)
    assert "Ký bằng khóa thử" not in client.get(page(agreement)).text
    assert client.post(page(agreement, "demo-signature")).status_code == 404


def test_the_demo_signer_signs_with_the_trial_key(
    app: Flask, app_with: Callable[..., Flask], settings: Settings, tmp_path: Path
) -> None:
    demo = app_with(demo=True, media_url=str(tmp_path / "media"))
    with demo.app_context():
        sides, agreement = pens.ready_to_sign()
        with writing():
            trial.install(replace(settings, media_url=str(tmp_path / "media")))
        client = browser_of(demo, sides.seller_signatory)
        assert "Ký bằng khóa thử" in client.get(page(agreement)).text
        answer = client.post(page(agreement, "demo-signature"))
        upload = known.upload_by_ref(answer.headers["Location"].rsplit("/", 1)[-1])
        assert upload is not None
        assert pens.judge(upload).state is UploadState.ACCEPTED


# --- the command ---


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The same app behind a port, for a program of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def a_code(client: Browser, agreement: Agreement) -> str:
    import re

    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", client.post(page(agreement, "signing-codes")).text)
    assert found
    return found[0]


def token_file(folder: Path, sides: TwoSides) -> Path:
    path = folder / "token.p12"
    path.write_bytes(trial_authority.packed(pens.token_of(sides.seller), "HTX"))
    return path


def called(site: str, code: str, token: Path, pin: str = "123456") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/sign.py", code, "--site", site, "--token", str(token), "--yes"]
    db.session.rollback()
    return subprocess.run(command, capture_output=True, text=True, env={"SIGN_PIN": pin, "PATH": ""}, timeout=60)


def test_the_command_signs_what_it_has_reckoned_itself(
    market: Flask, client_of: ClientOf, site: str, tmp_path: Path
) -> None:
    sides, agreement = pens.ready_to_sign()
    code = a_code(client_of(sides.seller_signatory), agreement)
    done = called(site, code, token_file(tmp_path, sides))
    assert done.returncode == 0, done.stderr
    db.session.rollback()
    assert pens.document_of(agreement).paper_number in done.stdout
    (upload,) = db.session.scalars(select(SignedUpload)).all()
    assert pens.judge(upload).state is UploadState.ACCEPTED
    (signature,) = known.live_chain(pens.document_of(now(agreement)))
    assert (signature.way.value, agreement.turn) == ("token", Turn.BUYER)
    again = called(site, code, token_file(tmp_path, sides))
    assert (again.returncode, "Nothing was signed" in again.stderr) == (1, True)


def test_the_command_does_not_sign_with_a_wrong_pin(
    market: Flask, client_of: ClientOf, site: str, tmp_path: Path
) -> None:
    sides, agreement = pens.ready_to_sign()
    code = a_code(client_of(sides.seller_signatory), agreement)
    done = called(site, code, token_file(tmp_path, sides), pin="000000")
    assert (done.returncode, db.session.scalar(select(SignedUpload.id))) == (1, None)


needs_softhsm = pytest.mark.skipif(softhsm.module() is None, reason="SoftHSM is not installed")


def called_with_usb(site: str, code: str, tokens: softhsm.Tokens, *more: str, pin: str = softhsm.PIN) -> Any:
    command = [sys.executable, "tools/sign.py", code, "--site", site, "--module", str(softhsm.module()), "--yes", *more]
    db.session.rollback()
    return subprocess.run(command, capture_output=True, text=True, env={**tokens.env, "SIGN_PIN": pin}, timeout=60)


@needs_softhsm
def test_a_usb_token_signs_and_keeps_its_key(market: Flask, client_of: ClientOf, site: str, tmp_path: Path) -> None:
    sides, agreement = pens.ready_to_sign()
    tokens, own = softhsm.Tokens(tmp_path), pens.token_of(sides.seller)
    tokens.plug_in("HTX", own, python=sys.executable)
    code = a_code(client_of(sides.seller_signatory), agreement)
    wrong = called_with_usb(site, code, tokens, pin="000000")
    assert (wrong.returncode, "the PIN is wrong" in wrong.stderr) == (1, True), wrong.stderr
    assert "no such token" in called_with_usb(site, code, tokens, "--label", "ABC").stderr
    assert "--serial" in called_with_usb(site, code, tokens, "--serial", "12").stderr
    done = called_with_usb(site, code, tokens)
    assert done.returncode == 0, done.stderr
    db.session.rollback()
    (upload,) = db.session.scalars(select(SignedUpload)).all()
    assert pens.judge(upload).state is UploadState.ACCEPTED


@needs_softhsm
def test_a_usb_token_with_a_key_on_a_curve_signs(market: Flask, client_of: ClientOf, site: str, tmp_path: Path) -> None:
    sides, agreement = pens.ready_to_sign()
    uids = (f"MST:{sides.seller.tax_code}",)
    subject = Subject(name=sides.seller.legal_name, uids=uids)
    own = paperwork.authority().issue(subject, key=ec.generate_private_key(ec.SECP256R1()))
    tokens = softhsm.Tokens(tmp_path)
    tokens.plug_in("HTX", own, python=sys.executable)
    done = called_with_usb(site, a_code(client_of(sides.seller_signatory), agreement), tokens)
    assert done.returncode == 0, done.stderr
    db.session.rollback()
    (upload,) = db.session.scalars(select(SignedUpload)).all()
    assert pens.judge(upload).state is UploadState.ACCEPTED


@needs_softhsm
def test_of_several_tokens_and_certificates_one_is_named(
    market: Flask, client_of: ClientOf, site: str, tmp_path: Path
) -> None:
    sides, agreement = pens.ready_to_sign()
    tokens, own = softhsm.Tokens(tmp_path), pens.token_of(sides.seller)
    tokens.plug_in("HTX", own, pens.token_of(sides.buyer), python=sys.executable)
    tokens.plug_in("Kho", python=sys.executable)
    code = a_code(client_of(sides.seller_signatory), agreement)
    assert "say which with --label or --slot" in called_with_usb(site, code, tokens).stderr
    assert "with --serial" in called_with_usb(site, code, tokens, "--label", "HTX").stderr
    serial = f"{pens.serial_of(sides.seller):x}"
    done = called_with_usb(site, code, tokens, "--label", "HTX", "--serial", serial.upper())
    assert done.returncode == 0, done.stderr
    db.session.rollback()
    (upload,) = db.session.scalars(select(SignedUpload)).all()
    assert pens.judge(upload).state is UploadState.ACCEPTED


def test_a_code_dies_after_ten_minutes_and_when_the_base_moves(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    client = client_of(sides.seller_signatory)
    code = a_code(client, agreement)
    assert client.get(f"/sign/{code}").json["number"] == pens.document_of(agreement).paper_number
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert client.get(f"/sign/{code}").status_code == 404
    pens.sign(agreement, SELLER, sides)
    assert client.get(f"/sign/{code}").status_code == 404


def test_a_new_code_ends_the_one_before(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    client = client_of(sides.seller_signatory)
    first, second = a_code(client, agreement), a_code(client, agreement)
    assert (client.get(f"/sign/{first}").status_code, client.get(f"/sign/{second}").status_code) == (404, 200)
    stored = db.session.scalars(select(SigningCode.digest)).all()
    assert first.replace("-", "") not in stored
    assert second.replace("-", "") not in stored


@pytest.mark.parametrize(
    "sent", [{}, {"certificates": ["%%%"]}, {"certificates": ["AAAA"]}, {"certificates": []}, None]
)
def test_whatever_is_sent_to_a_code_gets_a_sentence(market: Flask, client_of: ClientOf, sent: Any) -> None:
    sides, agreement = pens.ready_to_sign()
    client = client_of(sides.seller_signatory)
    code = a_code(client, agreement)
    answer = (
        client.post(f"/sign/{code}/certificate", json=sent)
        if sent is not None
        else client.post(f"/sign/{code}/certificate", data="{", content_type="application/json")
    )
    assert answer.status_code in {400, 422}
    assert answer.json["error"]
    assert client.post(f"/sign/{code}/signature", json={"signature": "AAAA"}).status_code == 422


def test_a_server_that_prepares_something_else_gets_no_signature(market: Flask) -> None:
    sys.path.insert(0, "tools")
    try:
        import sign
    finally:
        sys.path.pop(0)
    sides, agreement = pens.ready_to_sign()
    token = pens.token_of(sides.seller)
    document = pens.document_of(agreement)
    issued, block = pens.top_of(document), known.block_of(document, SELLER)
    made = pens.preparing.prepare(issued, "BenBan", block, [token.certificate])
    digest = sign.digest_of(made.file, issued, (made.start, made.end))
    sign.check_attributes(made.attributes, digest, token.certificate)
    assert digest == made.digest
    other = sign.attributes_of(b"0" * 32, token.certificate).dump()
    for wrong in (
        lambda: sign.digest_of(made.file, issued[:-1] + b"x", (made.start, made.end)),
        lambda: sign.digest_of(made.file, issued, (made.start - 1, made.end)),
        lambda: sign.check_attributes(other, digest, token.certificate),
        lambda: sign.check_attributes(made.attributes, digest, pens.token_of(sides.buyer).certificate),
        lambda: sign.Site("http://example.com"),
    ):
        with pytest.raises(sign.Wrong):
            wrong()


def test_the_page_about_the_command_names_its_fingerprint(client: Client) -> None:
    import hashlib

    script = client.get("/sign/sign.py").data
    assert hashlib.sha256(script).hexdigest() in client.get("/sign").text
    assert codes.LENGTH == 12


# --- the lighter ways ---


def memorandum(level: Evidence) -> tuple[TwoSides, Agreement]:
    sides, agreement = pens.ready_to_sign()
    with writing():
        values = {"evidence": level, "turn": Turn.BOTH}
        db.session.execute(update(Agreement).where(Agreement.id == agreement.id).values(values))
    return sides, now(agreement)


def digits() -> str:
    db.session.rollback()
    last = select(Notice).where(Notice.template == "contracts/signing_code").order_by(Notice.id.desc())
    notice = db.session.scalars(last).first()
    assert notice
    return str(notice.context["code"])


def test_a_memorandum_is_confirmed_by_codes(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = memorandum(Evidence.L1)
    document = pens.document_of(agreement)
    for person in (sides.buyer_signatory, sides.seller_signatory):
        client = client_of(person)
        assert client.post(page(agreement, "letter-codes")).status_code == 303
        form = {"code": digits(), "sha256": document.sha256, "read": "y"}
        wrong = client.post(page(agreement, "letter-signature"), data={**form, "code": "000000"})
        assert (wrong.status_code, "Mã không đúng" in wrong.text) == (422, True)
        assert client.post(page(agreement, "letter-signature"), data=form).status_code == 303
    assert now(agreement).state is AgreementState.ACTIVE
    chain = known.live_chain(document)
    assert [(one.side, one.evidence) for one in chain] == [(BUYER, Evidence.L1), (SELLER, Evidence.L1)]


def test_five_wrong_digits_end_a_code(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = memorandum(Evidence.L1)
    client = client_of(sides.seller_signatory)
    client.post(page(agreement, "letter-codes"))
    right = {"code": digits(), "sha256": pens.document_of(agreement).sha256, "read": "y"}
    for _try in range(5):
        client.post(page(agreement, "letter-signature"), data={**right, "code": "000000"})
    assert client.post(page(agreement, "letter-signature"), data=right).status_code == 422
    assert known.live_chain(pens.document_of(now(agreement))) == []


def test_a_code_confirms_only_what_was_read(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = memorandum(Evidence.L1)
    client = client_of(sides.seller_signatory)
    client.post(page(agreement, "letter-codes"))
    answer = client.post(page(agreement, "letter-signature"), data={"code": digits(), "sha256": "0" * 64, "read": "y"})
    assert (answer.status_code, known.live_chain(pens.document_of(now(agreement)))) == (422, [])


def test_a_sale_is_not_confirmed_by_a_code(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = pens.ready_to_sign()
    answer = client_of(sides.seller_signatory).post(page(agreement, "letter-codes"))
    assert (answer.status_code, "chữ ký số của tổ chức" in answer.text) == (422, True)


def test_a_scan_is_confirmed_by_the_other_side(market: Flask, client_of: ClientOf) -> None:
    sides, agreement = memorandum(Evidence.L0)
    seller, buyer = client_of(sides.seller_signatory), client_of(sides.buyer_signatory)
    sent = {"scan": (io.BytesIO(b"%PDF-1.7 scan"), "ban-quet.pdf")}
    assert seller.post(page(agreement, "scans"), data=sent).status_code == 303
    (scan,) = known.live_chain(pens.document_of(now(agreement)))
    assert "Đúng, đây là bản đã ký" in buyer.get(page(agreement)).text
    assert buyer.post(page(agreement, "scan-confirmation"), data={"sha256": "0" * 64}).status_code == 422
    assert buyer.post(page(agreement, "scan-confirmation"), data={"sha256": scan.sha256}).status_code == 303
    assert now(agreement).state is AgreementState.ACTIVE
    assert {one.sha256 for one in known.live_chain(pens.document_of(agreement))} == {scan.sha256}
