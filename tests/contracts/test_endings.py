"""How a contract ends: by both, by one with a notice, by time, by delivery; what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from marketplace.contracts.jobs.terms import follow_terms, is_waiting
from marketplace.contracts.models import Agreement, Deadline, Dispute
from marketplace.contracts.services import disputing, endings, renewing, terminating
from marketplace.contracts.services.reminding import pass_deadline
from marketplace.contracts.states.agreements import AgreementState, CancelReason, PaperKind, Side, TerminationGround
from marketplace.contracts.states.performing import DeadlineKind, DisputeSubject
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests.contracts import changing
from tests.contracts.changing import (
    after,
    again,
    annex,
    first_day,
    happened,
    in_force,
    last_day,
    minutes,
    refused,
    set_book,
    sign,
    told,
)
from tests.contracts.making import TwoSides, agreement_in

Frozen = Callable[[datetime], datetime]
S = AgreementState
DONE = {"called": 1200, "confirmed": 1200, "delivered": 1200, "accepted": 1200}


def close(contract: Agreement, sides: TwoSides, side: Side) -> bool:
    with writing():
        return endings.confirm_closing(contract, side, by=sides.actor(side))


def notify(contract: Agreement, sides: TwoSides, ground: TerminationGround, days: int, words: str = "Lý do.") -> None:
    until = clock.today() + timedelta(days=days)
    with writing():
        terminating.give_notice(contract, Side.SELLER, ground, words, until, by=sides.actor(Side.SELLER))


def quarrel(contract: Agreement, sides: TwoSides) -> Dispute:
    complaint = disputing.Complaint(DisputeSubject.QUALITY, "Gạo ẩm.")
    with writing():
        return disputing.open_dispute(contract, Side.BUYER, complaint, by=sides.actor(Side.BUYER))


# --- both say so -----------------------------------------------------------------------------------------------------


def test_completed_when_both_confirm(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        assert close(contract, sides, Side.SELLER) is False
        assert (again(contract).state, told("closing_asked")) == (S.ACTIVE, 1)
        refused(lambda: close(contract, sides, Side.SELLER), "xác nhận rồi")
        assert close(contract, sides, Side.BUYER) is True
        assert again(contract).state is S.COMPLETED
        assert told("ended_completed") == 4
        refused(lambda: close(contract, sides, Side.BUYER), "hoàn tất")


def test_a_confirmation_is_taken_back(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        close(contract, sides, Side.SELLER)
        with writing():
            endings.take_back_closing(contract, Side.SELLER, by=sides.actor(Side.SELLER))
        assert close(contract, sides, Side.BUYER) is False
        assert again(contract).state is S.ACTIVE


def test_not_completed_while_a_dispute_is_open(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = quarrel(contract, sides)
        refused(lambda: close(contract, sides, Side.SELLER), dispute.ref)
        refused(lambda: minutes(contract, sides, PaperKind.LIQUIDATION), dispute.ref)
        assert again(contract).seller_closed_at is None


# --- minutes ---------------------------------------------------------------------------------------------------------


def test_minutes_of_termination_end_it_when_both_have_signed(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        other = annex(contract, sides)
        paper = minutes(contract, sides, PaperKind.TERMINATION)
        refused(lambda: minutes(contract, sides, PaperKind.TERMINATION), "Đang có biên bản")
        assert changing.draft_terms(paper)["references"]["contract"] == contract.ref
        sign(paper, sides)
        assert again(contract).state is S.TERMINATED
        assert again(paper).state is S.ACTIVE
        assert (again(other).state, other.cancel_reason) == (S.CANCELLED, CancelReason.LAPSED)
        assert changing.running_deadlines(contract) == []


def test_minutes_of_liquidation_name_what_was_accepted_and_complete_it(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        set_book(contract, called=900, confirmed=900, delivered=900, accepted=880, rejected=20)
        paper = minutes(contract, sides, PaperKind.LIQUIDATION)
        (line,) = changing.draft_terms(paper)["lines"]
        assert (line["quantity"], line["amount_vnd"]) == ("880", 880 * 120_000)
        sign(paper, sides)
        assert again(contract).state is S.COMPLETED


def test_an_ended_contract_is_liquidated_without_moving(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        close(contract, sides, Side.SELLER)
        close(contract, sides, Side.BUYER)
        sign(minutes(contract, sides, PaperKind.LIQUIDATION), sides)
        assert again(contract).state is S.COMPLETED
        assert happened(contract)[-1] == "liquidated"


# --- one side alone --------------------------------------------------------------------------------------------------


def test_a_notice_stops_call_offs_and_ends_the_contract_after_its_last_day(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        draft = annex(contract, sides)
        notify(contract, sides, TerminationGround.BREACH, 10)
        contract = again(contract)
        last = contract.notice_until
        assert last is not None
        assert (contract.state, contract.ground, contract.ending_side) == (
            S.WINDING_DOWN,
            TerminationGround.BREACH,
            Side.SELLER,
        )
        assert again(draft).state is S.CANCELLED
        assert told("notice_given") == 3
        frozen(after(last) + timedelta(hours=20))
        follow_terms()
        assert again(contract).state is S.WINDING_DOWN
        frozen(after(last, days=1))
        pass_all_deadlines()
        assert again(contract).state is S.TERMINATED
        follow_terms()
        assert happened(contract).count("terminate") == 1


@pytest.mark.parametrize(
    ("ground", "days"), [(TerminationGround.NOTICE, 29), (TerminationGround.BREACH, 6), (TerminationGround.NOTICE, 366)]
)
def test_a_notice_has_a_span(app: Flask, ground: TerminationGround, days: int) -> None:
    with app.app_context():
        contract, sides = in_force()
        refused(lambda: notify(contract, sides, ground, days), "ngày cuối|Ngày cuối")
        assert again(contract).state is S.ACTIVE


def test_a_notice_needs_words_and_is_given_once(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        refused(lambda: notify(contract, sides, TerminationGround.BREACH, 10, ""), "căn cứ")
        notify(contract, sides, TerminationGround.BREACH, 10)
        refused(lambda: notify(contract, sides, TerminationGround.NOTICE, 40), "báo trước rồi")


def test_a_notice_ends_it_though_a_dispute_is_open_and_the_dispute_goes_on(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        notify(contract, sides, TerminationGround.BREACH, 10)
        quarrel(contract, sides)
        frozen(after(clock.today(), days=11))
        follow_terms()
        contract = again(contract)
        assert (contract.state, contract.is_disputed) == (S.TERMINATED, True)


# --- time ------------------------------------------------------------------------------------------------------------


def test_expired_the_day_after_its_last_day(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        frozen(after(last_day(contract)) + timedelta(hours=23))
        follow_terms()
        assert again(contract).state is S.ACTIVE
        frozen(after(last_day(contract), days=1))
        assert is_waiting()
        follow_terms()
        follow_terms()
        assert (again(contract).state, happened(contract).count("expire")) == (S.EXPIRED, 1)
        assert not is_waiting()


def test_completed_at_its_end_when_enough_was_delivered(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        set_book(contract, called=1140, confirmed=1140, delivered=1140, accepted=1140)
        frozen(after(last_day(contract), days=1))
        follow_terms()
        assert again(contract).state is S.COMPLETED


def test_not_completed_one_below_the_tolerance(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        set_book(contract, called=1139, confirmed=1139, delivered=1139, accepted=1139)
        frozen(after(last_day(contract), days=1))
        follow_terms()
        assert again(contract).state is S.EXPIRED


def test_completed_after_thirty_silent_days(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        set_book(contract, **DONE)
        silent_since = contract.touched_at
        frozen(silent_since + timedelta(days=30) - timedelta(minutes=1))
        assert not is_waiting()
        frozen(silent_since + timedelta(days=30))
        follow_terms()
        assert again(contract).state is S.COMPLETED


def test_winds_down_while_a_dispute_is_open_at_its_end(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        dispute = quarrel(contract, sides)
        frozen(after(last_day(contract), days=1))
        follow_terms()
        assert (again(contract).state, told("winding_down"), is_waiting()) == (S.WINDING_DOWN, 2, False)
        with writing():
            disputing.withdraw(dispute, Side.BUYER, by=sides.actor(Side.BUYER))
        follow_terms()
        assert again(contract).state is S.EXPIRED


def test_both_sides_are_asked_sixty_thirty_and_seven_days_before(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        for left, notices in ((61, 0), (60, 2), (59, 2), (30, 4), (29, 4), (7, 6), (0, 6)):
            frozen(after(last_day(contract), days=-left))
            follow_terms()
            follow_terms()
            assert (left, told("renewal_offered")) == (left, notices)


def test_who_comes_late_asks_only_once(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, _sides = in_force()
        frozen(after(last_day(contract), days=-20))
        follow_terms()
        assert (told("renewal_offered"), again(contract).renewal_days) == (2, 30)


# --- what follows ----------------------------------------------------------------------------------------------------


def test_a_new_contract_begins_from_the_text_in_force(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        sign(annex(contract, sides), sides)
        contract = again(contract)
        refused(lambda: renew(contract, sides, Side.BUYER), "hai tháng")
        frozen(after(last_day(contract), days=-40))
        made = renew(contract, sides, Side.BUYER)
        terms = changing.draft_terms(made)
        days = last_day(contract) - first_day(contract)
        assert (made.prior_id, made.state, made.paper, made.ref == contract.ref) == (
            contract.id,
            S.DRAFT,
            PaperKind.CONTRACT,
            False,
        )
        assert terms["lines"][0]["quantity"] == "1300"
        assert (terms["paper"], terms["references"]["prior"], terms["schedule"]) == ("contract", contract.ref, [])
        assert terms["term"]["valid_from"] == (last_day(contract) + timedelta(days=1)).isoformat()
        assert terms["term"]["valid_to"] == (last_day(contract) + timedelta(days=1) + days).isoformat()
        refused(lambda: renew(contract, sides, Side.BUYER), made.ref)
        refused(lambda: renew(contract, sides, Side.SELLER), "Bên kia")


@pytest.mark.parametrize("state", [S.COMPLETED, S.EXPIRED, S.TERMINATED, S.CANCELLED])
def test_every_ended_contract_can_be_followed(app: Flask, state: AgreementState) -> None:
    with app.app_context():
        contract = agreement_in(state)
        by = changing.somebody(contract)
        with writing():
            made = renewing.renew(contract, Side.SELLER, by=by)
        assert (made.prior_id, again(contract).state) == (contract.id, state)


def renew(contract: Agreement, sides: TwoSides, side: Side) -> Agreement:
    with writing():
        return renewing.renew(contract, side, by=sides.actor(side))


def pass_all_deadlines() -> None:
    for row in db.session.query(Deadline).filter(Deadline.kind == DeadlineKind.TERMINATION).all():
        with writing():
            pass_deadline(row)
