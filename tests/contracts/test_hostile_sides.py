"""People on both sides, organisations that are one, prices that are none, and what one side could learn of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm, OrganisationState
from marketplace.contracts.models import AgreementLine
from marketplace.contracts.queries.agreements import partners_found
from marketplace.contracts.services import agreements, awards, calling, disputing, endings, guards
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Side
from marketplace.contracts.states.performing import DisputeState, DisputeSubject
from marketplace.core import clock
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.orders.models import Order
from tests import factories
from tests.clients import Client
from tests.contracts import changing, market
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides
from tests.contracts.market import Market

SELLER, BUYER = Side.SELLER, Side.BUYER
Member = Callable[[Any], Client]


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture
def here(app: Flask) -> Iterator[Market]:
    with app.app_context():
        yield market.market(app)


def set_state(ref: str, state: OrganisationState) -> None:
    with writing():
        db.session.execute(update(Organisation).where(Organisation.ref == ref).values(state=state))
    db.session.expire_all()


# --- one person in both organisations ---


def on_both(sides: TwoSides) -> tuple[Actor, Actor]:
    """One and the same manager, now acting for the seller, now for the buyer."""
    factories.membership(sides.manager, sides.buyer)
    return factories.actor(sides.manager, sides.seller), factories.actor(sides.manager, sides.buyer)


def test_nobody_closes_a_contract_for_both(sides: TwoSides) -> None:
    contract, (hers, theirs) = perform.contract_in_force(sides), on_both(sides)
    with writing():
        assert not endings.confirm_closing(contract, SELLER, by=hers)
    with pytest.raises(Refused), writing():
        endings.confirm_closing(contract, BUYER, by=theirs)
    with writing():
        assert endings.confirm_closing(contract, BUYER, by=sides.actor(BUYER))
    assert contract.state is AgreementState.COMPLETED


def test_nobody_settles_a_dispute_with_herself(sides: TwoSides) -> None:
    contract, (hers, theirs) = perform.contract_in_force(sides), on_both(sides)
    with writing():
        dispute = disputing.open_dispute(contract, SELLER, Complaint(DisputeSubject.PAYMENT, "Chậm"), by=hers)
        disputing.propose_settlement(dispute, SELLER, "Giảm 10%", by=hers)
    mark = disputing.settlement_mark(dispute)
    with pytest.raises(Refused), writing():
        disputing.confirm_settlement(dispute, BUYER, mark, by=theirs)
    with writing():
        assert disputing.confirm_settlement(dispute, BUYER, mark, by=sides.actor(BUYER))
    assert dispute.state is DisputeState.SETTLED


# --- two organisations that are one ---


def test_a_company_and_its_branch_make_no_contract(sides: TwoSides) -> None:
    head = factories.organisation(tax_code="0301519977")
    branch = factories.organisation(OrganisationKind.BUYER, tax_code="0301519977-029")
    other = factories.organisation(OrganisationKind.BUYER, tax_code="0100233488-001")
    with pytest.raises(Refused):
        guards.two_that_may_trade(head, branch)
    guards.two_that_may_trade(head, other)


# --- prices that are none ---


def test_goods_without_a_price_are_not_called(sides: TwoSides) -> None:
    """A memorandum may leave prices open: nobody orders for nothing under it."""
    contract = perform.contract_in_force(sides)
    with writing():
        mine = AgreementLine.agreement_id == contract.id
        db.session.execute(update(AgreementLine).where(mine).values(price_vnd=0))
    db.session.expire_all()
    with pytest.raises(Refused), writing():
        calling.call(contract, perform.asked(L1=5), by=sides.actor(BUYER))
    db.session.rollback()
    assert db.session.scalar(select(Order.id)) is None


@pytest.mark.parametrize("quantity", [-1, 0, 10**12, 2**63])
def test_no_quantity_breaks_the_book(sides: TwoSides, quantity: int) -> None:
    contract = perform.contract_in_force(sides)
    with pytest.raises(Refused), writing():
        calling.call(contract, perform.asked(L1=quantity), by=sides.actor(BUYER))
    db.session.rollback()
    assert perform.book(contract)["called"] == 0


def test_the_largest_contract_is_called_to_its_end(sides: TwoSides) -> None:
    """Sums stay within what the columns hold: a trillion đồng, thousands of tonnes."""
    line = {**perform.two_lines(sides)[0], "quantity": "900000000", "price_vnd": 1_111, "tolerance_percent": 50}
    contract = perform.contract_in_force(sides, lines=[line])
    call_off = perform.call(contract, sides, L1=1_350_000_000)
    assert call_off.order is not None
    assert call_off.order.total_vnd == 1_350_000_000 * 1_111


def test_lines_of_another_contract_are_no_lines_of_this_one(sides: TwoSides) -> None:
    perform.contract_in_force(sides, lines=perform.two_lines(sides))
    small = perform.contract_in_force(sides)
    with pytest.raises(Refused), writing():
        calling.call(small, perform.asked(L2=1), by=sides.actor(BUYER))


def test_a_token_of_another_contract_opens_nothing(sides: TwoSides) -> None:
    first, second = perform.contract_in_force(sides), perform.contract_in_force(sides)
    same = perform.asked(token="mine", L1=5)
    with writing():
        calling.call(first, same, by=sides.actor(BUYER))
    with pytest.raises(Refused), writing():
        calling.call(second, same, by=sides.actor(BUYER))


# --- requests and quotes of those who may not trade ---


@pytest.mark.parametrize("who", ["seller", "buyer"])
def test_nothing_is_awarded_or_ordered_while_one_of_the_two_is_suspended(here: Market, who: str) -> None:
    found = market.sent(here)
    quote = market.quoted(here, found, 0, 21_000, with_pack=True)
    ref = here.sellers[0] if who == "seller" else here.buyer
    set_state(ref, OrganisationState.SUSPENDED)
    with pytest.raises(Refused):
        market.awarded(here, found, {1: quote})
    db.session.rollback()
    set_state(ref, OrganisationState.VERIFIED)
    market.awarded(here, found, {1: quote})
    set_state(ref, OrganisationState.SUSPENDED)
    with pytest.raises(Refused), writing():
        awards.order(quote, by=here.actor(here.buyer))
    db.session.rollback()
    assert db.session.scalar(select(Order.id)) is None


def test_after_the_last_day_no_quote_comes_in_even_where_the_job_is_late(here: Market) -> None:
    found = market.sent(here)
    with clock.frozen(clock.end_of(found.answer_by) + timedelta(seconds=1)), pytest.raises(Refused):
        market.quoted(here, found, 0, 21_000, valid_until=market.in_days(30))
    db.session.rollback()
    with clock.frozen(clock.end_of(found.answer_by) - timedelta(seconds=1)):
        market.quoted(here, found, 0, 21_000, valid_until=market.in_days(30))


def test_a_quote_of_another_request_wins_nothing(here: Market) -> None:
    first, second = market.sent(here), market.sent(here)
    market.quoted(here, first, 0, 21_000)
    quote = market.quoted(here, second, 0, 1_000)
    with pytest.raises(Refused):
        market.awarded(here, first, {1: quote})


# --- what one could learn of others ---

NUMBER = "004190001234"


def test_a_persons_number_is_not_found_digit_by_digit(here: Market) -> None:
    factories.organisation(name="Hộ Nông Thị Hoa", tax_code=NUMBER, legal_form=LegalForm.HOUSEHOLD_BUSINESS)
    firm = factories.organisation(OrganisationKind.BUYER, name="Công ty Vịnh Xanh", tax_code="0301519977")
    by = here.actor(here.buyer)
    assert [one.name for one in partners_found(by, "nong thi hoa", of_buyer=True)] == ["Hộ Nông Thị Hoa"]
    for part in (NUMBER, NUMBER[:4], NUMBER[-4:]):
        assert partners_found(by, part, of_buyer=True) == []
    found = partners_found(here.actor(here.sellers[0]), "0301519977", of_buyer=False)
    assert [one.ref for one in found] == [firm.ref]


def test_producers_that_are_asked_see_of_a_persons_number_only_the_ends(app: Flask, client_of: Member) -> None:
    with app.app_context():
        of = market.market(app)
        with writing():
            mine = Organisation.ref == of.buyer
            db.session.execute(
                update(Organisation).where(mine).values(tax_code=NUMBER, legal_form=LegalForm.HOUSEHOLD_BUSINESS)
            )
        ref = market.sent(of, is_named=True).ref
    text = market.text_of(market.client_for(of, client_of, of.sellers[0]).get(f"/requests/{ref}"))
    assert NUMBER not in text
    assert "004••••••234" in text


def test_a_text_of_the_other_side_takes_no_identity_along(sides: TwoSides) -> None:
    """Forged parties, kinds and references in a posted text stand as the marketplace knows them."""
    by = sides.actor(SELLER)
    with writing():
        made = agreements.create(NewPaper(AgreementKind.SALE, sides.seller, sides.buyer, SELLER), by=by)
        draft = agreements.draft_of(made, SELLER)
        assert draft is not None
        forged = {**draft.terms, "kind": "mou", "paper": "amendment", "references": {"parent": "HD-2026-000099"}}
        forged["parties"] = {
            "seller": {**draft.terms["parties"]["seller"], "tax_code": "0100233488", "legal_name": "Ai đó"},
            "buyer": {**draft.terms["parties"]["buyer"], "legal_name": "Ai khác", "bank": None, "phone": "0"},
        }
        kept = agreements.save_draft(made, SELLER, forged, by).terms
    assert (kept["kind"], kept["paper"]) == ("sale", "contract")
    assert kept["references"]["parent"] is None
    for side in Side:
        organisation = sides.organisation(side)
        named = (kept["parties"][side.value]["legal_name"], kept["parties"][side.value]["tax_code"])
        assert named == (organisation.legal_name, organisation.tax_code)


def test_a_paper_of_others_is_no_parent(app: Flask, client_of: Member) -> None:
    """Refs of agreements and quotes of others in the form lead to a sentence, never to their text."""
    with app.app_context():
        theirs = changing.in_force(two_sides(departments=False), kind=AgreementKind.FRAMEWORK)[0].ref
        mine = two_sides(departments=False)
    form = {"kind": "sale", "side": "seller", "partner": mine.buyer.ref}
    client = client_of(mine.manager)
    for name, value in (("parent", theirs), ("quote", "BG-2026-000001"), ("parent", "%00"), ("quote", "9" * 500)):
        answer = client.post("/agreements", data={**form, name: value})
        assert answer.status_code == 422, name
