"""A text that a department sent back and that gets no successor ends as the department's objection (T12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, Deadline
from marketplace.contracts.services import agreements, objecting
from marketplace.contracts.states.agreements import AgreementState, CancelReason, Side
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core.database import db, lock, writing
from marketplace.core.refusals import Forbidden, Refused
from tests.clients import Client
from tests.contracts.making import Walk, agreement_in, department, officer_of, two_sides
from tests.contracts.test_reviewing import reviews_of, send_back, told

S = AgreementState
Members = Callable[[Any], Client]


def test_time_ends_a_text_that_was_sent_back_as_a_departments_objection(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        send_back(reviews_of(agreement)[0])
        deadline = db.session.scalars(select(Deadline).where(Deadline.kind == DeadlineKind.ANSWER).order_by(
            Deadline.id.desc())).first()  # fmt: skip
        assert deadline is not None
        with writing():
            lock(agreement)
            agreements.lapse(deadline)
        assert (agreement.state, agreement.cancel_reason) == (S.CANCELLED, CancelReason.DEPT_OBJECTION)
        assert agreement.cancel_words.endswith(": Điều 3 chưa rõ.")
        assert sorted(told("cancelled")) == sorted(one.ref for one in everybody(agreement))


def everybody(agreement: Agreement) -> list[Organisation]:
    return [agreement.seller, agreement.buyer, *agreement.departments()]


@pytest.mark.parametrize("way", ["withdrawal", "refusal"])
def test_a_side_gives_up_what_a_department_sent_back(app: Flask, client_of: Members, way: str) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.NEGOTIATING, sides)
        ref = agreement.ref
    who = client_of(sides.manager if way == "withdrawal" else sides.purchaser)
    early = who.post(f"/agreements/{ref}/{way}", data={"objected": "y", "words": "Không sửa được."})
    assert early.status_code == 422
    assert "Không có Sở nào phản đối" in early.text
    assert "Vì Sở đã trả lại văn bản" not in who.get(f"/agreements/{ref}").text
    with app.app_context():
        agreement = db.session.scalars(select(Agreement)).one()
        Walk(sides).accept(agreement)
        send_back(reviews_of(agreement)[1])
    assert "Vì Sở đã trả lại văn bản" in who.get(f"/agreements/{ref}").text
    answer = who.post(f"/agreements/{ref}/{way}", data={"objected": "y", "words": "Không sửa được."})
    assert answer.status_code == 303
    with app.app_context():
        agreement = db.session.scalars(select(Agreement)).one()
        assert (agreement.state, agreement.cancel_reason) == (S.CANCELLED, CancelReason.DEPT_OBJECTION)
        assert sorted(told("cancelled")) == sorted(one.ref for one in everybody(agreement))


def test_a_new_text_answers_the_objection(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.IN_REVIEW, sides)
        send_back(reviews_of(agreement)[0])
        Walk(sides).counter(agreement, Side.SELLER)
        with pytest.raises(Refused), writing():
            objecting.give_up(agreement, "", sides.actor(Side.BUYER))
        with pytest.raises(Forbidden), writing():
            objecting.give_up(agreement, "", officer_of(department("quang-ninh")))
        assert agreement.state is S.NEGOTIATING
