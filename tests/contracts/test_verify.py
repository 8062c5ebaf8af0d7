"""The public check: by file, by address, by hash; it names paper and standing, and never the text or the sides."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Membership, Person
from marketplace.contracts.models import Agreement, Signature, SigningBase
from marketplace.contracts.services.evidence import plain
from marketplace.contracts.states.agreements import AgreementState, Evidence, Side
from marketplace.contracts.states.signing import Verdict, Way
from marketplace.core.database import db, writing
from marketplace.core.files import digest, store
from tests.clients import Client
from tests.contracts.making import TwoSides, Walk, agreement_in, document_of, two_sides
from tests.statements import statements

Members = Callable[[Any], Client]
SAME = "Giống từng byte với văn bản số"


@dataclass(frozen=True)
class Case:
    """An issued paper of two sides, and its file; requests need a context of their own each."""

    app: Flask
    sides: TwoSides
    ref: str
    document_id: int
    number: str
    token: str
    content: bytes

    @property
    def sha256(self) -> str:
        return digest(self.content)

    @property
    def base(self) -> SigningBase:
        return db.session.query(SigningBase).filter_by(document_id=self.document_id).one()

    def void(self) -> None:
        with self.app.app_context():
            Walk(self.sides).ask_for_changes(db.session.query(Agreement).filter_by(ref=self.ref).one())

    def roll_back(self) -> None:
        """The last signature no longer counts."""
        with self.app.app_context(), writing():
            last = db.session.get(Signature, self.base.signature_id)
            assert last is not None
            self.base.signature_id = last.parent_id


@pytest.fixture
def case(app: Flask) -> Case:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(AgreementState.SIGNING, sides)
        document = document_of(agreement)
        content = store().get(document.file_key)
        return Case(app, sides, agreement.ref, document.id, document.paper_number, document.token, content)


def send(client: Client, content: bytes, name: str = "hop-dong.pdf") -> Any:
    data = {"file": (io.BytesIO(content), name)}
    return client.post("/verify", data=data, content_type="multipart/form-data")


def sign(case: Case, side: Side, tail: bytes, verdict: Verdict = Verdict.ACCEPT) -> bytes:
    """A signature behind the file, as an accepted upload leaves it."""
    with case.app.app_context(), writing():
        base = case.base
        before = db.session.get(Signature, base.signature_id) if base.signature_id else None
        content = (store().get(before.file_key) if before else case.content) + tail
        key = f"{digest(content)}/signed.pdf"
        store().put(key, content)
        made = Signature(
            document_id=case.document_id, parent_id=before.id if before else None, side=side,
            person_id=case.sides.seller_signatory.id, evidence=Evidence.L2, way=Way.UPLOAD, file_key=key,
            sha256=digest(content), size=len(content), signer_name="TRẦN VĂN BÌNH", verdict=verdict, report={},
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        base.signature_id = made.id
    return content


# --- by file ---


def test_the_issued_file_is_known(client: Client, case: Case) -> None:
    answer = send(client, case.content)
    assert answer.status_code == 200
    assert f"{SAME} {case.number}, phiên bản 1" in answer.text
    assert "chưa có ai ký" in answer.text
    assert "đang ký" in answer.text
    assert case.sha256 in answer.text


def test_nothing_of_text_or_sides_is_shown(client: Client, case: Case) -> None:
    sign(case, Side.SELLER, b"\n%seller")
    for answer in (send(client, case.content), client.get(f"/verify/{case.token}")):
        for secret in ("Gạo", "HTX", "Hạ Long", "144.000.000", "TRẦN VĂN BÌNH", case.ref, "Kho"):
            assert secret not in answer.text, secret


def test_each_state_of_the_file_is_told_apart(client: Client, case: Case) -> None:
    one = sign(case, Side.SELLER, b"\n%seller")
    assert "đủ các chữ ký đang có giá trị" in send(client, one).text
    assert "tệp mới hơn kèm chữ ký" in send(client, case.content).text
    both = sign(case, Side.BUYER, b"\n%buyer", Verdict.HOLD)
    assert "Bản trước của văn bản" in send(client, one).text
    answer = send(client, both)
    assert "chưa có kết quả thu hồi" in answer.text or str(Verdict.HOLD.label) in answer.text
    case.roll_back()
    assert "đã bị rút" in send(client, both).text


def test_one_flipped_byte_is_told(client: Client, case: Case) -> None:
    changed = bytearray(case.content)
    changed[len(changed) // 2] ^= 1
    answer = send(client, bytes(changed))
    assert "hoặc tệp đã bị thay đổi" in answer.text
    assert "không giống từng byte với bản nào" in answer.text


def test_a_report_is_not_called_a_changed_paper(client: Client, case: Case) -> None:
    """It names the address of its paper, as the paper itself does."""
    answer = send(client, b"%PDF-1.7 report /verify/" + case.token.encode() + b"\n%%EOF\n")
    assert "Tệp này đã bị thay đổi" not in answer.text
    assert f"Đây không phải văn bản số {case.number}, hoặc tệp đã bị thay đổi" in answer.text
    assert "Báo cáo kiểm tra cũng ghi số văn bản" in answer.text


def test_something_behind_the_end_is_told(client: Client, case: Case) -> None:
    answer = send(client, case.content + b"\n1 0 obj <<>> endobj")
    assert "Tệp này đã bị thay đổi" in answer.text
    assert "phần thêm vào không phải chữ ký được sàn chấp nhận" in answer.text


def test_a_void_paper_is_called_void(client: Client, case: Case) -> None:
    case.void()
    for answer in (send(client, case.content), client.get(f"/verify/{case.token}")):
        assert "Văn bản này đã hủy" in answer.text
        assert "đang thương lượng" not in answer.text
        assert SAME not in answer.text
        assert "đang có giá trị" not in answer.text


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 nothing of ours", b"\x00" * 1000, "chữ".encode(), b"/verify/" + b"A" * 32]
)
def test_a_strange_file_is_not_known(client: Client, case: Case, content: bytes) -> None:
    answer = send(client, content)
    assert answer.status_code == 200
    assert "Sàn không biết tệp này" in answer.text


def test_a_missing_or_empty_or_large_file_is_refused_in_words(client: Client, case: Case) -> None:
    assert "Bạn hãy chọn tệp PDF" in client.post("/verify").text
    empty = send(client, b"")
    assert (empty.status_code, "Tệp không có nội dung" in empty.text) == (422, True)
    large = send(client, b"%PDF" + b"0" * (10 * 1024 * 1024))
    assert large.status_code in (413, 422)


def test_a_file_of_many_addresses_is_looked_at_briefly(client: Client, app: Flask, case: Case) -> None:
    content = b"".join(b"/verify/%032d\n" % number for number in range(50_000))

    def look() -> None:
        assert "Sàn không biết tệp này" in send(client, content).text

    assert statements(app, look) < 60


# --- by address and hash ---


def test_the_address_of_the_qr_code(client: Client, case: Case) -> None:
    answer = client.get(f"/verify/{case.token}")
    assert answer.status_code == 200
    assert f"Địa chỉ này thuộc văn bản số {case.number}" in answer.text
    assert case.sha256 in answer.text
    assert 'content="noindex"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("token", ["x", "A" * 32, "A" * 500, "..%2f..", "%00", "'; --"])
def test_a_wrong_address_leads_nowhere(client: Client, case: Case, token: str) -> None:
    assert client.get(f"/verify/{token}").status_code == 404


def test_a_mistyped_address_is_told_so_and_may_be_tried_again(client: Client, case: Case) -> None:
    wrong = client.get(f"/verify/{case.token[:-1]}")
    assert wrong.status_code == 404
    assert "Không có văn bản nào mang địa chỉ này" in wrong.text
    assert 'action="/verify"' in wrong.text
    assert case.number not in wrong.text


def test_a_hash_is_enough(client: Client, case: Case) -> None:
    spaced = " ".join((case.sha256[:32].upper(), case.sha256[32:]))
    assert f"{SAME} {case.number}" in client.get("/verify", query_string={"sha256": spaced}).text
    assert "Sàn không biết tệp này" in client.get("/verify?sha256=" + "0" * 64).text
    wrong = client.get("/verify?sha256=12g")
    assert "64 ký tự" in wrong.text
    assert 'value="12g"' in wrong.text


def test_english_is_complete(client: Client, case: Case) -> None:
    answer = client.get(f"/verify/{case.token}?lang=en")
    assert f"This address belongs to paper no. {case.number}" in answer.text


# --- what belongs to the sides ---


def test_files_are_for_the_sides_and_their_departments(client: Client, client_of: Members, case: Case) -> None:
    ref = case.ref
    with case.app.app_context():
        stranger = two_sides().manager
    officer = officer_of(case)
    paths = [f"/agreements/{ref}/document.pdf", f"/agreements/{ref}/evidence.zip", f"/agreements/{ref}/preview.pdf"]
    for path in paths:
        seen = [
            client_of(one).get(path).status_code for one in (case.sides.manager, case.sides.buyer_signatory, officer)
        ]
        assert seen == [200, 200, 200], path
        assert client_of(stranger).get(path).status_code == 404
        assert client.get(path).status_code == 303
    answer = client_of(case.sides.manager).get(paths[0])
    assert answer.data == case.content
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Content-Disposition"].endswith(f'{ref}-{plain(case.number)}.pdf"')


def officer_of(case: Case) -> Person:
    with case.app.app_context():
        assert case.sides.seller_department is not None
        mine = db.session.query(Membership).filter_by(organisation_id=case.sides.seller_department.id)
        found = mine.order_by(Membership.id).first()
        assert found is not None
        return db.session.get_one(Person, found.person_id)


def test_a_void_pdf_is_for_the_sides_only(client_of: Members, case: Case) -> None:
    case.void()
    path = f"/agreements/{case.ref}/document.pdf"
    assert client_of(case.sides.manager).get(path).data == case.content
    assert client_of(officer_of(case)).get(path).status_code == 404


def test_the_newest_file_is_handed_out_and_the_bare_one_on_demand(client_of: Members, case: Case) -> None:
    signed = sign(case, Side.SELLER, b"\n%seller")
    client, path = client_of(case.sides.manager), f"/agreements/{case.ref}/document.pdf"
    assert client.get(path).data == signed
    assert client.get(f"{path}?issued=1").data == case.content
    assert client.get(f"{path}?ordinal=7").status_code == 404


def test_the_page_offers_the_files(client_of: Members, case: Case) -> None:
    page = client_of(case.sides.manager).get(f"/agreements/{case.ref}").text
    assert f"/agreements/{case.ref}/document.pdf" in page
    assert f"/agreements/{case.ref}/evidence.zip" in page
    assert f"/verify/{case.token}" in page
