"""The PDF that is issued: what it says and how it is built, its number, what becomes of it when it is void."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from config import Settings, WrongSetting
from marketplace.contracts.jobs import papers as jobs
from marketplace.contracts.models import Agreement, Deadline, Document, DocumentVoiding, SigningBase
from marketplace.contracts.services import documents, numbering, seals
from marketplace.contracts.signatures.loops import apart
from marketplace.contracts.signatures.sealing import Seal, fault_of, own_seal
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock, papers
from marketplace.core.database import db, writing
from marketplace.core.files import digest, store
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts.making import Walk, agreement_in, complete, document_of, last_version, line, two_sides


@pytest.fixture
def issued(app: Flask) -> Iterator[Agreement]:
    with app.app_context():
        yield agreement_in(AgreementState.SIGNING)


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ").split())


def file_of(document: Document) -> bytes:
    return store().get(document.file_key)


def fields_of(reader: PdfReader) -> dict[str, Any]:
    form = reader.trailer["/Root"]["/AcroForm"]
    return {one.get_object()["/T"]: one.get_object() for one in form["/Fields"]}


# --- what it says ---


def test_an_agreed_paper_is_issued(issued: Agreement) -> None:
    document = document_of(issued)
    content = file_of(document)
    year = clock.today().year
    assert document.paper_number == issued.paper_number == f"01/{year}/HĐMB"
    assert (document.sha256, document.size) == (digest(content), len(content))
    assert document.pages == len(read(content).pages)
    assert (issued.turn, issued.state) == (Turn.SELLER, AgreementState.SIGNING)
    base = db.session.scalars(select(SigningBase).where(SigningBase.document_id == document.id)).one()
    assert base.signature_id is None
    running = select(Deadline).where(Deadline.agreement_id == issued.id, Deadline.closed_at.is_(None))
    assert [(one.kind, one.due_at) for one in db.session.scalars(running)] == [(DeadlineKind.SIGNING, issued.due_at)]


def test_it_says_what_a_contract_has_to_say(issued: Agreement) -> None:
    document = document_of(issued)
    said = words(read(file_of(document)))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"Số: {document.paper_number}",
        "HTX Gạo sạch",
        "Siêu thị Hạ Long",
        str(issued.seller.tax_code),
        "Gạo hữu cơ",
        "1.200 ±5%",
        "144.000.000 ₫",
        "Một trăm bốn mươi bốn triệu đồng",
        "Kho Hạ Long, Quảng Ninh",
        "Bất khả kháng",
        "ĐẠI DIỆN BÊN BÁN",
        f"Trang {document.pages} / {document.pages}",
        document.terms_sha256,
        f"/verify/{document.token}",
    ):
        assert part in said, part
    assert document.terms_sha256 == last_version(issued).sha256


@pytest.mark.parametrize(
    ("paper", "table"),
    [
        ("contract", "BẢNG KÊ VÀ ĐIỀU KIỆN CHÍNH"),
        ("termination", "HÀNG HÓA THEO HỢP ĐỒNG ĐƯỢC CHẤM DỨT"),
        ("liquidation", "HÀNG HÓA ĐÃ GIAO VÀ NGHIỆM THU"),
    ],
)
def test_a_table_of_goods_says_what_it_is_there_for(issued: Agreement, paper: str, table: str) -> None:
    text = words(read(documents.preview({**last_version(issued).terms, "paper": paper})))
    assert table in text


def test_its_qr_code_leads_to_the_check(issued: Agreement) -> None:
    terms = last_version(issued).terms
    from marketplace.contracts.queries.papers import CONTRACT, Issuing, contract_paper

    url = "https://cho-ocop.example/verify/abc"
    paper = contract_paper(terms, Issuing("01/2026/HĐMB", clock.today(), "ab" * 32, url))
    last = papers.pictures(CONTRACT, paper, dots_per_inch=150)[-1]
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(last)))] == [url]


def test_a_long_table_says_its_head_on_each_page(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        packs = [factories.variant(sides.product) for _ in range(80)]
        many = [line(pack, key=f"L{n}") for n, pack in enumerate(packs, 1)]
        agreement = agreement_in(AgreementState.SIGNING, sides, lines=many)
        reader = read(file_of(document_of(agreement)))
    pages = [page.extract_text() for page in reader.pages]
    with_rows = [page for page in pages if "Gạo hữu cơ" in page]
    assert len(with_rows) >= 4
    assert all("Hàng hóa, quy cách, chất lượng" in page for page in with_rows[:-1])


def test_no_page_holds_signatures_alone(issued: Agreement) -> None:
    document = document_of(issued)
    page = read(file_of(document)).pages[document.boxes["BenBan"]["page"] - 1].extract_text()
    assert "ký kết" in page.split("ĐẠI DIỆN BÊN BÁN")[0] or len(page.split("ĐẠI DIỆN BÊN BÁN")[0]) > 100


def test_the_way_to_check_a_paper_stands_with_its_signatures(issued: Agreement) -> None:
    """Whatever length the text has: one page holds both blocks and the QR code, and words of the contract above."""
    from marketplace.contracts.queries.papers import CONTRACT, Issuing, contract_paper

    terms = last_version(issued).terms
    lasts = set()
    for rows in range(0, 54, 3):
        closing = {**terms["clauses"][-1], "text": "\n".join(["Hai bên cùng thực hiện."] * (rows + 1))}
        longer = {**terms, "clauses": [*terms["clauses"][:-1], closing]}
        issuing = Issuing("01/2026/HĐMB", clock.today(), "ab" * 32, "https://cho-ocop.example/verify/abc")
        pages = [one.extract_text() for one in read(papers.made_of(CONTRACT, contract_paper(longer, issuing))).pages]
        before, _heading, after = pages[-1].partition("ĐẠI DIỆN BÊN BÁN")
        assert ("Kiểm tra văn bản:" in after, "Hai bên cùng thực hiện." in before) == (True, True), rows
        lasts.add(len(pages))
    assert len(lasts) > 1


# --- how it is built ---


def test_it_claims_pdf_a_2a_and_has_what_that_needs(issued: Agreement) -> None:
    reader = read(file_of(document_of(issued)))
    root = reader.trailer["/Root"]
    claim = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in claim
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in claim
    intent = root["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    assert len(intent["/DestOutputProfile"].get_object().get_data()) > 100
    assert str(root["/MarkInfo"]["/Marked"]) == "True"
    assert str(root["/Lang"]).startswith("vi")
    kinds = structure_of(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/P", "/Figure"} <= kinds
    assert all(font["/FontDescriptor"] for font in embedded_fonts(reader))


def structure_of(node: Any) -> set[str]:
    found = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += list(one)
        elif isinstance(one, dict):
            found |= {str(one["/S"])} if "/S" in one else set()
            waiting += [one["/K"]] if "/K" in one else []
    return found


def embedded_fonts(reader: PdfReader) -> list[Any]:
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return [font["/DescendantFonts"][0].get_object() for font in fonts]


def test_two_empty_fields_lie_in_the_reserved_blocks(issued: Agreement) -> None:
    document = document_of(issued)
    reader = read(file_of(document))
    fields = fields_of(reader)
    assert reader.trailer["/Root"]["/AcroForm"]["/SigFlags"] == 3
    assert set(fields) == {"BenBan", "BenMua", "ConDauSan"}
    for name in ("BenBan", "BenMua"):
        box = document.boxes[name]
        assert "/V" not in fields[name]
        assert [round(float(part), 1) for part in fields[name]["/Rect"]] == [round(part, 1) for part in box["rect"]]
        assert fields[name].raw_get("/P") == reader.pages[box["page"] - 1].indirect_reference
        left, bottom, right, top = box["rect"]
        assert (right - left, top - bottom) > (180, 80)
        assert bottom > 60


def test_the_seal_is_an_ordinary_signature_over_the_whole_file(issued: Agreement) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    content = file_of(document_of(issued))
    (seal,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    status = apart(validate_pdf_signature, seal, ValidationContext(trust_roots=[]))
    assert (status.intact, status.valid, seal.docmdp_level, seal.field_name) == (True, True, None, "ConDauSan")
    assert seal.sig_object["/ByteRange"][2] + seal.sig_object["/ByteRange"][3] == len(content)
    assert "/Perms" not in read(content).trailer["/Root"]


def test_a_signature_of_the_seller_is_all_that_changes(issued: Agreement) -> None:
    """Filling the field leaves PDF/A's claim, the flags and the first bytes as they were."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from marketplace.contracts.signatures.sealing import _signer

    content, out = file_of(document_of(issued)), io.BytesIO()
    signer, room = _signer(own_seal("HTX", made_at=clock.now()))
    meta = signers.PdfSignatureMetadata(field_name="BenBan")
    apart(
        signers.PdfSigner(meta, signer).sign_pdf,
        IncrementalPdfFileWriter(io.BytesIO(content)),
        existing_fields_only=True,
        output=out,
        bytes_reserved=room,
    )
    signed = out.getvalue()
    assert signed.startswith(content)
    first = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
    nobody = ValidationContext(trust_roots=[])
    status = apart(validate_pdf_signature, first, nobody, diff_policy=DEFAULT_DIFF_POLICY)
    assert status.modification_level == ModificationLevel.FORM_FILLING
    assert read(signed).trailer["/Root"]["/AcroForm"]["/SigFlags"] == 3


def test_a_draft_says_so_and_has_no_fields(issued: Agreement) -> None:
    reader = read(documents.preview(last_version(issued).terms))
    assert all("BẢN NHÁP" in page.extract_text() for page in reader.pages)
    assert "/AcroForm" not in reader.trailer["/Root"]
    assert "Kiểm tra văn bản" not in words(reader)
    assert len(documents.pictured(last_version(issued).terms)) == len(reader.pages)


# --- whether it may be issued ---


def test_nothing_is_issued_before_both_have_accepted(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(AgreementState.NEGOTIATING)
        with pytest.raises(Refused), writing():
            documents.issue(agreement)
        with pytest.raises(Refused):
            documents.drawn(agreement)
        assert db.session.scalar(select(Document.id)) is None


def test_the_job_issues_once(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(AgreementState.READY)
        jobs.issue(agreement=agreement.ref)
        jobs.issue(agreement=agreement.ref)
        assert len(db.session.scalars(select(Document)).all()) == 1


def test_a_void_paper_keeps_its_number(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        walk, agreement = Walk(sides), agreement_in(AgreementState.SIGNING, sides)
        first = document_of(agreement)
        walk.ask_for_changes(agreement)
        db.session.refresh(agreement)
        assert agreement.paper_number == ""
        assert db.session.scalars(select(DocumentVoiding)).one().document_id == first.id
        walk.counter(agreement, Side.SELLER)
        walk.accept(agreement)
        walk.review(agreement)
        walk.issue(agreement)
        second = document_of(agreement)
        year = clock.today().year
        assert (first.paper_number, second.paper_number) == (f"01/{year}/HĐMB", f"02/{year}/HĐMB")
        assert (first.ordinal, second.ordinal) == (1, 2)
        assert store().exists(first.file_key)


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        (AgreementKind.SALE, "HĐMB"),
        (AgreementKind.FRAMEWORK, "HĐNT"),
        (AgreementKind.DISTRIBUTION, "HĐPP"),
        (AgreementKind.MOU, "BBGN"),
    ],
)
def test_each_kind_has_its_book(app: Flask, kind: AgreementKind, sign: str) -> None:
    with app.app_context():
        sides = two_sides()
        for expected in ("01", "02"):
            agreement = agreement_in(AgreementState.SIGNING, sides, kind=kind)
            assert agreement.paper_number == f"{expected}/{clock.today().year}/{sign}"


def test_a_number_that_was_taken_meanwhile_is_drawn_anew(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        first, second = (agreement_in(AgreementState.READY, sides) for _ in range(2))
        early = documents.drawn(second)
        with writing():
            documents.issue(first)
        with pytest.raises(documents.Outdated), writing():
            documents.issue(second, early)
        assert numbering.expected(second) == 2
        jobs.issue(agreement=second.ref)
        db.session.refresh(second)
        assert second.paper_number.startswith("02/")


# --- the seal's key ---


def test_production_names_its_seal(settings: Settings, tmp_path: Path) -> None:
    bare = replace(settings, testing=False, demo=False, database_url="postgresql+psycopg://x/y")
    with pytest.raises(seals.NoSeal, match="SEAL_FILE"):
        seals.seal_of(bare)
    pem = tmp_path / "seal.pem"
    pem.write_bytes(own_seal("Sàn", made_at=clock.now()).pem)
    assert fault_of(seals.seal_of(replace(bare, seal_file=str(pem)))) == ""


def test_a_wrong_seal_file_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    for content in (None, b"no key"):
        path = tmp_path / f"{content is None}.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(WrongSetting, match="SEAL_FILE"):
            seals.check(replace(settings, seal_file=str(path)))
    seals.check(settings)


def test_a_seal_that_cannot_be_used_is_told() -> None:
    good, other = (own_seal(name, made_at=clock.now()).pem for name in ("A", "B"))
    mixed = (
        good.split(b"-----BEGIN CERTIFICATE")[0] + b"-----BEGIN CERTIFICATE" + other.split(b"-----BEGIN CERTIFICATE")[1]
    )
    assert fault_of(Seal(good)) == ""
    assert "another key" in fault_of(Seal(mixed))
    assert "PEM" in fault_of(Seal(b"nothing"))


def test_what_people_write_stays_text(app: Flask) -> None:
    hostile = '#read("/etc/passwd") *đậm* $x$ #import "@preview/x:1.0.0" \\ <b> {{ 7*7 }}'
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(AgreementState.SIGNING, sides, delivery={**delivery(sides), "place": hostile})
        assert hostile.replace("\\", "\\") in words(read(file_of(document_of(agreement))))


def delivery(sides: Any) -> dict[str, Any]:
    from marketplace.contracts.services.rules import library
    from marketplace.contracts.states.agreements import PaperKind
    from marketplace.contracts.terms.drafting import blank

    terms = blank(AgreementKind.SALE, PaperKind.CONTRACT, library(AgreementKind.SALE))
    return dict(complete(terms, sides.variant)["delivery"])


def test_many_people_make_no_difference_to_the_number_of_rows(app: Flask) -> None:
    """An issue writes one document, one base and one event."""
    with app.app_context():
        agreement = agreement_in(AgreementState.READY, two_sides())
        factories.person()
        jobs.issue(agreement=agreement.ref)
        assert len(db.session.scalars(select(Document)).all()) == 1
        assert len(db.session.scalars(select(SigningBase)).all()) == 1
