"""The operators' pages of the rules: what one proposes, another puts into force; nobody alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.contracts.queries import rules as known
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.states.signing import ChangeKind
from tests.clients import Client
from tests.contracts.test_rule_changes import PENALTY, Operators, clause, propose, two_operators


@pytest.fixture
def people(app: Flask) -> Operators:
    with app.app_context():
        return two_operators()


def answer_days(app: Flask) -> int:
    with app.app_context():
        return known.policy_of(AgreementKind.SALE).answer_days


def waiting(app: Flask) -> int:
    with app.app_context():
        return known.waiting_count()


ROOT = "/operator/agreements/rules"
FORM = {
    "review": "required", "evidence": "L2", "seller_signs_first": "y", "answer_days": "7", "review_days": "5",
    "signing_days": "10", "confirmation_days": "3", "receipt_days": "3", "dispute_days": "7", "words": "Mùa vụ ngắn",
}  # fmt: skip
ClientOf = Callable[[Any], Client]


def test_the_whole_way_over_http(app: Flask, people: Operators, client_of: ClientOf) -> None:
    first, second = client_of(people.first), client_of(people.second)
    asked = first.post(f"{ROOT}/policies/sale", data=FORM)
    assert asked.status_code == 303
    page = asked.location
    assert first.get(page).status_code == 200
    assert page in second.get(ROOT).text
    own = first.post(f"{page}/application")
    assert own.status_code == 422
    assert "không ai tự quyết định" in own.text
    assert answer_days(app) == 10
    assert second.post(f"{page}/application").status_code == 303
    assert answer_days(app) == 7
    assert second.post(f"{page}/application").status_code == 422


def test_the_maker_sees_no_button_to_put_it_into_force(app: Flask, people: Operators, client_of: ClientOf) -> None:
    page = client_of(people.first).post(f"{ROOT}/policies/sale", data=FORM).location
    mine, other = (client_of(one).get(page).text for one in (people.first, people.second))
    assert "/application" not in mine
    assert "/withdrawal" in mine
    assert "/application" in other
    assert "/withdrawal" not in other


def test_a_decline_says_why(app: Flask, people: Operators, client_of: ClientOf) -> None:
    page = client_of(people.first).post(f"{ROOT}/policies/sale", data=FORM).location
    second = client_of(people.second)
    assert second.post(f"{page}/decline", data={"answer": ""}).status_code == 422
    assert second.post(f"{page}/decline", data={"answer": "Quá ngắn"}).status_code == 303
    assert "Quá ngắn" in client_of(people.first).get(page).text


@pytest.mark.parametrize("wrong", [{"answer_days": "0"}, {"answer_days": "x"}, {"review": "never"}, {"words": " "}])
def test_a_bad_form_keeps_what_was_typed(
    app: Flask, people: Operators, client_of: ClientOf, wrong: dict[str, str]
) -> None:
    answer = client_of(people.first).post(f"{ROOT}/policies/sale", data={**FORM, "signing_days": "23", **wrong})
    assert answer.status_code == 422
    assert 'value="23"' in answer.text
    assert waiting(app) == 0


def test_a_new_clause_gets_a_key_of_its_own(app: Flask, people: Operators, client_of: ClientOf) -> None:
    form = {
        "title": "Tặng phẩm", "text": "Bên Bán tặng [… số lượng] túi.", "explanation": "Quà.", "position": "95",
        "is_offered": "y", "words": "Bên mua hay hỏi",
    }  # fmt: skip
    page = client_of(people.first).post(f"{ROOT}/clauses/sale/contract/new", data=form).location
    assert client_of(people.second).post(f"{page}/application").status_code == 303
    with app.app_context():
        assert "tang-pham" in {one.key for one in known.library(AgreementKind.SALE)}
    listed = client_of(people.first).get(f"{ROOT}/clauses/sale/contract").text
    assert "Tặng phẩm" in listed
    assert "luật sư" in listed


def test_the_lawyer_is_named_wherever_law_texts_stand(app: Flask, people: Operators, client_of: ClientOf) -> None:
    client = client_of(people.first)
    for address in (ROOT, f"{ROOT}/clauses/mou/contract", f"{ROOT}/clauses/sale/contract/penalty"):
        assert "luật sư" in client.get(address).text


def test_a_day_is_proposed_and_taken_out_over_http(app: Flask, people: Operators, client_of: ClientOf) -> None:
    client = client_of(people.first)
    form = {"day": "01/03/2029", "is_working": "no", "name": "Nghỉ bù", "source": "Thông báo", "certainty": "high"}
    assert client.post(f"{ROOT}/days", data=form).status_code == 303
    assert client.post(f"{ROOT}/days/removal", data={"day": "2027-09-03"}).status_code == 303
    assert client.post(f"{ROOT}/days/removal", data={"day": "3/3"}).status_code == 422
    assert waiting(app) == 2


@pytest.mark.parametrize(
    "path", ["policies/loan", "clauses/sale/amendment", "clauses/sale/contract/nothing", "changes/TD-1"]
)
def test_what_is_not_there_is_404(app: Flask, people: Operators, client_of: ClientOf, path: str) -> None:
    assert client_of(people.first).get(f"{ROOT}/{path}").status_code == 404


def test_pages_ask_the_same_for_one_and_for_many_changes(app: Flask, people: Operators, client_of: ClientOf) -> None:
    with app.app_context():
        for key in ("penalty", "damages", "general"):
            now = known.history(AgreementKind.SALE, PaperKind.CONTRACT, key)[0]
            after = clause(title=f"{now.title} mới", text=now.text)
            propose(people, after, ChangeKind.CLAUSE, {**PENALTY, "key": key})
    page = client_of(people.second).get(ROOT).text
    assert page.count(f"{ROOT}/changes/") == 3
