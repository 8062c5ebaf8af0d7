"""Disputes: opened, answered, mediated, settled by both, taken to court, taken back; the contract stays as signed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement, Deadline, Dispute
from marketplace.contracts.queries.disputes import words_of
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import disputing, proofs
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.services.reminding import pass_deadline
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.performing import DeadlineKind, DisputeState, DisputeSubject
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests.access.things import jpeg
from tests.clients import Client
from tests.contracts.changing import again, happened, in_force, refused, somebody, told, versions_of
from tests.contracts.making import TwoSides, agreement_in, officer_of

Frozen = Callable[[datetime], datetime]
D = DisputeState


def begin(contract: Agreement, sides: TwoSides, side: Side = Side.BUYER) -> Dispute:
    with writing():
        return disputing.open_dispute(
            contract, side, Complaint(DisputeSubject.QUALITY, "Gạo ẩm."), by=sides.actor(side)
        )


def propose(dispute: Dispute, sides: TwoSides, side: Side, words: str = "Giảm 5 %.") -> None:
    with writing():
        disputing.propose_settlement(dispute, side, words, by=sides.actor(side))


def confirm(dispute: Dispute, sides: TwoSides, side: Side, mark: str = "") -> bool:
    mark = mark or disputing.settlement_mark(dispute)
    with writing():
        return disputing.confirm_settlement(dispute, side, mark, by=sides.actor(side))


def test_opened_it_marks_the_contract_and_awaits_an_answer(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        before = [one.sha256 for one in versions_of(contract)]
        dispute = begin(contract, sides)
        assert (again(contract).is_disputed, dispute.state, told("dispute_opened")) == (True, D.OPEN, 1)
        assert dispute.due_at == end_of_workday(7)
        assert [one.sha256 for one in versions_of(contract)] == before
        with writing():
            disputing.answer(dispute, Side.SELLER, "Hàng khô khi giao.", by=sides.actor(Side.SELLER))
        assert (again(dispute).state, told("dispute_answered")) == (D.ANSWERED, 1)
        assert dispute.due_at is None


def test_only_the_other_side_answers_and_only_the_opener_takes_back(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        refused(lambda: answer(dispute, sides, Side.BUYER), "Bên kia là bên trả lời")
        refused(lambda: take_back(dispute, sides, Side.SELLER), "bên mở tranh chấp")
        take_back(dispute, sides, Side.BUYER)
        assert (again(dispute).state, again(contract).is_disputed) == (D.WITHDRAWN, False)
        refused(lambda: answer(dispute, sides, Side.SELLER), "đã khép lại")


def test_settled_when_both_confirm_the_same_words(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        refused(lambda: confirm(dispute, sides, Side.SELLER), "Chưa ai đưa ra")
        propose(dispute, sides, Side.SELLER)
        old = disputing.settlement_mark(dispute)
        refused(lambda: confirm(dispute, sides, Side.SELLER), "xác nhận phương án này rồi")
        propose(dispute, sides, Side.SELLER, "Giảm 8 %.")
        refused(lambda: confirm(dispute, sides, Side.BUYER, old), "đã thay đổi")
        assert confirm(dispute, sides, Side.BUYER) is True
        assert (again(dispute).state, again(contract).is_disputed) == (D.SETTLED, False)
        assert happened(contract)[-2:] == ["dispute_settled", "disputed_lifted"]


def test_a_mediator_proposes_and_both_have_to_confirm(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        department = sides.buyer_department
        assert department is not None
        with writing():
            disputing.ask_mediation(dispute, Side.BUYER, department, by=sides.actor(Side.BUYER))
        with writing():
            disputing.propose_settlement(dispute, None, "Đổi 20 bao.", by=officer_of(department))
        assert (again(dispute).state, dispute.mediator_id) == (D.MEDIATION, department.id)
        assert confirm(dispute, sides, Side.SELLER) is False
        assert confirm(dispute, sides, Side.BUYER) is True
        assert again(dispute).state is D.SETTLED


def test_pages_say_whom_a_settlement_waits_for(app: Flask, client_of: Callable[[Any], Client]) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute, department = begin(contract, sides), sides.buyer_department
        assert department is not None
        with writing():
            disputing.ask_mediation(dispute, Side.BUYER, department, by=sides.actor(Side.BUYER))
        officer, seller = officer_of(department), sides.actor(Side.SELLER)
        people = [db.session.get_one(Person, one.person_id) for one in (officer, seller)]
        page, desk = f"/agreements/{contract.ref}/disputes/{dispute.ref}", f"/department/agreements/{contract.ref}"
        buyer, both = contract.buyer.name, f"{contract.seller.name}, {contract.buyer.name}"
        mediator, side = (client_of(one) for one in people)
        mark, settlement = dispute.id, {"settlement": "Đổi 20 bao."}
    assert f'href="{page}"' in mediator.get("/department").text
    begun = mediator.get(page).text
    assert "đọc ý kiến hai bên rồi đề xuất một phương án" in begun
    assert f'href="{desk}"' in begun
    assert mediator.post(f"{page}/settlement", data=settlement).status_code == 303
    assert f"{both} xác nhận phương án" in mediator.get(page).text
    assert "Đến lượt bạn" in side.get(page).text
    with app.app_context():
        assert confirm(db.session.get_one(Dispute, mark), sides, Side.SELLER) is False
    for client in (mediator, side):
        text = client.get(page).text
        assert f"{both} xác nhận phương án" not in text
        assert f"{buyer} xác nhận phương án" in text


def test_only_one_of_the_two_departments_mediates(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        for nobody in (None, sides.seller):
            refused(lambda nobody=nobody: ask(dispute, sides, nobody), "hai Sở")  # type: ignore[misc]


def test_taken_to_court_with_a_reference(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        refused(lambda: escalate(dispute, sides, ""), "số vụ việc")
        escalate(dispute, sides, "TAND khu vực 1, 12/2026/TLST-KDTM")
        assert (again(dispute).state, again(contract).is_disputed) == (D.ESCALATED, False)


def test_the_mark_stays_until_the_last_dispute_has_ended(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        first, second = begin(contract, sides), begin(contract, sides, Side.SELLER)
        take_back(first, sides, Side.BUYER)
        assert again(contract).is_disputed
        take_back(second, sides, Side.SELLER)
        assert not again(contract).is_disputed


def test_silence_decides_nothing(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = begin(contract, sides)
        assert dispute.due_at is not None
        frozen(dispute.due_at + timedelta(minutes=1))
        for _time in range(2):
            for row in db.session.query(Deadline).filter(Deadline.kind == DeadlineKind.DISPUTE_ANSWER).all():
                with writing():
                    pass_deadline(row)
        assert (again(dispute).state, told("dispute_unanswered")) == (D.OPEN, 1)
        answer(dispute, sides, Side.SELLER)
        assert again(dispute).state is D.ANSWERED


@pytest.mark.parametrize("state", [AgreementState.SIGNING, AgreementState.CANCELLED])
def test_not_before_it_is_in_force(app: Flask, state: AgreementState) -> None:
    with app.app_context():
        contract = agreement_in(state)
        by = somebody(contract)

        def act() -> None:
            with writing():
                disputing.open_dispute(contract, Side.SELLER, Complaint(DisputeSubject.OTHER, "…"), by=by)

        refused(act, "đã có hiệu lực")


def test_files_are_kept_privately_and_words_only_grow(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        files = [proofs.keep(io.BytesIO(jpeg()), "ảnh.jpg"), proofs.keep(io.BytesIO(b"%PDF-1.7 x"), "biên bản.pdf")]
        dispute = begin(contract, sides)
        with writing():
            disputing.say(dispute, "Xem ảnh.", files, by=sides.actor(Side.BUYER))
        said = words_of(dispute)
        assert [(one.words, one.file_name) for one in said] == [("Xem ảnh.", "ảnh.jpg"), ("", "biên bản.pdf")]
        with pytest.raises(Exception, match="only grows"), writing():
            db.session.delete(db.session.merge(said[0]))


def test_what_is_neither_photo_nor_pdf_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(Refused):
        proofs.keep(io.BytesIO(b"MZ\x90\x00"), "tệp.exe")


def answer(dispute: Dispute, sides: TwoSides, side: Side) -> None:
    with writing():
        disputing.answer(dispute, side, "Không đúng.", by=sides.actor(side))


def take_back(dispute: Dispute, sides: TwoSides, side: Side) -> None:
    with writing():
        disputing.withdraw(dispute, side, by=sides.actor(side))


def ask(dispute: Dispute, sides: TwoSides, who: object) -> None:
    with writing():
        disputing.ask_mediation(dispute, Side.BUYER, who, by=sides.actor(Side.BUYER))  # type: ignore[arg-type]


def escalate(dispute: Dispute, sides: TwoSides, reference: str) -> None:
    with writing():
        disputing.escalate(dispute, Side.BUYER, reference, by=sides.actor(Side.BUYER))
