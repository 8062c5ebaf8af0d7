"""Sale contracts under a framework agreement: its goods, its prices, inside its term; and what it may not take back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.services import agreements, endings, renewing
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind, Side
from marketplace.core.database import db, writing
from tests.contracts import changing
from tests.contracts.changing import (
    again,
    annex,
    first_day,
    in_force,
    last_day,
    lines_with,
    refused,
    rewrite,
    sign,
    walk,
)  # fmt: skip
from tests.contracts.making import TwoSides, agreement_in, complete, two_sides


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture
def framework(sides: TwoSides) -> Agreement:
    return agreement_in(AgreementState.ACTIVE, sides, kind=AgreementKind.FRAMEWORK)


def child(framework: Agreement, sides: TwoSides, **changes: object) -> Agreement:
    """A sale contract under it, as a draft with everything filled in."""
    by = sides.actor(Side.SELLER)
    with writing():
        made = renewing.begin_sale_under(framework, Side.SELLER, by=by)
    kept = {name: changing.draft_terms(made)[name] for name in ("lines", "term")}
    filled = complete(changing.draft_terms(made), sides.variant, **{**kept, "schedule": [], **changes})
    with writing():
        agreements.save_draft(made, Side.SELLER, filled, by)
    return made


def test_more_framework_agreements_than_are_listed_can_be_begun_from(
    app: Flask, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PARTNERS", 0)
    with app.app_context():
        sides = two_sides()
        framework = agreement_in(AgreementState.ACTIVE, sides, kind=AgreementKind.FRAMEWORK)
        form = {"kind": "sale", "side": "seller", "partner": sides.buyer.ref, "parent": framework.ref}
    assert client_of(sides.manager).post("/agreements", data=form).status_code == 303
    with app.app_context():
        made = db.session.scalars(select(Agreement).where(Agreement.parent_id == framework.id)).one()
        assert (made.kind, made.state) == (AgreementKind.SALE, AgreementState.DRAFT)


def test_a_sale_takes_over_goods_prices_and_the_end_of_the_term(framework: Agreement, sides: TwoSides) -> None:
    made = child(framework, sides)
    terms = changing.draft_terms(made)
    assert (made.kind, made.paper, made.parent_id) == (AgreementKind.SALE, PaperKind.CONTRACT, framework.id)
    assert (terms["references"]["parent"], terms["lines"][0]["price_vnd"]) == (framework.ref, 120_000)
    assert terms["term"]["valid_to"] == last_day(framework).isoformat()
    sign(made, sides)
    assert again(made).state is AgreementState.ACTIVE


def test_not_longer_than_the_framework(framework: Agreement, sides: TwoSides) -> None:
    later = (last_day(framework) + timedelta(days=1)).isoformat()
    made = child(framework, sides, term={"valid_from": first_day(framework).isoformat(), "valid_to": later})
    refused(lambda: walk(made, sides, "send"), framework.ref)


def test_not_at_another_price(framework: Agreement, sides: TwoSides) -> None:
    made = child(framework, sides)
    rewrite(made, sides, lines=lines_with(made, price_vnd=119_000))
    refused(lambda: walk(made, sides, "send"), framework.ref)


def test_an_annex_of_the_sale_keeps_to_the_framework(framework: Agreement, sides: TwoSides) -> None:
    made = child(framework, sides)
    sign(made, sides)
    paper = annex(again(made), sides)
    rewrite(paper, sides, lines=lines_with(paper, price_vnd=130_000))
    refused(lambda: walk(paper, sides, "send"), framework.ref)


def test_an_annex_of_the_framework_does_not_end_it_before_its_sales(framework: Agreement, sides: TwoSides) -> None:
    made = child(framework, sides)
    sign(made, sides)
    earlier = {
        "valid_from": first_day(framework).isoformat(),
        "valid_to": (last_day(made) - timedelta(days=1)).isoformat(),
    }
    paper = annex(again(framework), sides, term=earlier, schedule=[])
    refused(lambda: walk(paper, sides, "send"), made.ref)


def test_no_sale_under_a_sale(sides: TwoSides) -> None:
    contract, _sides = in_force(sides)
    refused(lambda: child(contract, sides), "thỏa thuận khung")


def test_a_sale_is_followed_under_the_framework_while_that_is_in_force(framework: Agreement, sides: TwoSides) -> None:
    made = child(framework, sides)
    sign(made, sides)
    for side in Side:
        with writing():
            endings.confirm_closing(made, side, by=sides.actor(side))
    with writing():
        following = renewing.renew(made, Side.BUYER, by=sides.actor(Side.BUYER))
    assert (following.parent_id, following.prior_id) == (framework.id, made.id)
