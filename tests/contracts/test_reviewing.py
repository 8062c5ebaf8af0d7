"""The departments of both provinces look at a frozen text: asked, heard once each, sent back, or silent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationAction
from marketplace.contracts.jobs.deadlines import pass_deadlines
from marketplace.contracts.models import Agreement, AgreementEvent, CalendarDay, Deadline, DepartmentReview
from marketplace.contracts.services import agreements, reviewing
from marketplace.contracts.services.trail import event_hash
from marketplace.contracts.states.agreements import AgreementState, Review, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.reviews import ReturnReason, ReviewState
from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM, OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.core.lifecycle import move
from marketplace.core.outbox import Job, Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts.making import Walk, agreement_in, department, officer_of, two_sides

S, R = AgreementState, ReviewState


def reviews_of(agreement: Agreement) -> list[DepartmentReview]:
    mine = select(DepartmentReview).where(DepartmentReview.agreement_id == agreement.id)
    return list(db.session.scalars(mine.order_by(DepartmentReview.id)))


def states_of(agreement: Agreement) -> list[ReviewState]:
    return [one.state for one in reviews_of(agreement)]


def told(template: str) -> list[str]:
    """Who got a letter of this kind, by ref."""
    asked = select(Notice.recipient_ref).where(Notice.template == f"contracts/{template}").order_by(Notice.id)
    return list(db.session.scalars(asked))


def approve(review: DepartmentReview, words: str = "") -> None:
    assert review.department is not None
    with writing():
        reviewing.approve(review, words, officer_of(review.department))


def send_back(review: DepartmentReview, words: str = "Điều 3 chưa rõ.") -> None:
    assert review.department is not None
    with writing():
        reviewing.send_back(review, ReturnReason.UNCLEAR, words, officer_of(review.department))


def past(review: DepartmentReview) -> AbstractContextManager[None]:
    """The clock just after the deadline of a review."""
    assert review.due_at is not None
    return clock.frozen(review.due_at + timedelta(minutes=1))


# --- asking ---


def test_both_departments_are_asked_with_a_deadline(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        first, second = reviews_of(agreement)
        assert {first.department_id, second.department_id} == {
            sides.seller_department.id, sides.buyer_department.id,  # type: ignore[union-attr]
        }  # fmt: skip
        assert (first.state, second.state) == (R.WAITING, R.WAITING)
        assert agreement.turn is Turn.DEPARTMENTS
        assert agreement.due_at == first.due_at == second.due_at
        assert agreement.shown_to_departments_at is not None
        assert first.sha256 == second.sha256 == first.version.sha256
        assert sorted(told("review_asked")) == sorted(one.ref for one in agreement.departments())


def test_both_sides_in_one_province_mean_one_review(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        sides.buyer.province_id = sides.seller.province_id
        with writing():
            db.session.get_one(Organisation, sides.buyer.id).province_id = sides.seller.province_id
        db.session.refresh(sides.buyer)
        agreement = agreement_in(S.IN_REVIEW, sides)
        (only,) = reviews_of(agreement)
        approve(only)
        assert agreement.state is S.READY


def test_a_province_without_a_department_is_recorded_and_goes_on(app: Flask) -> None:
    with app.app_context():
        operator = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
        sides = two_sides(departments=False)
        department("quang-tri")
        agreement = agreement_in(S.IN_REVIEW, sides)
        assert sorted(states_of(agreement)) == [R.NO_DEPARTMENT, R.WAITING]
        assert told("no_department") == [operator.ref]
        approve(next(one for one in reviews_of(agreement) if one.state is R.WAITING))
        assert agreement.state is S.READY


def test_without_any_department_nobody_waits(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        walk = Walk(sides)
        agreement = walk.begin()
        walk.send(agreement)
        walk.accept(agreement)
        assert agreement.state is S.READY
        assert states_of(agreement) == [R.NO_DEPARTMENT, R.NO_DEPARTMENT]
        assert db.session.scalars(select(Job.payload).where(Job.kind == "contracts.issue")).all() == [
            {"agreement": agreement.ref}
        ]


def test_a_department_that_is_suspended_is_nobody(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        walk = Walk(sides)
        agreement = walk.begin()
        walk.send(agreement)
        suspend(sides.buyer_department)
        walk.accept(agreement)
        assert sorted(states_of(agreement)) == [R.NO_DEPARTMENT, R.WAITING]


def suspend(of: Organisation | None) -> None:
    assert of is not None
    with writing():
        move(db.session.get_one(Organisation, of.id), OrganisationAction.SUSPEND, by=SYSTEM)


@pytest.mark.parametrize("policy", [Review.NOTIFY, Review.NONE])
def test_a_kind_that_needs_no_review_is_ready_at_once(app: Flask, policy: Review) -> None:
    with app.app_context():
        agreement = walked_with(policy)
        assert agreement.state is S.READY
        assert reviews_of(agreement) == []
        assert agreement.shown_to_departments_at is None


def walked_with(policy: Review) -> Agreement:
    walk = Walk(two_sides())
    agreement = walk.begin()
    with writing():
        db.session.get_one(Agreement, agreement.id).review_policy = policy
    walk.send(agreement)
    walk.accept(agreement)
    return agreement


@pytest.mark.parametrize(("policy", "is_shown"), [(Review.REQUIRED, True), (Review.NOTIFY, True), (Review.NONE, False)])
def test_departments_are_told_of_what_is_in_force_as_the_policy_says(
    app: Flask, policy: Review, is_shown: bool
) -> None:
    with app.app_context():
        agreement = walked_with(policy)
        with writing():
            reviewing.tell_in_force(db.session.get_one(Agreement, agreement.id))
        assert (agreement.shown_to_departments_at is not None) == is_shown
        assert bool(told("in_force")) == is_shown


# --- opinions ---


def test_the_paper_is_ready_once_both_have_no_objection(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        first, second = reviews_of(agreement)
        approve(first, "Đề nghị giao đúng lịch.")
        assert agreement.state is S.IN_REVIEW
        approve(second)
        assert agreement.state is S.READY
        assert agreement.turn is Turn.SYSTEM
        assert [one.words for one in reviews_of(agreement)] == ["Đề nghị giao đúng lịch.", ""]
        assert sorted(told("review_passed")) == sorted([agreement.seller.ref, agreement.buyer.ref])
        assert db.session.scalar(select(Job.id).where(Job.kind == "contracts.issue")) is not None


def test_each_opinion_stands_in_the_chain(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.READY)
        chain = (
            select(AgreementEvent).where(AgreementEvent.agreement_id == agreement.id).order_by(AgreementEvent.number)
        )
        events = list(db.session.scalars(chain))
        kinds = [one.kind for one in events]
        assert kinds[-4:] == ["task", "review_approved", "review_approved", "approve"]
        columns = AgreementEvent.__table__.columns.keys()
        for one in events:
            assert event_hash(agreement.ref, {name: getattr(one, name) for name in columns}) == one.hash


def test_a_text_sent_back_goes_to_the_table_and_closes_the_other_review(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        first, second = reviews_of(agreement)
        send_back(first)
        assert agreement.state is S.NEGOTIATING
        assert states_of(agreement) == [R.RETURNED, R.CLOSED]
        assert first.reason is ReturnReason.UNCLEAR
        assert sorted(told("review_returned")) == sorted([agreement.seller.ref, agreement.buyer.ref])
        assert second.department is not None
        assert told("review_closed") == [second.department.ref]


def test_an_approval_is_void_once_the_other_department_sends_back(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        first, second = reviews_of(agreement)
        approve(first)
        send_back(second)
        assert states_of(agreement) == [R.CLOSED, R.RETURNED]


def test_a_new_text_is_reviewed_anew(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        send_back(reviews_of(agreement)[0])
        walk = Walk(sides)
        walk.counter(agreement, Side.SELLER)
        walk.accept(agreement)
        assert states_of(agreement) == [R.RETURNED, R.CLOSED, R.WAITING, R.WAITING]
        walk.review(agreement)
        assert agreement.state is S.READY


def test_an_issued_paper_that_is_reopened_loses_its_opinions(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.SIGNING, sides)
        Walk(sides).ask_for_changes(agreement)
        assert states_of(agreement) == [R.CLOSED, R.CLOSED]


def test_sending_back_needs_words(app: Flask) -> None:
    with app.app_context(), i18n.speaking("vi"):
        agreement = agreement_in(S.IN_REVIEW)
        with pytest.raises(Refused) as refusal:
            send_back(reviews_of(agreement)[0], "")
        assert refusal.value.field == "words"
        assert states_of(agreement) == [R.WAITING, R.WAITING]


def test_a_department_decides_once(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        first = reviews_of(agreement)[0]
        approve(first)
        with pytest.raises(Refused, match="đã cho ý kiến"), i18n.speaking("vi"):
            send_back(first)
        assert states_of(agreement) == [R.APPROVED, R.WAITING]


def test_an_officer_who_belongs_to_a_side_does_not_decide(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        first = reviews_of(agreement)[0]
        assert first.department is not None
        factories.membership(sides.manager, first.department, Role.OFFICER)
        with pytest.raises(Refused), writing():
            reviewing.approve(first, "", factories.actor(sides.manager, first.department, Role.OFFICER))
        assert states_of(agreement) == [R.WAITING, R.WAITING]


def test_what_was_withdrawn_is_no_longer_before_the_departments(app: Flask) -> None:
    with app.app_context(), i18n.speaking("vi"):
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        with writing():
            agreements.withdraw(agreement, sides.actor(Side.SELLER), "Đổi ý.")
        assert states_of(agreement) == [R.CLOSED, R.CLOSED]
        assert len(told("review_dropped")) == 2
        with pytest.raises(Refused, match="không còn ở bước Sở xem xét"):
            approve(reviews_of(agreement)[0])
        assert agreement.state is S.CANCELLED


# --- silence ---


def test_silence_is_overdue_and_reminded_again(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        silence(agreement, passes=False)
        first, second = reviews_of(agreement)
        approve(first)
        with past(second):
            pass_deadlines()
            assert states_of(agreement) == [R.APPROVED, R.OVERDUE]
            assert agreement.state is S.IN_REVIEW
            assert second.department is not None
            assert told("review_overdue") == [second.department.ref]
            assert sorted(told("review_late")) == sorted([agreement.seller.ref, agreement.buyer.ref])
            again = deadline_of(second)
            assert again is not None
        with clock.frozen(again.due_at + timedelta(minutes=1)):
            pass_deadlines()
            pass_deadlines()
            assert told("review_overdue") == [second.department.ref] * 2
            assert len(told("review_late")) == 2
            approve(second)
        assert agreement.state is S.READY


def silence(agreement: Agreement, *, passes: bool) -> None:
    with writing():
        held = db.session.get_one(Agreement, agreement.id)
        held.policy = {**held.policy, "silence_passes": passes}


def deadline_of(review: DepartmentReview) -> Deadline | None:
    mine = (Deadline.subject_ref == review.ref) & Deadline.closed_at.is_(None) & (Deadline.kind == DeadlineKind.REVIEW)
    return db.session.scalar(select(Deadline).where(mine))


def test_silence_passes_only_where_the_policy_says_so(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        silence(agreement, passes=True)
        with past(reviews_of(agreement)[0]):
            pass_deadlines()
        assert states_of(agreement) == [R.NO_OBJECTION, R.NO_OBJECTION]
        assert agreement.state is S.READY
        assert len(told("review_let_pass")) == 2
        assert all(one.person_id is None for one in reviews_of(agreement))


def test_a_department_that_was_suspended_meanwhile_is_not_waited_for(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        first, second = reviews_of(agreement)
        approve(first)
        suspend(second.department)
        with past(second):
            pass_deadlines()
        assert states_of(agreement) == [R.APPROVED, R.CLOSED, R.NO_DEPARTMENT]
        assert agreement.state is S.READY


def test_the_deadline_is_the_end_of_the_fifth_working_day_in_vietnam(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        monday = clock.today() + timedelta(days=7 - clock.today().weekday())
        with clock.frozen(clock.start_of(monday) + timedelta(hours=9)), writing():
            known = CalendarDay.day.between(monday, monday + timedelta(days=14))
            for one in db.session.scalars(select(CalendarDay).where(known)).all():
                db.session.delete(one)
            db.session.flush()
            db.session.add(CalendarDay(day=monday + timedelta(days=2), name="Nghỉ bù"))
        with clock.frozen(clock.start_of(monday) + timedelta(hours=9)):
            agreement = agreement_in(S.IN_REVIEW, sides)
        # Tuesday, Thursday, Friday, Monday, Tuesday
        assert reviews_of(agreement)[0].due_at == clock.end_of(monday + timedelta(days=8))
