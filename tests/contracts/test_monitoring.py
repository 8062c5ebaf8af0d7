"""Departments follow contracts that may go wrong: cases with both sides' answers, and who sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import Agreement, AgreementEvent, MonitoringCase
from marketplace.contracts.services import monitoring, suspending
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.performing import CaseAction, CaseState, Indicator
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.core.refusals import Refused
from tests import factories
from tests.access.digest import digests
from tests.clients import Client
from tests.contracts.making import TwoSides, agreement_in, department, officer_of, two_sides
from tests.contracts.performing import contract_in_force

ClientOf = Callable[[Any], Client]
Sign, C = Indicator, CaseState
WORDS = "Ba lần giao gần đây đều trễ."


def departments(sides: TwoSides) -> tuple[Organisation, Organisation]:
    assert sides.seller_department is not None
    assert sides.buyer_department is not None
    return sides.seller_department, sides.buyer_department


def case_on(
    agreement: Agreement, of: Organisation, *, is_open: bool = True, sign: Indicator = Sign.LATE
) -> MonitoringCase:
    with writing():
        held = db.session.get_one(Agreement, agreement.id)
        made = monitoring.draft_case(held, db.session.get_one(Organisation, of.id), sign, WORDS, officer_of(of))
        if is_open:
            monitoring.open_case(made, officer_of(of))
        case_id = made.id
    return db.session.get_one(MonitoringCase, case_id)


def told(template: str) -> list[str]:
    asked = select(Notice.recipient_ref).where(Notice.template == f"contracts/{template}")
    return sorted(db.session.scalars(asked))


# --- a case ---


def test_a_draft_is_seen_by_nobody_else(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        case = case_on(agreement, departments(sides)[0], is_open=False)
        assert case.state is C.DRAFT
        assert not agreement.is_monitored
        assert told("monitoring_opened") == []


def test_opening_tells_both_sides_and_the_other_department(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        seller, buyer = departments(sides)
        case_on(agreement, seller)
        assert agreement.is_monitored
        assert told("monitoring_opened") == sorted([sides.seller.ref, sides.buyer.ref])
        assert told("monitoring_opened_elsewhere") == [buyer.ref]


@pytest.mark.parametrize(
    ("has_acted", "state", "end"), [(True, C.ADDRESSED, CaseAction.COMPLETE), (False, C.DECLINED, CaseAction.CLOSE)]
)
def test_both_sides_answer_once_each_and_the_department_ends_it(
    app: Flask, has_acted: bool, state: CaseState, end: CaseAction
) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        own, other = departments(sides)
        case = case_on(agreement, own)
        answer(case, Side.SELLER, sides, has_acted=has_acted)
        assert case.state is state
        answer(case, Side.BUYER, sides, has_acted=not has_acted)
        assert case.state is state
        with pytest.raises(Refused):
            answer(case, Side.SELLER, sides, has_acted=True)
        assert told("monitoring_answered") == [own.ref, own.ref]
        with writing():
            monitoring.end(case, end, "Đã giao bù đủ.", officer_of(own))
        assert case.state is (C.COMPLETED if has_acted else C.CLOSED)
        assert not agreement.is_monitored
        assert told("monitoring_ended") == sorted([sides.seller.ref, sides.buyer.ref, other.ref])


def answer(case: MonitoringCase, side: Side, sides: TwoSides, *, has_acted: bool) -> None:
    with writing():
        monitoring.answer(case, side, has_acted=has_acted, words="Đã thuê thêm xe.", by=sides.actor(side))


def test_the_flag_stays_while_another_case_is_open(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        seller, buyer = departments(sides)
        first, _second = case_on(agreement, seller), case_on(agreement, buyer)
        with writing():
            monitoring.end(first, CaseAction.STOP, "Không cần nữa.", officer_of(seller))
        assert agreement.is_monitored
        assert first.state is C.STOPPED


def test_one_case_a_sign_and_department(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        own = departments(sides)[0]
        case_on(agreement, own, is_open=False)
        with pytest.raises(Refused):
            case_on(agreement, own)
        case_on(agreement, own, sign=Sign.PRICE)
        assert len(db.session.scalars(select(MonitoringCase.id)).all()) == 2


def test_only_what_is_in_force_is_followed(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(AgreementState.IN_REVIEW, sides)
        with pytest.raises(Refused):
            case_on(agreement, departments(sides)[0])


def test_steps_stand_in_the_agreements_own_chain(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        case = case_on(agreement, departments(sides)[0])
        answer(case, Side.SELLER, sides, has_acted=True)
        mine = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == agreement.id)
        kinds = list(db.session.scalars(mine.order_by(AgreementEvent.number)))
        assert kinds[-3:] == ["monitoring_opened", "monitored_set", "monitoring_answered"]


def test_a_department_that_follows_may_stop_call_offs(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        own = departments(sides)[0]
        case_on(agreement, own)
        with writing():
            suspending.suspend(agreement, "Chờ kiểm tra.", clock.today(), by=officer_of(own))
        assert agreement.is_suspended


# --- over HTTP ---


class Followed:
    """A contract in force that one department follows, and everybody's browsers."""

    def __init__(self, app: Flask, client_of: ClientOf, *, is_open: bool = True) -> None:
        with app.app_context():
            sides = two_sides()
            agreement = contract_in_force(sides)
            own, other = departments(sides)
            self.ref, self.case = agreement.ref, case_on(agreement, own, is_open=is_open).ref
            operator = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
            third = department("ha-noi")
            self.own, self.other = client_of(_officer(own)), client_of(_officer(other))
            self.seller, self.buyer = client_of(sides.manager), client_of(sides.purchaser)
            self.signatory = client_of(sides.seller_signatory)
            self.strangers = [
                client_of(one)
                for one in (_officer(third), factories.manager_of(operator), factories.manager_of(factories.seller()))
            ]

    @property
    def desk(self) -> str:
        return f"/department/monitoring/{self.case}"

    @property
    def page(self) -> str:
        return f"/agreements/{self.ref}/monitoring/{self.case}"


def _officer(of: Organisation) -> Person:
    return db.session.get_one(Person, officer_of(of).person_id)


def codes(clients: list[Client], address: str) -> list[int]:
    return [one.get(address).status_code for one in clients]


def test_who_sees_an_open_case(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    assert codes([made.own, made.other], made.desk) == [200, 200]
    assert codes([made.seller, made.buyer, made.signatory], made.page) == [200, 200, 200]
    assert codes([made.seller], made.desk) == [404]
    assert codes(made.strangers, made.desk) == [404, 404, 404]
    assert codes(made.strangers, made.page) == [404, 404, 404]


def test_who_sees_a_draft(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of, is_open=False)
    assert codes([made.own, made.other], made.desk) == [200, 404]
    assert codes([made.seller, made.buyer], made.page) == [404, 404]


def test_a_case_is_made_opened_answered_and_ended_on_pages(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of, is_open=False)
    assert made.own.post(f"{made.desk}/words", data={"words": "Giao trễ bốn lần."}).status_code == 303
    assert made.own.post(f"{made.desk}/opening").status_code == 303
    assert "Giao trễ bốn lần." in made.seller.get(made.page).text
    said = {"acted": "yes", "answer": "Chúng tôi đã giao bù."}
    assert made.seller.post(f"{made.page}/answer", data=said).status_code == 303
    assert "Chúng tôi đã giao bù." in made.own.get(made.desk).text
    ended = {"end": "complete", "result": "Đã khắc phục."}
    assert made.own.post(f"{made.desk}/end", data=ended).status_code == 303
    assert "Đã khắc phục." in made.buyer.get(made.page).text
    assert made.case in made.own.get("/department/monitoring?state=over").text
    with app.app_context():
        assert db.session.scalars(select(MonitoringCase.state)).one() is C.COMPLETED


def test_a_draft_is_dropped(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of, is_open=False)
    assert made.own.post(f"{made.desk}/cancellation").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(MonitoringCase.state)).one() is C.CANCELLED


@pytest.mark.parametrize(("act", "state"), [("draft", C.DRAFT), ("open", C.ACTIVE), ("nonsense", C.DRAFT)])
def test_a_sign_leads_to_a_new_case(app: Flask, client_of: ClientOf, act: str, state: CaseState) -> None:
    made = Followed(app, client_of)
    with app.app_context(), writing():
        db.session.scalars(select(Agreement)).one().challenged_at = clock.now()
    risks = made.own.get("/department/risks").text
    assert f'href="/department/agreements/{made.ref}/monitoring?indicator=signature"' in risks
    assert made.case not in risks
    address = f"/department/agreements/{made.ref}/monitoring"
    assert "checked" in made.own.get(f"{address}?indicator=signature").text
    form = {"indicator": "signature", "words": "Chứng thư bị thu hồi.", "act": act}
    assert made.own.post(address, data=form).status_code == 303
    with app.app_context():
        mine = select(MonitoringCase.state).where(MonitoringCase.indicator == Sign.SIGNATURE)
        assert db.session.scalars(mine).one() is state


ACTS = ("words", "opening", "cancellation", "end")


def test_denials_change_nothing(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of, is_open=False)
    with app.app_context():
        before = digests()
    form = {"words": "x", "end": "stop", "result": "x", "acted": "yes", "answer": "x", "indicator": "late"}
    got = {
        name: [one.post(f"{made.desk}/{act}", data=form).status_code for act in ACTS]
        for name, one in {"other": made.other, "seller": made.seller, "third": made.strangers[0]}.items()
    }
    assert got == {"other": [404] * 4, "seller": [404] * 4, "third": [404] * 4}
    new = f"/department/agreements/{made.ref}/monitoring"
    assert [one.post(new, data=form).status_code for one in (made.seller, *made.strangers)] == [404] * 4
    assert [one.post(f"{made.page}/answer", data=form).status_code for one in (made.other, made.own)] == [404, 403]
    with app.app_context():
        after = digests()
    assert {name for name in after if after[name] != before[name]} == set()


def test_the_other_department_reads_and_does_not_act(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    page = made.other.get(made.desk).text
    assert "Khép hồ sơ" not in page
    form = {"end": "stop", "result": "x"}
    assert made.other.post(f"{made.desk}/end", data=form).status_code == 403


def test_a_signatory_reads_and_does_not_answer(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    assert "Gửi trả lời" not in made.signatory.get(made.page).text
    assert "Gửi trả lời" in made.seller.get(made.page).text
    said = {"acted": "yes", "answer": "x"}
    assert made.signatory.post(f"{made.page}/answer", data=said).status_code == 403


@pytest.mark.parametrize("form", [{}, {"end": "complete", "result": ""}, {"end": "complete", "result": "Sớm quá."}])
def test_a_bad_end_is_explained_and_changes_nothing(app: Flask, client_of: ClientOf, form: dict[str, str]) -> None:
    made = Followed(app, client_of)
    answer = made.own.post(f"{made.desk}/end", data=form)
    assert answer.status_code == 422
    assert form.get("result", "") in answer.text
    with app.app_context():
        assert db.session.scalars(select(MonitoringCase.state)).one() is C.ACTIVE


def test_a_case_belongs_to_its_agreement(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    assert made.seller.get(f"/agreements/HD-2026-999999/monitoring/{made.case}").status_code == 404


def test_the_operator_sees_figures_only(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    operator = made.strangers[1]
    page = operator.get("/operator").text
    assert "Sở và hợp đồng liên tỉnh" in page
    assert made.ref not in page
    assert made.case not in page


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_letter_can_be_read(app: Flask, locale: str) -> None:
    with app.test_request_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        own = departments(sides)[0]
        case = case_on(agreement, own, sign=Sign.PRICE)
        answer(case, Side.SELLER, sides, has_acted=True)
        with writing():
            monitoring.end(case, CaseAction.COMPLETE, "Đã giao bù.", officer_of(own))
        letters = [letter_of(one, locale) for one in db.session.scalars(select(Notice))]
        assert len(letters) >= 10
        assert all(one.subject and one.paragraphs and one.url for one in letters)
        assert any(WORDS in one.text for one in letters)


# --- whose turn it is ---


def test_the_letter_and_the_contract_lead_straight_to_the_answer(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    with app.app_context():
        asked = select(Notice).where(Notice.template == "contracts/monitoring_opened")
        assert {one.context["url"] for one in db.session.scalars(asked)} == {made.page}
    contract = f"/agreements/{made.ref}"
    assert "Trả lời Sở" in made.seller.get(contract).text
    assert "Trả lời Sở" not in made.signatory.get(contract).text
    assert made.seller.post(f"{made.page}/answer", data={"acted": "yes", "answer": "Đã giao bù."}).status_code == 303
    assert "Trả lời Sở" not in made.seller.get(contract).text
    assert "Trả lời Sở" in made.buyer.get(contract).text


def test_a_case_names_who_is_awaited(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    assert "Đến lượt bạn" in made.seller.get(made.page).text
    assert "Đến lượt bạn" not in made.signatory.get(made.page).text
    assert "Đến lượt bạn" not in made.own.get(made.desk).text
    for one in (made.seller, made.buyer):
        one.post(f"{made.page}/answer", data={"acted": "no", "answer": "Giao đúng hẹn."})
    assert "hai bên đã trả lời; Sở kết luận" in made.own.get(made.desk).text
    assert "hai bên đã trả lời" in made.own.get("/department/monitoring").text
    assert "bên bạn đã trả lời" in made.seller.get(made.page).text


def test_only_a_case_without_an_answer_is_broken_off_in_red(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    assert look_of_the_end(made.own.get(made.desk).text) == "danger"
    made.seller.post(f"{made.page}/answer", data={"acted": "yes", "answer": "Đã giao bù."})
    assert look_of_the_end(made.own.get(made.desk).text) == "primary"


def look_of_the_end(page: str) -> str:
    found = re.search(r'<button class="button button-(\w+)"[^>]*><span>Khép hồ sơ</span>', page)
    assert found
    return found[1]


def test_a_department_lifts_its_stop_after_the_case(app: Flask, client_of: ClientOf) -> None:
    made = Followed(app, client_of)
    stop = f"/agreements/{made.ref}/suspension"
    today = clock.today().isoformat()
    assert made.own.post(stop, data={"from_on": today, "reason": "Chờ lịch giao bù."}).status_code == 303
    assert made.own.post(f"{made.desk}/end", data={"end": "stop", "result": "Hai bên tự lo."}).status_code == 303
    page = made.own.get(made.desk).text
    assert "Sở vẫn đang cho dừng gọi hàng mới" in page
    contract = made.seller.get(f"/agreements/{made.ref}").text
    assert "còn gọi được" not in contract
    assert "khi bỏ tạm ngừng, bên mua gọi hàng trở lại được" in contract
    assert f'href="{stop}"' in page
    answer = made.own.post(f"{stop}/end", data={"words": ""}, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == f"/department/agreements/{made.ref}"
    assert "Sở vẫn đang cho dừng gọi hàng mới" not in made.own.get(made.desk).text
    assert "Sở đã theo dõi hợp đồng này" in made.seller.get(made.page).text
