"""A buyer's price by contract: written down beside the goods while it can be called, and shown to that buyer alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services
from marketplace.catalogue.models import AgreedPrice, Product, Variant
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.agreed_prices import prices_of
from marketplace.contracts.services import amending, endings, suspending, terminating
from marketplace.contracts.states.agreements import (
    AgreementAction,
    AgreementState,
    AmendmentRationale,
    PaperKind,
    Side,
    TerminationGround,
)
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, OrganisationKind, Role
from marketplace.core.database import db, lock, writing
from marketplace.orders import services as orders
from marketplace.orders.states import CancelReason
from tests import factories
from tests.clients import Client, sign_in
from tests.contracts import changing
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, agreement_in, line, two_sides
from tests.html import assert_valid_html
from tests.pages.rules import faults
from tests.storefronts.stage import counted_queries

AGREED = 97_000
SHOWN = "97.000"
Frozen = Callable[[datetime], datetime]


def agreed(sides: TwoSides, **changes: Any) -> Agreement:
    """A contract in force from today under which the rice costs less than in the shop."""
    return perform.contract_in_force(sides, **{"lines": [line(sides.variant, price_vnd=AGREED)], **changes})


def written(contract: Agreement) -> list[tuple[int, date, date | None]]:
    """What the catalogue holds of a contract: price, first and last day."""
    rows = select(AgreedPrice).where(AgreedPrice.basis == contract.ref).order_by(AgreedPrice.price_vnd)
    db.session.expire_all()
    return [(one.price_vnd, one.valid_from, one.valid_to) for one in db.session.scalars(rows)]


def seen(sides: TwoSides, actor: Actor | None = None) -> list[int]:
    """The prices that somebody (the buyer, unless told) is shown beside the rice."""
    shown = prices_of(actor or sides.actor(Side.BUYER), [sides.variant.sku])
    on_card = catalogue.agreed_by_product(actor or sides.actor(Side.BUYER), [sides.product.slug])
    assert [one.price_vnd for one in on_card.values()] == [one.price_vnd for one in shown[:1]]
    return [one.price_vnd for one in shown]


# --- what is written down --------------------------------------------------------------------------------------------


def test_a_contract_in_force_is_written_down_for_its_term(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides)
        assert written(contract) == [(AGREED, clock.today(), contract.valid_to)]
        [one] = prices_of(sides.actor(Side.BUYER), [sides.variant.sku])
        assert (one.price_vnd, one.left, one.agreement_ref, one.key) == (AGREED, 1260, contract.ref, "L1")


def test_signatures_bring_it_and_a_paper_on_the_way_does_not(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        for state in (AgreementState.NEGOTIATING, AgreementState.SIGNING):
            assert written(agreement_in(state, sides)) == []
        contract, _ = changing.in_force(sides)
        assert [price for price, _first, _last in written(contract)] == [changing.book(contract)[0].price_vnd]


def test_it_counts_only_on_the_days_of_the_term(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        first, last = clock.today() + timedelta(days=5), clock.today() + timedelta(days=30)
        agreed(sides, term={"valid_from": first.isoformat(), "valid_to": last.isoformat()})
        days = (first - timedelta(days=1), first, last, last + timedelta(days=1))
        shown = []
        for day in days:
            frozen(clock.start_of(day) + timedelta(hours=9))
            shown.append(seen(sides))
        assert shown == [[], [AGREED], [AGREED], []]


def test_the_catalogue_takes_the_last_word_of_a_contract(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        other = factories.variant(factories.product(sides.seller, "Mật ong rừng"))
        first = clock.today()
        with writing():
            services.set_agreed_prices("HD-1", sides.buyer.id, {sides.variant.id: 9}, valid_from=first, valid_to=None)
            services.set_agreed_prices("HD-2", sides.buyer.id, {sides.variant.id: 8}, valid_from=first, valid_to=first)
            services.set_agreed_prices("HD-1", sides.buyer.id, {other.id: 7}, valid_from=first, valid_to=None)
        rows = select(AgreedPrice.basis, AgreedPrice.variant_id, AgreedPrice.price_vnd).order_by(AgreedPrice.basis)
        assert db.session.execute(rows).all() == [("HD-1", other.id, 7), ("HD-2", sides.variant.id, 8)]
        with writing():
            services.end_agreed_prices("HD-1")
        assert [basis for basis, *_ in db.session.execute(rows)] == ["HD-2"]


@pytest.mark.parametrize("wrong", [{"price_vnd": -1}, {"valid_to": date(2020, 1, 1)}])
def test_the_database_bears_no_nonsense(app: Flask, wrong: dict[str, Any]) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        row = {"basis": "HD-1", "buyer_id": sides.buyer.id, "variant_id": sides.variant.id, "price_vnd": 1}
        with pytest.raises(IntegrityError), writing():
            db.session.add(AgreedPrice(**{**row, "valid_from": clock.today(), **wrong}))


# --- the life of a contract ------------------------------------------------------------------------------------------


def amend(contract: Agreement, sides: TwoSides, lines: int = 9, **line_changes: Any) -> None:
    """An annex that changes the first line and has only so many is in force, as if its papers were there."""
    with writing():
        paper = amending.propose_amendment(contract, Side.SELLER, AmendmentRationale.PRICE, by=sides.actor(Side.SELLER))
    changing.rewrite(paper, sides, lines=changing.lines_with(paper, **line_changes)[:lines])
    changing.walk(paper, sides, "send", "accept", "review")
    with writing():
        lock(contract, paper)
        endings.take_effect(paper)


def test_an_annex_changes_the_price_from_the_day_of_its_force(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides)
        frozen(changing.after(clock.today(), days=10))
        assert seen(sides) == [AGREED]
        amend(contract, sides, price_vnd=95_000)
        assert written(contract) == [(95_000, clock.today(), contract.valid_to)]
        assert seen(sides) == [95_000]


def test_an_annex_that_drops_a_line_ends_its_price(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides, lines=perform.two_lines(sides))
        assert len(written(contract)) == 2
        amend(contract, sides, lines=1)
        assert [price for price, _first, _last in written(contract)] == [line(sides.variant)["price_vnd"]]


def test_a_suspension_hides_it_until_it_is_lifted(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides)
        with writing():
            suspending.suspend(contract, "Kho đang sửa.", clock.today(), by=sides.actor(Side.SELLER))
        assert (written(contract), seen(sides)) == ([], [])
        with writing():
            suspending.lift(contract, "Kho đã xong.", by=sides.actor(Side.SELLER))
        assert seen(sides) == [AGREED]


def test_an_announced_suspension_hides_it_from_its_day_on(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract, day = agreed(sides), clock.today() + timedelta(days=3)
        with writing():
            suspending.suspend(contract, "Kho sẽ sửa.", day, by=sides.actor(Side.SELLER))
        assert written(contract) == [(AGREED, clock.today(), day - timedelta(days=1))]
        assert seen(sides) == [AGREED]
        frozen(changing.after(day))
        assert seen(sides) == []
        with writing():
            suspending.lift(contract, "Không sửa nữa.", by=sides.actor(Side.SELLER))
        assert written(contract) == [(AGREED, day, contract.valid_to)]


ENDS: dict[str, Callable[[Agreement, TwoSides], object]] = {
    "notice": lambda contract, sides: terminating.give_notice(
        contract,
        Side.SELLER,
        TerminationGround.NOTICE,
        "Ngừng trồng.",
        clock.today() + timedelta(days=40),
        by=sides.actor(Side.SELLER),
    ),
    "terminated": lambda contract, _: endings.end(contract, AgreementAction.TERMINATE, by=SYSTEM),
    "expired": lambda contract, _: endings.end(contract, AgreementAction.EXPIRE, by=SYSTEM),
    "completed": lambda contract, sides: [
        endings.confirm_closing(contract, side, by=sides.actor(side)) for side in Side
    ],
}


@pytest.mark.parametrize("how", ENDS)
def test_the_end_of_a_contract_ends_its_prices_and_no_others(app: Flask, how: str) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract, other = agreed(sides), agreed(sides, lines=[line(sides.variant, price_vnd=98_000)])
        assert seen(sides) == [AGREED, 98_000]
        with writing():
            lock(contract)
            ENDS[how](contract, sides)
        assert (written(contract), seen(sides)) == ([], [98_000])
        assert [price for price, _first, _last in written(other)] == [98_000]


def test_what_is_called_up_is_shown_no_longer_until_it_can_be_called_again(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides)
        perform.call(contract, sides, L1=1259)
        assert seen(sides) == [AGREED]
        last = perform.call(contract, sides, L1=1)
        assert (written(contract), seen(sides)) == ([], [])
        assert last.order is not None
        with writing():
            orders.cancel(last.order, reason=CancelReason.CHANGED_MIND, by=sides.actor(Side.BUYER))
        assert seen(sides) == [AGREED]


def test_liquidation_minutes_of_their_own_have_no_prices(app: Flask) -> None:
    with app.app_context():
        contract, sides = changing.in_force()
        paper = changing.minutes(contract, sides, PaperKind.TERMINATION)
        changing.sign(paper, sides)
        assert (written(paper), written(contract)) == ([], [])


# --- whose eyes ------------------------------------------------------------------------------------------------------


def others(sides: TwoSides) -> dict[str, Actor]:
    """Everybody who must not see the buyer's price."""
    firm = factories.organisation(OrganisationKind.BUYER, name="Siêu thị khác")
    mine = sides.actor(Side.BUYER)
    return {
        "another buyer": factories.actor(factories.manager_of(firm), firm),
        "the seller": sides.actor(Side.SELLER),
        "another of the seller's": factories.actor(factories.person(), sides.seller, Role.STAFF),
        "the buyer's person for herself": factories.actor(sides.purchaser),
        "the buyer while it is suspended": replace(mine, organisation_suspended=True),
        "an officer": replace(mine, organisation_kind=OrganisationKind.DEPARTMENT),
        "the operator": replace(mine, organisation_kind=OrganisationKind.OPERATOR),
    }


def test_nobody_else_is_shown_the_price(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreed(sides)
        assert {name: seen(sides, actor) for name, actor in others(sides).items() if seen(sides, actor)} == {}
        assert seen(sides, sides.signatory(Side.BUYER)) == [AGREED]


def test_a_suspended_seller_offers_nothing(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreed(sides)
        with writing():
            whose = update(Organisation).where(Organisation.id == sides.seller.id)
            db.session.execute(whose.values(state=OrganisationState.SUSPENDED))
        assert prices_of(sides.actor(Side.BUYER), [sides.variant.sku]) == []


@dataclass(frozen=True)
class Market:
    """The pages that show the rice, with a browser of each reader."""

    slug: str
    sku: str
    contract: str
    buyer: Client
    signatory: Client
    strangers: dict[str, Client]

    @property
    def addresses(self) -> list[str]:
        """Its page, lists with its card, what browsers ask for by its name, and where it is compared."""
        asked = (f"/{page}?p={self.slug}" for page in ("products/cards", "compare"))
        return [f"/products/{self.slug}", "/products", "/", *asked]


@pytest.fixture
def market(app: Flask) -> Market:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = agreed(sides)
        perform.stock(sides)
        rival = factories.organisation(OrganisationKind.BUYER, name="Siêu thị khác")
        colleague = factories.person()
        factories.membership(colleague, sides.seller, Role.STAFF)
        people = {"rival": factories.manager_of(rival), "seller": sides.manager, "colleague": colleague}
        slug, sku = sides.product.slug, sides.variant.sku
    strangers = {name: browser(app, person) for name, person in people.items()}
    strangers["guest"] = cast(Client, app.test_client())
    return Market(
        slug, sku, contract.ref, browser(app, sides.purchaser), browser(app, sides.buyer_signatory), strangers
    )


def browser(app: Flask, person: Any) -> Client:
    return sign_in(cast(Client, app.test_client()), person)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_buyer_sees_it_and_is_led_to_a_call_off(market: Market) -> None:
    page = read(market.buyer, f"/products/{market.slug}")
    assert "Giá theo hợp đồng" in page
    assert "còn gọi được 1.260" in page
    assert f'href="/agreements/{market.contract}/call-offs/new#quantity-L1"' in page
    assert SHOWN in page
    assert 'id="quantity-L1"' in read(market.buyer, f"/agreements/{market.contract}/call-offs/new")


def test_who_may_not_call_sees_the_price_without_the_button(market: Market) -> None:
    page = read(market.signatory, f"/products/{market.slug}")
    assert SHOWN in page
    assert "call-offs/new" not in page


def test_cards_say_it_to_the_buyer(market: Market) -> None:
    market.buyer.post("/me/favourites", data={"product": market.slug})
    for address in (*market.addresses[1:3], "/me/favourites", market.addresses[4]):
        assert f"giá hợp đồng {SHOWN}" in read(market.buyer, address), address


@pytest.mark.parametrize("first", ["buyer", "strangers"])
def test_no_page_leaks_it_whoever_came_first(market: Market, first: str) -> None:
    """Guests' pages are kept and cards are drawn once: neither may carry what was drawn for the buyer."""
    for address in market.addresses:
        for _ in range(3):
            if first == "buyer":
                assert SHOWN in read(market.buyer, address), address
            for name, client in market.strangers.items():
                assert SHOWN not in read(client, address), (name, address)
            assert SHOWN in read(market.buyer, address), address


def test_the_cart_counts_the_price_of_the_shop_and_shows_the_other(market: Market) -> None:
    for client in (market.buyer, market.strangers["rival"]):
        client.post("/cart/lines", data={"variant": market.sku, "quantity": "2"})
    page = read(market.buyer, "/cart")
    assert (SHOWN in page, "240.000" in page, "194.000" in page) == (True, True, False)
    assert "Hàng cho vào giỏ tính theo giá gian hàng." in page
    assert SHOWN not in read(market.strangers["rival"], "/cart")
    checkout = read(market.buyer, "/checkout")
    assert ("240.000" in checkout, "194.000" in checkout) == (True, False)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_hung_beside_packs_and_cards_is_good_html(market: Market, language: str) -> None:
    market.buyer.post("/cart/lines", data={"variant": market.sku, "quantity": "2"})
    pages = {
        path: read(market.buyer, f"{path}?lang={language}") for path in (market.addresses[0], "/cart", "/products")
    }
    for path, page in pages.items():
        assert ("97.000" in page, [*faults(page, language)]) == (True, []), path
    for path, page in pages.items():
        assert_valid_html(page, path)


def asked(client: Client, address: str) -> int:
    with client.application.app_context(), counted_queries() as statements:
        assert client.get(address).status_code == 200
    return len([one for one in statements if "agreed_prices" in one])


def test_it_costs_nobody_else_a_question_and_the_buyer_one_for_all_packs(app: Flask, market: Market) -> None:
    address = f"/products/{market.slug}"
    with app.app_context(), writing():
        product_id = db.session.scalars(select(Variant.product_id).where(Variant.sku == market.sku)).one()
        for name in ("Bao 10 kg", "Bao 25 kg"):
            factories.variant(db.session.get_one(Product, product_id), name=name)
    assert asked(market.strangers["guest"], address) == 0
    assert asked(market.buyer, address) == 1
    assert asked(market.buyer, "/products") == 1
    assert asked(market.strangers["guest"], "/products") == 0
