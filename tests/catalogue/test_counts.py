"""Counts kept beside the products: right after every change, added up or not, and after a day has passed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import jobs, queries, services
from marketplace.catalogue.models import ALL_MONTHS, ListingChange, ListingCount, Product
from marketplace.catalogue.queries import Filters, facets, listing
from marketplace.catalogue.states import CertificateBasis, ProductState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from tests import factories
from tests.catalogue.test_listing import by_hand, by_query, cost, fill, some_filters, window  # noqa: F401

SINGLE = (
    Filters(),
    Filters(provinces=("hai-phong",)),
    Filters(provinces=("hai-duong", "ninh-binh")),
    Filters(sets=(3,)),
    Filters(sets=(1, 4)),
    Filters(stars=(4,)),
    Filters(stars=(3, 5)),
    Filters(in_stock=True),
    Filters(wholesale=True),
    Filters(in_season=True),
)


def everything() -> list[Product]:
    db.session.rollback()
    return list(db.session.scalars(select(Product).order_by(Product.id)))


def assert_right(goods: list[Product]) -> None:
    for asked in SINGLE:
        if "hai-duong" in asked.provinces:
            continue
        assert by_query(asked) == by_hand(goods, asked), asked


# --- random histories ------------------------------------------------------------------------------------------------


def flip_stock(dice: random.Random, product: Product) -> None:
    services.set_availability({product.id: dice.random() < 0.5})


def trade(dice: random.Random, product: Product) -> None:
    if product.state is ProductState.PUBLISHED:
        services.withdraw(product, by=SYSTEM)
    elif product.seller.state is OrganisationState.VERIFIED:
        services.publish(product, by=SYSTEM)


def certify(dice: random.Random, product: Product) -> None:
    issued = clock.today() - timedelta(days=dice.choice((0, 400, 1094, 1095, 1200)))
    star, basis = dice.choice((3, 4, 5)), CertificateBasis.VERIFIED
    services.add_certificate(product, star=star, number="1", issued_by="Sở", issued_on=issued, basis=basis, by=SYSTEM)


def revoke(dice: random.Random, product: Product) -> None:
    if product.certificates:
        services.revoke_certificate(product.certificates[-1], on=clock.today(), by=SYSTEM)


def describe(dice: random.Random, product: Product) -> None:
    months = dice.choice((ALL_MONTHS, 0, 1 << (clock.today().month - 1), 0b101010101010))
    services.edit(product, services.Description(name=product.name, unit="hộp", season_months=months), by=SYSTEM)


def tier(dice: random.Random, product: Product) -> None:
    variant = product.variants[0]
    services.price(variant, 60_000, tiers={10: 50_000} if dice.random() < 0.5 else {}, by=SYSTEM)


def judge_seller(dice: random.Random, product: Product) -> None:
    product.seller.state = dice.choice(list(OrganisationState))


def move_in_bulk(dice: random.Random, product: Product) -> None:
    set_id = factories.product_set(dice.choice((1, 3, 4, 14))).id
    db.session.execute(update(Product).where(Product.id.in_((product.id, product.id + 1))).values(set_id=set_id))


def add_up(dice: random.Random, product: Product) -> None:
    services.add_up(dice.choice((1, 3, 1000)))


ACTS: tuple[Callable[[random.Random, Product], None], ...] = (
    flip_stock, trade, certify, revoke, describe, tier, judge_seller, move_in_bulk, add_up,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_counts_stay_right_through_any_history(window: Flask, seed: int) -> None:  # noqa: F811
    fill(24, seed)
    dice = random.Random(seed)
    for _ in range(8):
        for _ in range(6):
            with writing():
                product = db.session.get(Product, dice.choice(list(db.session.scalars(select(Product.id)))))
                assert product
                dice.choice(ACTS)(dice, product)
        assert_right(everything())
    jobs.add_up_counts()
    assert db.session.scalar(select(func.count(ListingChange.id))) == 0
    assert_right(everything())
    jobs.rebuild_search()
    assert_right(everything())


def test_what_is_undone_is_not_counted(window: Flask) -> None:  # noqa: F811
    fill(10)
    before = by_query(Filters())
    with pytest.raises(RuntimeError), writing():  # noqa: PT012 - the act and what undoes it
        db.session.execute(update(Product).values(state=ProductState.WITHDRAWN))
        raise RuntimeError
    assert by_query(Filters()) == before


def test_rows_that_no_service_wrote_are_counted_too(window: Flask) -> None:  # noqa: F811
    fill(10)
    with writing():
        row = db.session.execute(select(Product.__table__).limit(1)).one()._asdict()
        copies = [{**row, "id": 900_000 + n, "slug": f"khac-{n}", "state": "published"} for n in range(5)]
        db.session.execute(insert(Product.__table__), copies)  # type: ignore[arg-type]
    assert_right(everything())
    with writing():
        db.session.execute(delete(Product).where(Product.id >= 900_000))
    assert_right(everything())


# --- time passes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 40, 300, 1100, 1200])
def test_stars_end_and_seasons_turn_without_any_job(window: Flask, frozen: Callable[..., Any], days: int) -> None:  # noqa: F811
    fill(60)
    jobs.add_up_counts()
    frozen(clock.now() + timedelta(days=days))
    assert_right(everything())
    jobs.end_stars()
    assert_right(everything())
    ended = select(func.count(Product.id)).where(Product.star_until < clock.today())
    assert db.session.scalar(ended) == 0
    jobs.add_up_counts()
    assert_right(everything())


def test_a_star_that_ended_gives_way_to_an_older_one_that_lasts(window: Flask) -> None:  # noqa: F811
    with writing():
        made = factories.product(factories.organisation(), set_number=1, star=4)
        made.star, made.star_until = 5, date(2020, 1, 1)
    jobs.end_stars()
    assert (made.star, made.star_now) == (4, 4)
    assert [listing(Filters(stars=(star,))).total for star in (3, 4, 5)] == [0, 1, 0]


# --- what no table tells ---------------------------------------------------------------------------------------------


def test_two_facets_have_exact_totals_and_all_else_is_counted_up_to_a_limit(
    window: Flask,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goods = fill(120)
    monkeypatch.setattr(facets, "MOST_COUNTED", 5)
    dice = random.Random(3)
    for asked in [Filters(sets=(1, 3), in_stock=True), *(some_filters(dice) for _ in range(60))]:
        found, hand = listing(Filters(**{**_as_dict(asked), "per_page": 1})), by_hand(goods, asked)
        if found.total_is_least:
            assert found.total < hand["total"]
        else:
            assert found.total == hand["total"]
        for name in ("provinces", "sets", "stars"):
            told = {choice.value: choice.count for choice in getattr(found.facets, name)}
            assert told.keys() >= hand[name].keys()
            assert all(count in {None, hand[name].get(value)} for value, count in told.items())
        for name in ("in_stock", "wholesale", "in_season"):
            assert getattr(found.facets, name) in {None, hand[name]}


def _as_dict(asked: Filters) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in Filters.__slots__}


def test_more_than_the_limit_can_be_read_to_the_end(window: Flask, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    goods = fill(120)
    monkeypatch.setattr(facets, "MOST_COUNTED", 5)
    asked = {"price_min": 1, "per_page": 7}
    seen: list[str] = []
    for number in range(1, 40):
        page = listing(Filters(page=number, **asked)).page  # type: ignore[arg-type]
        seen += [card.slug for card in page.items]
        if not page.has_next:
            break
    fit = [one for one in goods if by_hand([one], Filters())["total"]]
    assert seen == [one.slug for one in sorted(fit, key=lambda one: (-one.popularity, one.id))]


# --- cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", SINGLE)
def test_the_whole_list_and_single_filters_count_no_products(window: Flask, asked: Filters) -> None:  # noqa: F811
    fill(30)
    assert cost(lambda: listing(asked)) <= 3


def test_noted_changes_are_all_that_a_sale_writes(window: Flask) -> None:  # noqa: F811
    """Availability turns inside orders: they must add rows only, never wait for a shared counter."""
    (made,) = fill(1)
    jobs.add_up_counts()
    before = db.session.execute(select(ListingCount)).scalars().all()
    with writing():
        services.set_availability({made.id: not made.in_stock})
    assert db.session.execute(select(ListingCount)).scalars().all() == before
    assert queries.market_counts().total == by_hand(everything(), Filters())["total"]


def test_sellers_are_judged_one_by_one(window: Flask) -> None:  # noqa: F811
    fill(30)
    for seller in db.session.scalars(select(Organisation.id)).all():
        with writing():
            db.session.execute(
                update(Organisation).where(Organisation.id == seller).values(state=OrganisationState.SUSPENDED)
            )
        assert_right(everything())
    assert listing(Filters()).total == 0
