"""The evidence package: it checks out without the marketplace; papers of deliveries say what was handed over."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement, Signature, SigningBase
from marketplace.contracts.queries.delivery_papers import DELIVERY, minutes_paper, slip_paper
from marketplace.contracts.queries.papers import spelt
from marketplace.contracts.services import evidence
from marketplace.contracts.states.agreements import AgreementState, Evidence, Side
from marketplace.contracts.states.signing import Verdict, Way
from marketplace.core import clock, papers
from marketplace.core.database import db, writing
from marketplace.core.files import store
from tests.clients import Client
from tests.contracts import changing
from tests.contracts import performing as perform
from tests.contracts.making import Walk, add_signature, agreement_in, department, document_of, officer_of, two_sides

Members = Callable[[Any], Client]
KNOWLEDGE = ("SHA-256", "UTF-8", "64 chữ số 0", "null")


@pytest.fixture
def issued(app: Flask) -> Iterator[Agreement]:
    with app.app_context():
        yield agreement_in(AgreementState.SIGNING)


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def said(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def rechecked(lines: bytes) -> list[int]:
    """The numbers of events that follow from the one before and from what they say, as a stranger computes it."""
    before, good = "0" * 64, []
    for line in lines.decode().splitlines():
        one = json.loads(line)
        body = json.dumps(one["event"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        whole = hashlib.sha256((one["previous"] + body).encode()).hexdigest()
        if one["previous"] == before and (one["event"] is None or whole == one["hash"]):
            good.append(one["number"])
        before = one["hash"]
    return good


def test_the_package_holds_everything_and_its_sums_are_right(issued: Agreement) -> None:
    files = opened(evidence.package(issued))
    number = evidence.plain(issued.paper_number)
    assert set(files) == {
        f"{number}-issued.pdf", "report.json", "report.pdf", "terms-v1.json", "events.jsonl", "SHA256SUMS",
        "DOC-TRUOC.txt",
    }  # fmt: skip
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in sums}
    assert set(files) - set(sums) == {"SHA256SUMS", "DOC-TRUOC.txt"}
    document = document_of(issued)
    assert hashlib.sha256(files["terms-v1.json"]).hexdigest() == document.terms_sha256
    assert hashlib.sha256(files[f"{number}-issued.pdf"]).hexdigest() == document.sha256
    read_first = files["DOC-TRUOC.txt"].decode()
    assert "HỒ SƠ CHỨNG CỨ" in read_first
    # without these a stranger computes other hashes
    assert [word for word in KNOWLEDGE if word not in read_first] == []


def test_a_stranger_can_recompute_the_chain(issued: Agreement) -> None:
    lines = opened(evidence.package(issued))["events.jsonl"]
    count = len(lines.decode().splitlines())
    assert rechecked(lines) == list(range(1, count + 1))
    forged = lines.replace(b'"kind":"accept"', b'"kind":"refuse"')
    assert rechecked(forged) != list(range(1, count + 1))


def test_a_department_gets_the_negotiation_as_hashes_only(issued: Agreement) -> None:
    lines = opened(evidence.package(issued, of_sides=False))["events.jsonl"]
    events = [json.loads(line) for line in lines.decode().splitlines()]
    shown = [one["event"]["kind"] for one in events if one["event"]]
    assert "send" not in shown
    assert {"accept", "issue"} <= set(shown)
    assert rechecked(lines) == [one["number"] for one in events]


def test_the_report_says_what_is_known(issued: Agreement) -> None:
    document = document_of(issued)
    told = evidence.report(document)
    assert (told["verdict"], told["signatures"], told["faults"]) == ("incomplete", [], [])
    assert told["document"]["terms_sha256"] == document.terms_sha256
    assert told["document"]["verify"].endswith(f"/verify/{document.token}")
    assert [one["state"] for one in told["reviews"]] == ["approved", "approved"]
    paper = said(evidence.report_pdf(document, told, evidence.shown_events(issued, of_sides=True)))
    for part in ("BÁO CÁO KIỂM TRA", document.paper_number, document.sha256, "Chưa đủ chữ ký", "Sở Công Thương"):
        assert part in paper, part
    assert json.loads(json.dumps(told)) == told


def test_signatures_stand_in_it_with_their_verdicts(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(AgreementState.SIGNING, sides)
        document = document_of(agreement)
        checked = {
            "coverage": "entire_file", "bound_by": "tax_code", "mandate": "mandate", "revocation": "good",
            "lists": [{"number": "17", "sha256": "ab" * 32, "issuer": "CA Thử"}],
        }  # fmt: skip
        with writing():
            add_signature(agreement, Side.BUYER, sides)
            last = db.session.query(SigningBase).filter_by(document_id=document.id).one()
            made = Signature(
                document_id=document.id, parent_id=last.signature_id, side=Side.SELLER, evidence=Evidence.L2,
                person_id=sides.seller_signatory.id, way=Way.UPLOAD, file_key=document.file_key, issuer="CA Thử",
                sha256=document.sha256, size=document.size, signer_name="HTX Gạo sạch", serial="54:21",
                verdict=Verdict.ACCEPT, report=checked,
            )  # fmt: skip
            db.session.add(made)
            db.session.flush()
            last.signature_id = made.id
        told = evidence.report(document)
        assert [one["side"] for one in told["signatures"]] == ["buyer", "seller"]
        paper = said(evidence.report_pdf(document, told, []))
        for part in ("CA Thử", "54:21", "số 17", "ab" * 32, "toàn bộ tệp", "mã số thuế trong chứng thư số"):
            assert part in paper, part
        assert told["signatures"][1]["checked"]["lists"][0]["number"] == "17"


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ((Verdict.ACCEPT, Verdict.ACCEPT), "valid"),
        ((Verdict.ACCEPT,), "incomplete"),
        ((Verdict.ACCEPT, Verdict.HOLD), "hold"),
        ((Verdict.REVOKED, Verdict.ACCEPT), "revoked"),
    ],
)
def test_one_word_for_the_whole(issued: Agreement, verdicts: tuple[Verdict, ...], whole: str) -> None:
    from marketplace.contracts.queries.evidence import Signed, verdict_of

    found = [Signed(Signature(side=side), verdict, None) for side, verdict in zip(Side, verdicts, strict=False)]
    assert verdict_of(issued, found, []) == whole
    assert verdict_of(issued, found, ["x"]) == "faulty"


def test_a_file_that_was_replaced_is_a_fault(issued: Agreement) -> None:
    document = document_of(issued)
    whole = store().get(document.file_key)
    store().put(document.file_key, whole + b"x")
    told = evidence.report(document)
    assert told["verdict"] == "faulty"
    assert "không còn giống từng byte" in told["faults"][0]
    assert "Không hợp lệ" in said(evidence.report_pdf(document, told, []))
    store().put(document.file_key, whole)


def test_void_papers_are_kept_in_it(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(AgreementState.SIGNING, sides)
        number = evidence.plain(agreement.paper_number)
        Walk(sides).ask_for_changes(agreement)
        names = set(opened(evidence.package(agreement)))
    assert f"void-{number}-issued.pdf" in names
    assert "report.json" not in names


# --- papers of deliveries ---


def test_the_slip_says_what_is_called(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = perform.contract_in_force(sides)
        call_off = perform.call(agreement, sides, L1=100)
        paper = said(papers.made_of(DELIVERY, slip_paper(call_off)))
    for part in (
        "ĐƠN GỌI HÀNG",
        "01/ĐGH",
        "Gạo hữu cơ",
        "12.000.000 ₫",
        "Mười hai triệu đồng",
        "Kho Hạ Long",
        agreement.ref,
    ):
        assert part in paper, part


def test_minutes_are_empty_before_the_check_and_full_after_it(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = perform.contract_in_force(sides)
        perform.stock(sides)
        call_off = perform.call(agreement, sides, L1=100)
        order = perform.deliver(call_off, sides)
        before = said(papers.made_of(DELIVERY, minutes_paper(call_off, order)))
        assert "được điền khi giao nhận hàng" in before
        assert "nghiệm thu." not in before.split("điền khi")[0]
        perform.check(call_off, sides, rejected=10)
        db.session.refresh(order)
        after = said(papers.made_of(DELIVERY, minutes_paper(call_off, order)))
    for part in ("BIÊN BẢN GIAO NHẬN, NGHIỆM THU", "01/BBGN-NT", "100 100 90 10", "Không đạt:", "10.800.000 ₫"):
        assert part in after, part


def test_papers_of_deliveries_bear_the_day_of_the_act_whenever_they_are_printed(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = perform.contract_in_force(sides)
        perform.stock(sides)
        call_off = perform.call(agreement, sides, L1=100)
        order = perform.deliver(call_off, sides)
        days = [slip_paper(call_off)["day"], minutes_paper(call_off, order)["day"]]
        assert days == [spelt(clock.today()), None]
        perform.check(call_off, sides)
        db.session.refresh(order)
        checked_on = spelt(clock.today())
        with clock.frozen(clock.now() + timedelta(days=40)):
            assert [slip_paper(call_off)["day"], minutes_paper(call_off, order)["day"]] == [days[0], checked_on]


def test_papers_of_deliveries_are_for_both_sides(app: Flask, client: Client, client_of: Members) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = perform.contract_in_force(sides)
        perform.stock(sides)
        call_off = perform.call(agreement, sides, L1=10)
        base = f"/agreements/{agreement.ref}/call-offs/{call_off.ref}"
    sees = [client_of(one) for one in (sides.manager, sides.purchaser)]
    assert [one.get(f"{base}/slip.pdf").status_code for one in sees] == [200, 200]
    assert [one.get(f"{base}/minutes.pdf").status_code for one in sees] == [404, 404]
    with app.app_context():
        perform.ship(db.session.merge(call_off), sides)
    assert [one.get(f"{base}/minutes.pdf").mimetype for one in sees] == ["application/pdf"] * 2
    assert client.get(f"{base}/slip.pdf").status_code == 303


def test_departments_read_the_papers_of_deliveries_once_they_know_the_contract(app: Flask, client_of: Members) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = perform.contract_in_force(sides)
        perform.stock(sides)
        call_off = perform.call(agreement, sides, L1=10)
        perform.ship(call_off, sides)
        base = f"/agreements/{agreement.ref}/call-offs/{call_off.ref}"
        officers = [
            db.session.get_one(Person, officer_of(department(place)).person_id)
            for place in ("quang-tri", "quang-ninh", "hai-duong")
        ]
    readers = [client_of(one) for one in officers]
    for paper in ("slip.pdf", "minutes.pdf"):
        assert [one.get(f"{base}/{paper}").status_code for one in readers] == [200, 200, 404]
    # they read, and do nothing
    assert [one.post(base, data={"act": "place"}).status_code for one in readers] == [403, 403, 404]
    with app.app_context(), writing():
        db.session.get_one(Agreement, agreement.id).shown_to_departments_at = None
    assert [one.get(f"{base}/slip.pdf").status_code for one in readers] == [404, 404, 404]


def test_an_annex_says_what_changes(app: Flask) -> None:
    with app.app_context():
        contract, sides = changing.in_force()
        paper = changing.annex(contract, sides)
        changing.rewrite(paper, sides, lines=changing.lines_with(paper, price_vnd=125_000))
        changing.walk(paper, sides, "send", "accept", "review", "issue")
        told = said(store().get(document_of(paper).file_key))
        for part in ("PHỤ LỤC HỢP ĐỒNG", contract.paper_number, "NHỮNG ĐIỂM THAY ĐỔI", "120.000 ₫ 125.000 ₫"):
            assert part in told, part
        assert document_of(paper).paper_number.endswith("/PLHĐ")
