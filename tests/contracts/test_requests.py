"""Asking for prices: from a product, a cart, a harvest or words, to producers or the board, until it is over."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.jobs.sourcing import close_requests
from marketplace.contracts.models import Request
from marketplace.contracts.services import requests
from marketplace.contracts.states.sourcing import Audience, RequestState
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.access.making import fill
from tests.clients import Client
from tests.contracts.market import Clients, Market, client_for, in_days, market, quoted, request_of, sent, text_of


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


def form(**changes: Any) -> dict[str, Any]:
    """A request for rice as the page sends it."""
    line = {"line_1_description": "Gạo ST25", "line_1_quantity": "1.200", "line_1_unit": "kg", "line_1_set": "3"}
    return {"province": "quang-ninh", "answer_by": in_days(10).isoformat(), **line, **changes}


def told(template: str) -> list[str]:
    """To whom a notice went."""
    asked = select(Notice.recipient_ref).where(Notice.template == f"contracts/{template}").order_by(Notice.id)
    return list(db.session.scalars(asked))


def only_request() -> Request:
    return db.session.scalars(select(Request)).one()


def written(client: Client, **changes: Any) -> str:
    """Write a draft; its ref."""
    answer = client.post("/requests", data=form(**changes))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[-2]


def test_a_request_goes_from_words_to_the_producers_that_are_ticked(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client)
    with here.app.app_context():
        slugs = [here.organisation(one).slug for one in here.sellers[:2]]
        assert only_request().state is RequestState.DRAFT
    page = client.get(f"/requests/{ref}/recipients").text
    assert all(f'value="{slug}"' in page for slug in slugs)
    answer = client.post(f"/requests/{ref}/recipients", data={"audience": "named", "seller": slugs})
    assert answer.headers["Location"] == f"/requests/{ref}"
    with here.app.app_context():
        assert only_request().state is RequestState.OPEN
        assert told("request_received") == here.sellers[:2]
    assert "1.200 kg" in text_of(client.get(f"/requests/{ref}"))


def test_all_producers_of_such_goods_are_asked(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client)
    client.post(f"/requests/{ref}/recipients", data={"audience": "matching"})
    with here.app.app_context():
        assert sorted(told("request_received")) == sorted(here.sellers)


def test_where_nobody_sells_such_goods_the_board_is_named(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        factories.product_set(9)
    ref = written(client, line_1_set="9")
    answer = client.post(f"/requests/{ref}/recipients", data={"audience": "matching"})
    assert answer.status_code == 422
    assert "bảng nhu cầu" in text_of(answer)
    with here.app.app_context():
        assert only_request().state is RequestState.DRAFT


def test_without_a_kind_of_goods_the_producers_are_chosen_by_name(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client, line_1_set="", line_2_description="Muối", line_2_quantity="5", line_2_unit="kg")
    page = client.get(f"/requests/{ref}/recipients").text
    assert re.search(r'<input[^>]*(checked[^>]*value="named"|value="named"[^>]*checked)', page)
    assert "Gạo ST25 và 1 mặt hàng khác" in page
    answer = client.post(f"/requests/{ref}/recipients", data={"audience": "matching"})
    assert answer.status_code == 422
    assert "Chưa dòng nào ghi nhóm hàng" in text_of(answer)


def test_what_is_ticked_stays_while_others_are_looked_for(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client)
    with here.app.app_context():
        one, two, other = (here.organisation(each) for each in here.sellers)
        ticked, name, left_out = one.slug, two.name, other.slug
    page = client.post(f"/requests/{ref}/candidates", data={"audience": "named", "seller": [ticked], "q": name}).text
    assert re.search(rf'name="seller" value="{ticked}"[^>]*checked', page)
    assert re.search(r'<input[^>]*(checked[^>]*value="named"|value="named"[^>]*checked)', page)
    assert name in page
    assert f'value="{left_out}"' not in page
    with here.app.app_context():
        assert (only_request().state, only_request().invited) == (RequestState.DRAFT, [])


def test_named_without_a_name_is_refused(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client)
    answer = client.post(f"/requests/{ref}/recipients", data={"audience": "named"})
    assert answer.status_code == 422
    assert "ít nhất một" in text_of(answer)


def test_what_is_typed_stays_and_each_fault_stands_at_its_field(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    answer = client.post("/requests", data=form(line_1_quantity="nhiều", line_1_unit="", answer_by="hôm qua"))
    assert answer.status_code == 422
    assert 'value="nhiều"' in answer.text
    for name in ("line_1_quantity", "line_1_unit", "answer_by"):
        assert f'id="{name}-error"' in answer.text
    with here.app.app_context():
        assert db.session.scalars(select(Request)).all() == []


def test_a_line_more_and_a_line_less_save_nothing(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    more = client.post("/requests/lines", data=form(step="add"))
    assert 'name="line_2_description"' in more.text
    less = client.post(
        "/requests/lines", data=form(line_2_description="Bánh", line_2_quantity="5", line_2_unit="hộp", step="remove:1")
    )
    assert 'value="Bánh"' in less.text
    assert 'name="line_2_description"' not in less.text
    with here.app.app_context():
        assert db.session.scalars(select(Request)).all() == []


def test_a_product_fills_the_form_and_asks_its_producer(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        seller = here.organisation(here.sellers[0])
        slug, shop = factories.product(seller, "Nếp than", set_number=3).slug, seller.slug
    page = client.get(f"/products/{slug}").text
    assert f"/requests/new?product={slug}" in page
    begun = client.get(f"/requests/new?product={slug}").text
    assert 'value="Nếp than"' in begun
    sku = re.search(r'name="line_1_sku"[^>]*value="([^"]+)"', begun) or re.search(r'value="(SP\d+)"', begun)
    assert sku is not None
    ref = written(client, line_1_sku=sku[1], line_1_description="Nếp than", invite=shop)
    with here.app.app_context():
        made = request_of(ref)
        assert made.lines[0].product is not None
        assert made.lines[0].product.slug == slug
        assert [one.seller_id for one in made.invited] == [here.organisation(here.sellers[0]).id]


def test_a_cart_fills_the_form(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        from tests.contracts.market import pack_of

        fill(here.actor(here.buyer), (pack_of(here, 0).id, 1), (pack_of(here, 1).id, 1))
    client = client_for(here, client_of, here.buyer)
    assert "/requests/new?cart=1" in client.get("/cart").text
    begun = client.get("/requests/new?cart=1").text
    assert "Gạo sạch 1" in begun
    assert "Gạo sạch 2" in begun


def test_the_same_form_sent_twice_makes_one_request(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    assert written(client, token="mot-lan") == written(client, token="mot-lan")


def test_nobody_sends_before_the_operator_has_verified(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        new = factories.organisation(OrganisationKind.BUYER, verified=False)
        factories.manager_of(new)
        ref, slug = new.ref, here.organisation(here.sellers[0]).slug
    client = client_for(here, client_of, ref)
    made = written(client)
    answer = client.post(f"/requests/{made}/recipients", data={"audience": "named", "seller": slug})
    assert answer.status_code == 422
    assert "xác minh" in text_of(answer)


def test_who_buys_for_herself_is_told_the_way(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        lan = factories.person()
    client = client_of(lan)
    assert "/organisations/new" in client.get("/requests/new").text or "buyer" in client.get("/requests/new").text
    assert client.post("/requests", data=form()).status_code == 403


def test_a_draft_is_changed_and_a_sent_request_is_not(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client)
    assert client.post(f"/requests/{ref}/draft", data=form(line_1_quantity="900")).status_code == 303
    with here.app.app_context():
        assert [line.quantity for line in request_of(ref).lines] == [900]
        slug = here.organisation(here.sellers[0]).slug
    client.post(f"/requests/{ref}/recipients", data={"audience": "named", "seller": slug})
    assert client.get(f"/requests/{ref}/draft").status_code == 404
    with here.app.app_context(), writing(), pytest.raises(Refused):
        requests.address(request_of(ref), Audience.BOARD, is_named=True, by=here.actor(here.buyer))


def test_further_producers_are_asked_once(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        ref = sent(here, to=(0,)).ref
        slugs = [here.organisation(one).slug for one in here.sellers]
    client.post(f"/requests/{ref}/more-recipients", data={"seller": slugs})
    client.post(f"/requests/{ref}/more-recipients", data={"seller": slugs})
    with here.app.app_context():
        assert sorted(told("request_received")) == sorted(here.sellers)


def test_a_producer_says_no_and_the_buyer_sees_it(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        ref = sent(here).ref
    seller = client_for(here, client_of, here.sellers[0])
    assert seller.post(f"/requests/{ref}/declining").status_code == 303
    assert "không giao được" in text_of(client_for(here, client_of, here.buyer).get(f"/requests/{ref}")).lower()


def test_the_last_day_closes_a_request_and_tells_its_buyer(here: Market, frozen: Any) -> None:
    with here.app.app_context():
        found = sent(here, answer_by=in_days(2))
        quoted(here, found, 0, 20_000)
        ref = found.ref
    frozen(clock.now() + timedelta(days=2))
    with here.app.app_context():
        close_requests()
        assert request_of(ref).state is RequestState.OPEN
    frozen(clock.now() + timedelta(days=1))
    with here.app.app_context():
        close_requests()
        close_requests()
        assert request_of(ref).state is RequestState.CLOSED
        assert told("request_lapsed") == [here.buyer]


def test_a_closed_request_opens_again_and_tells_who_was_silent(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        found = sent(here)
        quoted(here, found, 0, 20_000)
        ref = found.ref
    client.post(f"/requests/{ref}/closing")
    wrong = client.post(f"/requests/{ref}/reopening", data={"answer_by": in_days(-1).isoformat()})
    assert wrong.status_code == 422
    client.post(f"/requests/{ref}/reopening", data={"answer_by": in_days(5).isoformat()})
    with here.app.app_context():
        assert request_of(ref).state is RequestState.OPEN
        assert told("request_reopened") == [here.sellers[1]]


def test_a_request_that_is_taken_back_declines_its_quotes(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        found = sent(here)
        quote, ref = quoted(here, found, 0, 20_000).ref, found.ref
    client.post(f"/requests/{ref}/withdrawal")
    with here.app.app_context():
        assert request_of(ref).state is RequestState.WITHDRAWN
        assert sorted(told("request_withdrawn")) == sorted(here.sellers[:2])
    seller = client_for(here, client_of, here.sellers[0])
    assert "đã chọn" in text_of(seller.get(f"/quotes/{quote}"))


def test_standing_demand_runs_for_a_year(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.buyer)
    ref = written(client, is_standing="y", answer_by="")
    with here.app.app_context():
        assert request_of(ref).answer_by == clock.today() + requests.A_YEAR
