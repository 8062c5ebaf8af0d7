"""Lists: facets that agree with the result, orders that hold, a fixed number of queries, nothing hidden shown."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries, services
from marketplace.catalogue.models import ALL_MONTHS, Product
from marketplace.catalogue.queries import Filters, Sort, listing
from marketplace.catalogue.states import ProductState
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests import factories

ORIGINS = ("hai-duong", "hai-phong-cu", "hai-phong", "quang-tri-cu", "quang-binh", "nam-dinh", "ha-noi")
NAMES = ("Gạo nếp", "Gạo tẻ", "Mật ong", "Chè xanh")
MOST_QUERIES = 6


@pytest.fixture
def window(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/products"):
        yield app


def make(number: int, dice: random.Random, sellers: list[Organisation]) -> Product:
    star = dice.choice((None, None, 3, 4, 5))
    made = factories.product(
        dice.choice(sellers),
        f"{dice.choice(NAMES)} {number}",
        origin=dice.choice(ORIGINS),
        set_number=dice.choice((1, 3, 4, 14)),
        price_vnd=dice.choice((20_000, 50_000, 50_000, 120_000)),
        star=star,
        stock=None,
        in_stock=dice.random() < 0.7,
        has_wholesale=dice.random() < 0.3,
        state=dice.choice([ProductState.PUBLISHED] * 4 + [ProductState.DRAFT, ProductState.WITHDRAWN]),
        season_months=dice.choice((ALL_MONTHS, 1 << (clock.today().month - 1), 0)),
        popularity=dice.randrange(3),
        published_at=clock.now() - timedelta(days=dice.randrange(4)),
    )
    if star and dice.random() < 0.3:
        made.star_until = clock.today() - timedelta(days=1)
    return made


def fill(number: int, seed: int = 1) -> list[Product]:
    dice = random.Random(seed)
    with writing():
        sellers = [factories.organisation(verified=verified) for verified in (True, True, False)]
        made = [make(one, dice, sellers) for one in range(number)]
        db.session.flush()
        services.index(made)
    return list(db.session.scalars(select(Product).order_by(Product.id)))


# --- the same by hand ------------------------------------------------------------------------------------------------


def shown(product: Product) -> bool:
    return product.state is ProductState.PUBLISHED and product.seller.state is OrganisationState.VERIFIED


def fits(product: Product, asked: Filters, *, without: str = "") -> bool:
    units = {product.origin.slug, product.origin_now.slug}
    checks = {
        "q": lambda: all(word in product.name.lower().split() for word in asked.q.split()),
        "province": lambda: not asked.provinces or not units.isdisjoint(asked.provinces),
        "set": lambda: not asked.sets or product.product_set.number in asked.sets,
        "star": lambda: not asked.stars or product.star_now in asked.stars,
        "price_min": lambda: asked.price_min is None or product.price_from_vnd >= asked.price_min,
        "price_max": lambda: asked.price_max is None or product.price_from_vnd <= asked.price_max,
        "in_stock": lambda: not asked.in_stock or product.in_stock,
        "wholesale": lambda: not asked.wholesale or product.has_wholesale,
        "season": lambda: not asked.in_season or product.is_in_season,
    }
    return shown(product) and all(check() for name, check in checks.items() if name != without)


def by_hand(goods: list[Product], asked: Filters) -> dict[str, Any]:
    def count(facet: str, is_one: Callable[[Product], bool]) -> int:
        return sum(is_one(product) for product in goods if fits(product, asked, without=facet))

    today = {product.origin_now.slug for product in goods}
    provinces = {slug: count("province", lambda one, slug=slug: one.origin_now.slug == slug) for slug in today}
    sets = {str(n): count("set", lambda one, n=n: one.product_set.number == n) for n in (1, 3, 4, 14)}
    stars = {str(n): count("star", lambda one, n=n: one.star_now == n) for n in (3, 4, 5)}
    return {
        "total": count("", lambda one: True),
        "provinces": {slug: number for slug, number in provinces.items() if number or slug in asked.provinces},
        "sets": {value: number for value, number in sets.items() if number or int(value) in asked.sets},
        "stars": {value: number for value, number in stars.items() if number or int(value) in asked.stars},
        "in_stock": count("in_stock", lambda one: one.in_stock),
        "wholesale": count("wholesale", lambda one: one.has_wholesale),
        "in_season": count("season", lambda one: one.is_in_season),
    }


def by_query(asked: Filters) -> dict[str, Any]:
    found = listing(asked)
    facets = found.facets
    counted = {name: {one.value: one.count for one in getattr(facets, name)} for name in ("provinces", "sets", "stars")}
    switches = {name: getattr(facets, name) for name in ("in_stock", "wholesale", "in_season")}
    return {"total": found.total, **counted, **switches}


def some_filters(dice: random.Random) -> Filters:
    def maybe(value: Any, otherwise: Any) -> Any:
        return value if dice.random() < 0.35 else otherwise

    return Filters(
        q=maybe(dice.choice(("gạo", "gạo nếp", "chè")), ""),
        provinces=maybe(tuple(dice.sample(("hai-phong", "quang-tri", "ninh-binh", "ha-noi"), 2)), ()),
        sets=maybe(tuple(dice.sample((1, 3, 4, 14), 2)), ()),
        stars=maybe((dice.choice((3, 4, 5)),), ()),
        price_min=maybe(50_000, None),
        price_max=maybe(50_000, None),
        in_stock=maybe(True, False),
        wholesale=maybe(True, False),
        in_season=maybe(True, False),
    )


def test_counts_are_what_choosing_would_show(window: Flask) -> None:
    goods = fill(90)
    dice = random.Random(7)
    for asked in [Filters(), *(some_filters(dice) for _ in range(60))]:
        assert by_query(asked) == by_hand(goods, asked), asked


def test_an_old_unit_shows_its_own_goods_only(window: Flask) -> None:
    goods = fill(60)
    for slug in ("hai-duong", "quang-tri-cu"):
        found = listing(Filters(provinces=(slug,), per_page=100))
        assert {card.slug for card in found.cards} == {
            one.slug for one in goods if shown(one) and one.origin.slug == slug
        }
        chosen = [choice for choice in found.facets.provinces if choice.chosen]
        assert [(choice.value, choice.count) for choice in chosen] == [(slug, found.total)]


def test_an_unknown_province_shows_nothing(window: Flask) -> None:
    fill(10)
    assert listing(Filters(provinces=("atlantis",))).total == 0


ORDERS: dict[Sort, Callable[[Product], Any]] = {
    Sort.RELEVANCE: lambda one: (-one.popularity, one.id),
    Sort.PRICE: lambda one: (one.price_from_vnd, -one.popularity, one.id),
    Sort.PRICE_DOWN: lambda one: (-one.price_from_vnd, -one.popularity, one.id),
    Sort.STAR: lambda one: (-(one.star_now or 0), -one.popularity, one.id),
    Sort.NEWEST: lambda one: (-one.published_at.timestamp(), -one.id),
}


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_one_order_without_gaps_or_repeats(window: Flask, sort: Sort) -> None:
    goods = [one for one in fill(50) if shown(one)]
    pages = [listing(Filters(sort=sort, page=page, per_page=7)) for page in range(1, 9)]
    slugs = [card.slug for page in pages[: pages[0].page.last] for card in page.cards]
    assert slugs == [one.slug for one in sorted(goods, key=ORDERS[sort])]
    assert listing(Filters(page=999, per_page=7)).page.number == pages[0].page.last


def test_within_a_tier_the_popular_come_first(window: Flask) -> None:
    fill(50)
    goods = [one for one in db.session.scalars(select(Product)) if shown(one) and one.name.startswith("Gạo nếp")]
    found = [card.slug for card in listing(Filters(q="gạo nếp", per_page=50)).cards]
    assert found == [one.slug for one in sorted(goods, key=lambda one: (-one.popularity, one.id))]


# --- cost ------------------------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def cost(ask: Callable[[], Any]) -> int:
    db.session.rollback()
    with statements() as seen:
        ask()
    return len(seen)


@pytest.mark.parametrize("query", ["", "gạo", "gao nep", "gaonep", "gạo xyzzyq", "gaoj neps", "gaạo"])
def test_a_list_costs_the_same_with_one_and_with_three_items(window: Flask, query: str) -> None:
    def one_more() -> None:
        with writing():
            made = factories.product(factories.organisation(), "Gạo nếp", star=4, tiers=[(10, 60_000)])
            db.session.flush()
            services.index([made])

    one_more()
    listing(Filters())
    with_one = cost(lambda: [card.url and card.image_url for card in listing(Filters(q=query)).cards])
    one_more()
    one_more()
    with_three = cost(lambda: [card.url and card.image_url for card in listing(Filters(q=query)).cards])
    assert with_one == with_three
    assert with_three <= MOST_QUERIES


def test_a_product_page_costs_a_fixed_number_of_queries(window: Flask) -> None:
    one = factories.product(factories.organisation(), star=4)
    three = factories.product(factories.organisation(), star=5, tiers=[(10, 60_000)])
    factories.variant(three)
    factories.variant(three, tiers=[(5, 60_000)])

    def read(slug: str) -> None:
        found = queries.product_by_slug(slug)
        assert found
        _ = [tier for pack in found.variants for tier in pack.tiers]
        _ = (found.photos[:], found.certificates[:], found.seller.province.name, found.product_set.name)

    costs = {cost(lambda slug=slug: read(slug)) for slug in (one.slug, three.slug)}  # type: ignore[misc]
    assert len(costs) == 1
    assert max(costs) <= MOST_QUERIES


@pytest.mark.parametrize(
    "query", ["iphone quảng trị", "sâm quảng ninh", "hạ long iphone", "áo dài huế", "nước mắm điện biên"]
)
def test_words_that_hide_everything_as_filters_cost_four_queries_more(shop_window: Flask, query: str) -> None:
    listing(Filters())
    assert cost(lambda: listing(Filters(q=query))) <= MOST_QUERIES + 4


# --- short lists -----------------------------------------------------------------------------------------------------


def test_short_lists_leave_out_alcohol_and_what_is_not_on_sale(window: Flask) -> None:
    seller, waiting = factories.organisation(), factories.organisation(verified=False)
    season = 1 << (clock.today().month - 1)
    shown_here = factories.product(seller, "Cam sành", set_number=1, season_months=season)
    factories.product(seller, "Rượu nếp", set_number=14, season_months=season)
    factories.product(seller, "Cam giấu", set_number=1, season_months=season, state=ProductState.DRAFT)
    factories.product(waiting, "Cam chờ", set_number=1, season_months=season)
    for cards in (queries.in_season_now(), queries.popular(), queries.newest()):
        assert [card.slug for card in cards] == [shown_here.slug]
    assert queries.similar(shown_here) == []
    assert {card.name for card in queries.cards_of_shop(seller.id)} == {"Cam sành", "Rượu nếp"}
    assert queries.counts_by_set() == {1: 1, 14: 1}
    assert queries.counts_by_province() == {"hai-phong": 2}
    assert queries.counts_by_origin() == {"hai-duong": 2}


def test_similar_goods_are_of_the_same_set_first(window: Flask) -> None:
    seller = factories.organisation()
    tea = factories.product(seller, "Chè A", set_number=11, origin="hai-duong")
    near = factories.product(seller, "Chè B", set_number=11, origin="hai-duong")
    far = factories.product(seller, "Chè C", set_number=11, origin="ha-noi", popularity=9)
    cake = factories.product(seller, "Bánh", set_number=7, origin="hai-duong")
    factories.product(seller, "Nón", set_number=21, origin="ha-noi")
    assert [card.slug for card in queries.similar(tea)] == [near.slug, far.slug, cake.slug]


def test_a_card_says_what_a_list_shows(window: Flask) -> None:
    with writing():
        seller = factories.organisation(name="Hợp tác xã Kinh Môn")
        made = factories.product(seller, "Hành củ", set_number=1, star=4, origin="hai-duong", price_vnd=90_000)
        factories.variant(made, name="Túi 1 kg", price_vnd=60_000)
    (card,) = listing(Filters()).cards
    said = (card.name, card.star, card.illustrative, card.place, card.place_now, card.pack, card.price_note)
    assert said == ("Hành củ", 4, True, "Hải Dương", "Hải Phòng", "Túi 1 kg", "từ")
    assert card.url == f"/products/{made.slug}"
    assert card.image_url.endswith("/img/sets/1.svg")


def test_a_star_is_shown_only_while_its_certificate_is_in_force(window: Flask, frozen: Callable[..., Any]) -> None:
    with writing():
        made = factories.product(factories.organisation(), star=4)
    end = clock.start_of(made.star_until)  # type: ignore[arg-type]
    frozen(end)
    assert (listing(Filters()).cards[0].star, listing(Filters(stars=(4,))).total) == (4, 1)
    frozen(end + timedelta(days=1))
    assert (listing(Filters()).cards[0].star, listing(Filters(stars=(4,))).total) == (None, 0)
