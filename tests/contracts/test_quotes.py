"""Answering round by round: prices, what both sides may do and when, what runs out, what stays as it was said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.jobs.sourcing import expire_quotes
from marketplace.contracts.models import Quote, QuoteRound
from marketplace.contracts.services import quotes, requests
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import FreightTerms, QuoteState
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests.contracts.market import (
    CAKE,
    RICE,
    Clients,
    Market,
    client_for,
    countered,
    in_days,
    market,
    proposal,
    quote_of,
    quoted,
    request_of,
    sent,
    text_of,
    with_set,
)


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


def form(**changes: Any) -> dict[str, Any]:
    """A quote for the first line as the page sends it."""
    usual = {"price_1": "21.500", "quantity_1": "1200", "freight_terms": "extra", "freight": "2.400.000", "loss": "2"}
    return {**usual, "payment_days": "15", "lead_days": "7", "valid_until": in_days(14).isoformat(), **changes}


def told(template: str) -> list[str]:
    asked = select(Notice.recipient_ref).where(Notice.template == f"contracts/{template}").order_by(Notice.id)
    return list(db.session.scalars(asked))


def test_a_producer_quotes_and_the_buyer_is_told(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        ref = sent(here).ref
    seller = client_for(here, client_of, here.sellers[0])
    assert "1.200 kg" in text_of(seller.get(f"/requests/{ref}/quote"))
    answer = seller.post(f"/requests/{ref}/quotes", data=form(pack_1=here.packs[0]))
    assert answer.status_code == 303, answer.text
    with here.app.app_context():
        quote = db.session.scalars(select(Quote)).one()
        (said,) = quote.rounds
        assert (said.total_vnd, said.loss_percent, said.freight_terms) == (28_200_000, 2, FreightTerms.EXTRA)
        assert said.lines[0].variant is not None
        assert (quote.turn, quote.state) == (Side.BUYER, QuoteState.OPEN)
        assert told("quote_received") == [here.buyer]
    assert "28.200.000" in text_of(client_for(here, client_of, here.buyer).get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_1": "hai chục"}, "price_1"),
        ({"price_1": ""}, "price_1"),
        ({"quantity_1": ""}, "quantity_1"),
        ({"quantity_1": "1300"}, "quantity_1"),
        ({"freight": ""}, "freight"),
        ({"loss": "51"}, "loss"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"valid_until": "mai"}, "valid_until"),
    ],
)
def test_a_wrong_quote_says_so_at_its_field(
    here: Market, client_of: Clients, changes: dict[str, str], field: str
) -> None:
    with here.app.app_context():
        ref = sent(here).ref
    answer = client_for(here, client_of, here.sellers[0]).post(f"/requests/{ref}/quotes", data=form(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with here.app.app_context():
        assert db.session.scalars(select(Quote)).all() == []


def test_two_colleagues_give_one_quote(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        quoted(here, found, 0, 20_000)
        with pytest.raises(Refused):
            quoted(here, found, 0, 19_000)


def test_after_the_last_day_nobody_new_quotes(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        with writing():
            requests.close(found, by=here.actor(here.buyer))
        with pytest.raises(Refused):
            quoted(here, found, 0, 20_000)


def test_every_round_is_kept_and_the_turn_changes(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here)
        ref = quoted(here, found, 0, 22_000).ref
    buyer, seller = client_for(here, client_of, here.buyer), client_for(here, client_of, here.sellers[0])
    assert buyer.post(f"/quotes/{ref}/rounds", data=form(price_1="20.000", seen="1")).status_code == 303
    assert seller.post(f"/quotes/{ref}/rounds", data=form(price_1="21.000", seen="2")).status_code == 303
    with here.app.app_context():
        said = [(one.number, one.side, one.lines[0].price_vnd) for one in quote_of(ref).rounds]
        assert said == [(1, Side.SELLER, 22_000), (2, Side.BUYER, 20_000), (3, Side.SELLER, 21_000)]
        assert quote_of(ref).turn is Side.BUYER
        assert (told("quote_round_seller"), told("quote_round_buyer")) == ([here.sellers[0]], [here.buyer])
    page = text_of(buyer.get(f"/quotes/{ref}"))
    assert "20.000 ₫ → 21.000 ₫" in page
    assert "(+5 %)" in page
    assert "(−9,1 %)" in page


def test_a_stale_tab_keeps_what_was_typed(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here)
        quote = quoted(here, found, 0, 22_000)
        countered(here, quote, Side.SELLER, 21_500)
        ref = quote.ref
    answer = client_for(here, client_of, here.buyer).post(
        f"/quotes/{ref}/rounds", data=form(price_1="20.000", seen="1")
    )
    assert answer.status_code == 422
    assert "Vòng 2" in text_of(answer)
    assert 'value="20.000"' in answer.text
    with here.app.app_context():
        assert quote_of(ref).last_round == 2


def test_a_buyer_answers_once_and_waits(here: Market) -> None:
    with here.app.app_context():
        quote = quoted(here, sent(here), 0, 22_000)
        countered(here, quote, Side.BUYER, 20_000)
        with pytest.raises(Refused):
            countered(here, quote, Side.BUYER, 19_000)
        countered(here, quote, Side.SELLER, 21_000)
        with pytest.raises(Refused):
            countered(here, quote, Side.BUYER, 21_000)


def test_agreeing_makes_the_buyers_figures_the_producers_word(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        quote = quoted(here, sent(here), 0, 22_000)
        countered(here, quote, Side.BUYER, 20_000)
        ref = quote.ref
    seller = client_for(here, client_of, here.sellers[0])
    assert seller.post(f"/quotes/{ref}/consent", data={"seen": "1"}).status_code == 422
    assert seller.post(f"/quotes/{ref}/consent", data={"seen": "2"}).status_code == 303
    with here.app.app_context():
        last = quote_of(ref).rounds[-1]
        assert (last.number, last.side, last.lines[0].price_vnd) == (3, Side.SELLER, 20_000)
        assert told("quote_agreed_buyer") == [here.buyer]


def test_only_its_own_side_may_do_what_is_its_own(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        ref = quoted(here, sent(here), 0, 22_000).ref
    buyer, seller = client_for(here, client_of, here.buyer), client_for(here, client_of, here.sellers[0])
    assert buyer.post(f"/quotes/{ref}/withdrawal").status_code == 403
    assert buyer.post(f"/quotes/{ref}/consent", data={"seen": "1"}).status_code == 403
    assert seller.post(f"/quotes/{ref}/refusal").status_code == 403
    assert seller.post(f"/quotes/{ref}/order").status_code == 403
    with here.app.app_context():
        assert quote_of(ref).state is QuoteState.OPEN


def test_a_quote_runs_out_and_is_renewed(here: Market, frozen: Any) -> None:
    with here.app.app_context():
        quote = quoted(here, sent(here, answer_by=in_days(60)), 0, 22_000, valid_until=in_days(3))
        ref = quote.ref
    frozen(clock.now() + timedelta(days=4))
    with here.app.app_context():
        expire_quotes()
        expire_quotes()
        assert quote_of(ref).state is QuoteState.EXPIRED
        assert (told("quote_expired_seller"), told("quote_expired_buyer")) == ([here.sellers[0]], [here.buyer])
        countered(here, quote_of(ref), Side.SELLER, 22_000)
        assert quote_of(ref).state is QuoteState.OPEN
        assert quote_of(ref).last_round == 2


def test_a_withdrawn_quote_comes_back_while_the_request_is_open(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        ref = quoted(here, sent(here), 0, 22_000).ref
    seller = client_for(here, client_of, here.sellers[0])
    assert seller.post(f"/quotes/{ref}/withdrawal").status_code == 303
    assert seller.post(f"/quotes/{ref}/withdrawal").status_code == 422
    with here.app.app_context():
        countered(here, quote_of(ref), Side.SELLER, 21_000)
        assert quote_of(ref).state is QuoteState.OPEN
        with writing():
            quotes.withdraw(quote_of(ref), by=here.actor(here.sellers[0]))
        with writing():
            requests.close(request_of(quote_of(ref).request.ref), by=here.actor(here.buyer))
        with pytest.raises(Refused):
            countered(here, quote_of(ref), Side.SELLER, 20_000)


def test_another_producers_goods_are_refused(here: Market) -> None:
    from tests.contracts.market import pack_of

    with here.app.app_context():
        found = sent(here)
        stranger = pack_of(here, 1)
        wish = proposal(found, 20_000, pack=stranger)
        whose, by = here.organisation(here.sellers[0]), here.actor(here.sellers[0])
        with pytest.raises(Refused), writing():
            quotes.give(found, whose, wish, by=by)


def test_rounds_only_grow(here: Market) -> None:
    with here.app.app_context():
        quote = quoted(here, sent(here, with_set(RICE), CAKE), 0, 22_000, None)
        said = quote.rounds[0]
        with pytest.raises(Exception, match="only grows"), writing():
            db.session.get_one(QuoteRound, said.id).freight_vnd = 1


def test_talk_hangs_on_the_quote(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here)
        request_ref, ref = found.ref, quoted(here, found, 0, 22_000).ref
    buyer, seller = client_for(here, client_of, here.buyer), client_for(here, client_of, here.sellers[0])
    answer = buyer.post(f"/messages/new/quote/{ref}", data={"text": "Có giao thứ Bảy không?", "token": "a" * 24})
    assert answer.status_code == 303
    assert "giao thứ Bảy" in text_of(seller.get(answer.headers["Location"]))
    stranger = client_for(here, client_of, here.sellers[1])
    assert stranger.get(answer.headers["Location"]).status_code == 404
    assert stranger.get(f"/messages/new/quote/{ref}").status_code == 404
    asked = stranger.post(f"/messages/new/request/{request_ref}", data={"text": "Hóa đơn nào?", "token": "b" * 24})
    assert asked.status_code == 303
    assert "Hóa đơn" in text_of(buyer.get(asked.headers["Location"]))
    assert seller.get(asked.headers["Location"]).status_code == 404
