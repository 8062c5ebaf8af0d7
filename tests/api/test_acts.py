"""What programs do: orders confirmed and shipped once, stock and prices set by who has read the present figure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.api.models import KeptAnswer
from marketplace.api.services import answers
from marketplace.api.states import Scope
from marketplace.api.views import acting, stock
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import ActorKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.inventory import queries as inventory
from marketplace.inventory.models import Movement, StockItem
from marketplace.inventory.services import shelf
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.api.program import Program, Seller, wrong_fields
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Made = Callable[..., Program]
TWICE = b'{"carrier": "GHN", "carrier": "VNPost"}'


@pytest.fixture
def seller(shop: Seller, program: Made) -> Program:
    """A program of the producer with every right."""
    return program(shop.manager, shop.organisation)


@pytest.fixture
def ordered(app: Flask, shop: Seller) -> Callable[..., str]:
    """`ordered(state)`: an order of the seller's goods; its ref."""

    def made(state: OrderState = OrderState.PLACED, **how: Any) -> str:
        with app.app_context():
            factories.province(making.TO)
            buyer = factories.actor(factories.person())
            return making.order_in(state, buyer, shop.variant.id, **how).ref

    return made


def day(days: int = 1) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


# --- orders ---


def test_both_sides_read_their_own_orders(app: Flask, shop: Seller, program: Made, seller: Program) -> None:
    with app.app_context():
        factories.province(making.TO)
        person = factories.person()
        ref = making.order_in(OrderState.PLACED, factories.actor(person), shop.variant.id).ref
        stranger = factories.person()
    buyer = program(person, None, Scope.ORDERS_READ)
    assert [(one["ref"], one["side"]) for one in seller.get("/me/orders").get_json()["items"]] == [(ref, "seller")]
    assert [(one["ref"], one["side"]) for one in buyer.get("/me/orders").get_json()["items"]] == [(ref, "buyer")]
    assert seller.get("/me/orders?side=buyer").get_json()["items"] == []
    assert buyer.get("/me/orders?side=seller").status_code == 403
    told = buyer.get(f"/me/orders/{ref}").get_json()
    assert (told["lines"][0]["sku"], told["receiver"]["name"]) == (shop.variant.sku, "Nguyễn Thị Lan")
    assert program(stranger, None).get(f"/me/orders/{ref}").status_code == 404
    assert program(stranger, None).get("/me/orders").get_json()["items"] == []


def test_pages_by_key_neither_lose_nor_double(seller: Program, ordered: Callable[..., str]) -> None:
    refs = [ordered() for _turn in range(5)]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        told = seller.get(f"/me/orders?limit=2{f'&cursor={cursor}' if cursor else ''}").get_json()
        seen += [one["ref"] for one in told["items"]]
        cursor = told["next_cursor"]
    assert seen == refs[::-1]


def test_only_what_is_asked_for(seller: Program, ordered: Callable[..., str]) -> None:
    old, shipped = ordered(), ordered(OrderState.SHIPPED)
    assert [one["ref"] for one in seller.get("/me/orders?state=shipped").get_json()["items"]] == [shipped]
    with clock.frozen(clock.now() + timedelta(hours=1)):
        moment = clock.now().isoformat().replace("+00:00", "Z")
        assert seller.get(f"/me/orders?since={moment}").get_json()["items"] == []
        seller.ask("POST", f"/me/orders/{old}/confirmation", {"ship_on": day()})
        assert [one["ref"] for one in seller.get(f"/me/orders?since={moment}").get_json()["items"]] == [old]


@pytest.mark.parametrize(
    ("query", "field"),
    [("since=yesterday", "since"), ("since=2026-11-22T08:00:00", "since"), ("state=lost", "state"),
     ("cursor=DH-1-1", "cursor"), ("limit=0", "limit"), ("side=both", "side")],
)  # fmt: skip
def test_a_wrong_question_is_named(seller: Program, query: str, field: str) -> None:
    assert wrong_fields(seller.get(f"/me/orders?{query}")) == [field]


def test_a_program_confirms_and_ships(app: Flask, seller: Program, ordered: Callable[..., str]) -> None:
    ref = ordered()
    told = seller.ask("POST", f"/me/orders/{ref}/confirmation", {"ship_on": day()})
    assert (told.status_code, told.get_json()["state"], told.get_json()["ship_on"]) == (200, "confirmed", day())
    lacking = seller.ask("POST", f"/me/orders/{ref}/shipment", {})
    assert (lacking.status_code, wrong_fields(lacking)) == (422, ["carrier"])
    told = seller.ask("POST", f"/me/orders/{ref}/shipment", {"carrier": "VNPost", "tracking": "EV1VN"})
    assert (told.get_json()["state"], told.get_json()["tracking"]) == ("shipped", "EV1VN")
    again = seller.ask("POST", f"/me/orders/{ref}/shipment", {"carrier": "VNPost"})
    assert (again.status_code, wrong_fields(again)) == (409, [])
    with app.app_context():
        rows = select(AuditEntry).where(AuditEntry.subject_ref == ref, AuditEntry.action == "confirm")
        entry = db.session.scalars(rows).one()
        assert (entry.actor_kind, entry.actor_ref) == (ActorKind.TOKEN.value, seller.ref)


def test_the_same_key_does_it_once(app: Flask, seller: Program, ordered: Callable[..., str]) -> None:
    ref = ordered()
    path, sent = f"/me/orders/{ref}/confirmation", {"ship_on": day()}
    first = seller.ask("POST", path, sent, Idempotency_Key="k-1")
    again = seller.ask("POST", path, sent, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == first.get_json()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    other = seller.ask("POST", path, {"ship_on": day(2)}, Idempotency_Key="k-1")
    assert (other.status_code, wrong_fields(other)) == (422, ["Idempotency-Key"])
    assert wrong_fields(seller.ask("POST", path, sent, Idempotency_Key="a b")) == ["Idempotency-Key"]
    with app.app_context(), clock.frozen(clock.now() + timedelta(days=2)):
        with writing():
            answers.forget()
        assert db.session.scalars(select(KeptAnswer)).all() == []


def test_a_refused_act_leaves_its_key_free(seller: Program, ordered: Callable[..., str]) -> None:
    ref = ordered()
    path = f"/me/orders/{ref}/confirmation"
    assert seller.ask("POST", path, {"ship_on": day(-1)}, Idempotency_Key="k").status_code == 422
    assert seller.ask("POST", path, {"ship_on": day()}, Idempotency_Key="k").status_code == 200


def test_ten_at_once_with_one_key_do_it_once(
    app: Flask, seller: Program, ordered: Callable[..., str], race: Callable[..., list[Any]]
) -> None:
    ref = ordered()

    def confirm(_number: int) -> int:
        mine = Program(app.test_client(), "", seller.secret)  # type: ignore[arg-type]
        return mine.ask("POST", f"/me/orders/{ref}/confirmation", {"ship_on": day()}, Idempotency_Key="k").status_code

    assert race(10, confirm) == [200] * 10
    with app.app_context():
        rows = select(AuditEntry).where(AuditEntry.subject_ref == ref, AuditEntry.action == "confirm")
        assert len(db.session.scalars(rows).all()) == 1


# --- stock ---


def test_stock_follows_a_count(app: Flask, shop: Seller, seller: Program) -> None:
    path = f"/me/stock/{shop.variant.sku}"
    known = seller.get(path)
    assert known.get_json()["on_hand"] == 50
    assert known.headers["ETag"] == known.get_json()["etag"]
    told = seller.put(path, {"on_hand": 47, "reason": "kiểm kê"}, known.headers["ETag"])
    assert (told.status_code, told.get_json()["on_hand"]) == (200, 47)
    with app.app_context():
        moved = db.session.scalars(select(Movement).order_by(Movement.id.desc())).first()
        assert moved is not None
        assert (moved.kind, moved.quantity, moved.reason) == ("correction", -3, "kiểm kê")
        assert (moved.actor_kind, moved.actor_ref) == ("token", seller.ref)
        assert inventory.stock_faults() == []
    assert seller.put(path, {"on_hand": 47}, told.headers["ETag"]).headers["ETag"] == told.headers["ETag"]


def test_who_has_not_read_the_present_figure_is_told_it(shop: Seller, seller: Program) -> None:
    path = f"/me/stock/{shop.variant.sku}"
    missing = seller.put(path, {"on_hand": 1})
    assert (missing.status_code, wrong_fields(missing)) == (428, [])
    stale = seller.put(path, {"on_hand": 1}, '"stale"')
    assert stale.status_code == 412
    assert stale.get_json()["current"]["on_hand"] == 50
    fresh = seller.put(path, {"on_hand": 1}, stale.headers["ETag"])
    assert (fresh.status_code, fresh.get_json()["on_hand"]) == (200, 1)


def test_a_sale_changes_the_etag(shop: Seller, seller: Program, ordered: Callable[..., str]) -> None:
    path = f"/me/stock/{shop.variant.sku}"
    tag = seller.get(path).headers["ETag"]
    ordered()
    answer = seller.put(path, {"on_hand": 0}, tag)
    assert answer.status_code == 412
    promised = seller.put(path, {"on_hand": 0}, answer.headers["ETag"])
    assert (promised.status_code, wrong_fields(promised)) == (422, ["on_hand"])


def test_lots_are_named_where_they_have_to_be(app: Flask, shop: Seller, seller: Program) -> None:
    with app.app_context():
        pack = factories.variant(shop.product, stock=None)
        factories.stock_item(pack, 20, best_before=clock.today() + timedelta(days=90))
        sku = pack.sku
    path = f"/me/stock/{sku}"
    (lot,) = seller.get(path).get_json()["lots"]
    assert wrong_fields(seller.put(path, {"on_hand": 15}, "*")) == ["lot"]
    assert wrong_fields(seller.put(path, {"on_hand": 15, "lot": "L-0"}, "*")) == ["lot"]
    told = seller.put(path, {"on_hand": 15, "lot": lot["code"]}, "*").get_json()
    assert (told["on_hand"], told["lots"][0]["on_hand"]) == (15, 15)
    assert seller.put(path, {"on_hand": 18}, "*").get_json()["on_hand"] == 18


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["on_hand"]),
        ({"on_hand": "7"}, ["on_hand"]),
        ({"on_hand": -1}, ["on_hand"]),
        ({"on_hand": 7.5}, ["on_hand"]),
        ({"on_hand": True}, ["on_hand"]),
        ({"on_hand": None}, ["on_hand"]),
        ({"on_hand": 7, "colour": 1}, ["colour"]),
        ({"on_hand": 10**30}, ["on_hand"]),
        ({"on_hand": 1, "lot": 5}, ["lot"]),
        ([7], [""]),
    ],
)
def test_a_wrong_count_is_named(shop: Seller, seller: Program, sent: Any, fields: list[str]) -> None:
    answer = seller.put(f"/me/stock/{shop.variant.sku}", sent, "*")
    assert answer.status_code == 422
    assert sorted(wrong_fields(answer)) == sorted(fields)
    assert seller.get(f"/me/stock/{shop.variant.sku}").get_json()["on_hand"] == 50


def two_counts(app: Flask, shop: Seller, seller: Program, race: Callable[..., list[Any]]) -> list[int]:
    """Two programs that have read the same figure write another one each."""
    path = f"/me/stock/{shop.variant.sku}"
    tag = seller.get(path).headers["ETag"]

    def count(number: int) -> int:
        mine = Program(app.test_client(), "", seller.secret)  # type: ignore[arg-type]
        return mine.put(path, {"on_hand": 10 + number}, tag).status_code

    return race(2, count)


def think(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has looked at the figure waits a while for the other one to have looked, too."""
    both = threading.Barrier(2)

    def slowly(*known: Any, **now: Any) -> None:
        acting.expect(*known, **now)
        with suppress(threading.BrokenBarrierError):
            both.wait(1)

    monkeypatch.setattr(stock, "expect", slowly)


def test_of_two_counts_with_one_etag_one_wins(
    app: Flask, shop: Seller, seller: Program, race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    think(monkeypatch)
    assert sorted(two_counts(app, shop, seller, race)) == [200, 412]
    with app.app_context():
        assert inventory.stock_faults() == []
        assert len(db.session.scalars(select(Movement).where(Movement.kind == "correction")).all()) == 1


def test_without_the_lock_both_would(
    app: Flask, shop: Seller, seller: Program, race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the lock is what lets only one win."""
    monkeypatch.setattr(shelf, "locked", plain_locked)
    monkeypatch.setattr(shelf, "under_lock", plain_statement)
    monkeypatch.setattr(stock, "writing", plain_writing)

    def attempt() -> bool:
        think(monkeypatch)
        got = two_counts(app, shop, seller, race)
        with app.app_context():
            db.session.rollback()
            on_hand = db.session.scalars(select(StockItem.on_hand)).one()
            return sorted(map(str, got)) != ["200", "412"] or bool(inventory.stock_faults()) or on_hand not in (10, 11)

    meets(attempt)


# --- prices ---


def test_a_price_is_set_by_who_has_read_it(app: Flask, shop: Seller, seller: Program) -> None:
    path = f"/me/prices/{shop.variant.sku}"
    known = seller.get(path)
    assert (known.get_json()["price_vnd"], known.get_json()["tiers"]) == (
        65_000,
        [{"from_quantity": 10, "price_vnd": 60_000}],
    )
    assert seller.put(path, {"price_vnd": 70_000}).status_code == 428
    told = seller.put(path, {"price_vnd": 70_000}, known.headers["ETag"])
    assert (told.status_code, told.get_json()["price_vnd"], len(told.get_json()["tiers"])) == (200, 70_000, 1)
    stale = seller.put(path, {"price_vnd": 71_000}, known.headers["ETag"])
    assert (stale.status_code, stale.get_json()["current"]["price_vnd"]) == (412, 70_000)
    with app.app_context():
        assert db.session.get_one(Variant, shop.variant.id).price_vnd == 70_000


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"price_vnd": 999}, ["price_vnd"]),
        ({"price_vnd": 50_000}, ["tiers"]),
        ({"price_vnd": 70_000, "tiers": [{"from_quantity": 1, "price_vnd": 5}]},
         ["tiers[0].from_quantity", "tiers[0].price_vnd"]),
        ({"price_vnd": 70_000, "tiers": [{"from_quantity": 5}]}, ["tiers[0].price_vnd"]),
        ({"price_vnd": 70_000, "tiers": "none"}, ["tiers"]),
    ],
)  # fmt: skip
def test_a_wrong_price_is_named(shop: Seller, seller: Program, sent: Any, fields: list[str]) -> None:
    answer = seller.put(f"/me/prices/{shop.variant.sku}", sent, "*")
    assert answer.status_code == 422
    assert sorted(wrong_fields(answer)) == sorted(fields)
    assert seller.get(f"/me/prices/{shop.variant.sku}").get_json()["price_vnd"] == 65_000


# --- problems ---


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/products/%00", {}, 404),
        ("DELETE", "/products", {}, 405),
        ("POST", "/me/orders/x/shipment", {"data": b"{", "content_type": "application/json"}, 400),
        ("POST", "/me/orders/x/shipment", {"data": b"[" * 60_000, "content_type": "application/json"}, 400),
        ("POST", "/me/orders/x/shipment", {"data": b'{"carrier": NaN}', "content_type": "application/json"}, 400),
        ("POST", "/me/orders/x/shipment", {"data": b"\xff\xfe", "content_type": "application/json"}, 400),
        ("POST", "/me/orders/x/shipment", {"data": TWICE, "content_type": "application/json"}, 400),
        ("POST", "/me/orders/x/shipment", {"data": b"carrier=x"}, 415),
        ("POST", "/me/orders/x/shipment", {"data": {"carrier": "x"}}, 415),
        ("POST", "/me/orders/x/shipment", {"data": b" " * 70_000, "content_type": "application/json"}, 413),
        ("POST", "/me/orders/x/shipment", {"json": {"carrier": "x"}}, 404),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_a_problem_and_never_a_page(
    app: Flask, seller: Program, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    header = {"Authorization": f"Bearer {seller.secret}"}
    answer = app.test_client().open(f"/api/v1{path}", method=method, headers=header, csrf=False, **options)
    assert answer.status_code == status
    wrong_fields(answer)
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_what_is_said_twice_is_not_guessed_at(shop: Seller, seller: Program, ordered: Callable[..., str]) -> None:
    path = f"/me/orders/{ordered(OrderState.CONFIRMED)}/shipment"
    twice = {"carrier": "VNPost", "lines": [{"sku": shop.variant.sku, "packs": packs} for packs in (1, 2)]}
    answer = seller.ask("POST", path, twice)
    assert (answer.status_code, wrong_fields(answer)) == (422, ["lines"])


def test_a_lone_surrogate_breaks_nothing(seller: Program, ordered: Callable[..., str]) -> None:
    ref = ordered(OrderState.CONFIRMED)
    answer = seller.ask("POST", f"/me/orders/{ref}/shipment", {"carrier": "VN\ud800Post\x00"})
    assert (answer.status_code, answer.get_json()["carrier"]) == (200, "VNPost")


def test_a_break_on_our_side_is_a_problem_too(
    app_with: Callable[..., Flask], shop: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.api.queries import goods

    house = app_with(testing=False)
    monkeypatch.setattr(goods, "provinces_today", lambda: 1 / 0)
    answer = house.test_client().get("/api/v1/provinces")
    assert answer.status_code == 500
    assert wrong_fields(answer) == []
    assert "division" not in answer.text


def test_problems_speak_the_readers_language(seller: Program) -> None:
    vietnamese = seller.get("/me/orders?limit=0").get_json()
    english = seller.get("/me/orders?limit=0", Accept_Language="en").get_json()
    assert vietnamese["title"] == "Yêu cầu có chỗ chưa đúng"
    assert english["title"] == "Something in the request is wrong"
    assert vietnamese["type"] == english["type"] == "http://localhost/api#wrong-input"
