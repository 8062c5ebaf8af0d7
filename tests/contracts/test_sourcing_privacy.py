"""One buyer's quantities and prices are never seen by another, one producer's quote never by another: on no route."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, url_for

from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience
from tests.contracts.market import (
    CAKE,
    RICE,
    Clients,
    Market,
    client_for,
    countered,
    market,
    quoted,
    sent,
    text_of,
    with_set,
)

QUANTITY, PRICE, OTHER_PRICE = "1.200", "21.777", "19.333"
WITH_REQUEST = (
    "show_request", "edit_request", "save_request", "recipients", "find_sellers", "send_request", "ask_more",
    "close_request", "reopen_request", "withdraw_request", "decline_request", "quote_form", "give_quote",
    "compare_quotes", "award", "finish_request",
)  # fmt: skip
WITH_QUOTE = (
    "show_quote", "propose", "agree_quote", "withdraw_quote", "refuse_quote", "order_quote", "contract_quote",
)  # fmt: skip


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


def dealt(here: Market) -> tuple[str, str, str]:
    """A request to two producers, quoted by both, one of them in its second round; the refs."""
    found = sent(here, with_set(RICE), CAKE, to=(0, 1))
    first = quoted(here, found, 0, 21_777, None)
    second = quoted(here, found, 1, 19_333, 50_000)
    countered(here, first, Side.BUYER, 20_111, None)
    return found.ref, first.ref, second.ref


def addresses(here: Market, names: tuple[str, ...], ref: str) -> list[tuple[str, str]]:
    """Method and address of each route."""
    rules = {rule.endpoint: rule for rule in here.app.url_map.iter_rules()}
    with here.app.test_request_context():
        found = [(rules[f"contracts.{name}"], url_for(f"contracts.{name}", ref=ref)) for name in names]
    return [("GET" if "GET" in (rule.methods or ()) else "POST", address) for rule, address in found]


def test_every_route_with_a_ref_is_listed(here: Market) -> None:
    endpoints = {rule.endpoint.split(".")[1] for rule in here.app.url_map.iter_rules() if "<ref>" in rule.rule}
    of_sourcing = {rule.endpoint.split(".")[1] for rule in here.app.url_map.iter_rules()
                   if rule.rule.startswith(("/requests/<ref>", "/quotes/<ref>"))}  # fmt: skip
    assert of_sourcing == set(WITH_REQUEST + WITH_QUOTE)
    assert of_sourcing <= endpoints


def test_another_buyer_gets_404_everywhere(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        request_ref, first, second = dealt(here)
    other = client_for(here, client_of, here.other_buyer)
    asked = [*addresses(here, WITH_REQUEST, request_ref), *addresses(here, WITH_QUOTE, first)]
    got = {address: other.open(address, method=method).status_code for method, address in asked}
    assert set(got.values()) == {404}, got
    for page in ("/requests", "/requests?over=1", "/demand", f"/requests/new?again={request_ref}", "/supply", "/me"):
        text = text_of(other.get(page))
        assert request_ref not in text
        assert not any(figure in text for figure in (QUANTITY, PRICE, OTHER_PRICE))
    assert other.get("/messages/new/quote/" + second).status_code == 404
    assert other.get("/messages/new/request/" + request_ref).status_code == 404


def test_another_producer_gets_404_from_every_quote(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        request_ref, first, _second = dealt(here)
    for rival in (here.sellers[1], here.sellers[2]):
        client = client_for(here, client_of, rival)
        got = {address: client.open(address, method=method).status_code
               for method, address in addresses(here, WITH_QUOTE, first)}  # fmt: skip
        assert set(got.values()) == {404}, got
    stranger = client_for(here, client_of, here.sellers[2])
    got = {address: stranger.open(address, method=method).status_code
           for method, address in addresses(here, WITH_REQUEST, request_ref)}  # fmt: skip
    assert set(got.values()) == {404}, got


def test_a_producer_that_is_asked_sees_only_her_own_prices(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        request_ref, first, second = dealt(here)
        rival = here.organisation(here.sellers[0]).name
    client = client_for(here, client_of, here.sellers[1])
    for page in (f"/requests/{request_ref}", "/requests", "/quotes", f"/quotes/{second}", "/desk", "/demand"):
        answer = client.get(page)
        text = text_of(answer)
        assert answer.status_code == 200
        assert first not in text
        assert rival not in text
        assert not any(figure in text for figure in (PRICE, "20.111", "26.132.400"))
    assert client.get(f"/requests/{request_ref}/comparison").status_code == 403


def test_the_board_shows_neither_quantities_nor_prices(here: Market, client_of: Clients, client: Any) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE, to=(), audience=Audience.BOARD, is_named=False, title="Gạo Tết")
        quoted(here, found, 0, 21_777, None)
        ref, buyer = found.ref, here.organisation(here.buyer).name
    for who in (client, client_for(here, client_of, here.other_buyer), client_for(here, client_of, here.sellers[1])):
        text = text_of(who.get("/demand"))
        assert "Gạo ST25" in text
        assert "Quảng Ninh" in text
        assert not any(word in text for word in (QUANTITY, "300 hộp", PRICE, buyer, "Bãi Cháy"))
    assert client.get(f"/requests/{ref}").status_code in (302, 303)


def test_the_buyers_name_is_hers_to_show(here: Market, client_of: Clients, client: Any) -> None:
    with here.app.app_context():
        sent(here, to=(), audience=Audience.BOARD, is_named=True)
        hidden = sent(here, CAKE, to=(), audience=Audience.BOARD, is_named=False).ref
        buyer = here.organisation(here.buyer).name
    assert text_of(client.get("/demand")).count(buyer) == 1
    seller = client_for(here, client_of, here.sellers[0])
    assert buyer not in text_of(seller.get(f"/requests/{hidden}"))
    assert "Bãi Cháy" not in text_of(seller.get(f"/requests/{hidden}"))
    assert seller.get(f"/messages/new/request/{hidden}").status_code == 404
    with here.app.app_context():
        from tests.contracts.market import request_of

        quoted(here, request_of(hidden), 0, 50_000)
    assert buyer in text_of(seller.get(f"/requests/{hidden}"))
    assert buyer not in text_of(client_for(here, client_of, here.sellers[1]).get(f"/requests/{hidden}"))


def test_no_letter_names_who_wants_to_stay_unnamed(here: Market) -> None:
    from sqlalchemy import select

    from marketplace.core.database import db
    from marketplace.core.outbox import Notice

    with here.app.app_context():
        sent(here, to=(0,), audience=Audience.BOARD, is_named=False)
        (letter,) = db.session.scalars(select(Notice).where(Notice.template == "contracts/request_received"))
        assert letter.recipient_ref == here.sellers[0]
        assert here.organisation(here.buyer).name not in str(letter.context)
