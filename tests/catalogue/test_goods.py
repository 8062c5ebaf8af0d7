"""What a producer does with her goods, who may, and how the search index and the lists follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue import jobs, queries, services
from marketplace.catalogue.models import Certificate, Product, SlugRedirect
from marketplace.catalogue.policies import product_for, variant_for
from marketplace.catalogue.queries import Filters, listing
from marketplace.catalogue.states import CertificateBasis, ProductState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, OrganisationKind, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.files import Picture
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Forbidden, NotSeen, Refused
from tests import factories

GUEST = Actor(kind=ActorKind.GUEST, ref="")
INSIDE = {"manager", "staff", "signatory", "operator"}


@pytest.fixture
def window(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/products"):
        yield app


def found(query: str) -> list[str]:
    return [card.slug for card in listing(Filters(q=query)).cards]


def drafted(seller: Organisation | None = None, name: str = "Kẹo lạc", *, price_vnd: int = 30_000) -> Product:
    """A draft with one pack, made through the services."""
    with writing():
        owner = seller or factories.organisation()
        words = services.Description(name=name, unit="gói", place="xã Quyết Chuyển")
        product = services.create(
            owner, words, product_set=factories.product_set(7), origin=factories.province("hai-duong"), by=SYSTEM
        )
        pack = services.Pack(name="gói 200 g", price_vnd=price_vnd, net_grams=200, gross_grams=250)
        services.add_variant(product, pack, by=SYSTEM)
    return product


def on_sale(name: str = "Kẹo lạc") -> Product:
    product = drafted(name=name)
    with writing():
        services.publish(product, by=SYSTEM)
    return product


def trail(subject: str) -> list[str]:
    rows = select(AuditEntry.action).where(AuditEntry.subject_ref == subject).order_by(AuditEntry.number)
    return list(db.session.scalars(rows))


def test_a_product_is_found_from_the_moment_it_is_put_on_sale(window: Flask) -> None:
    product = drafted()
    assert (product.slug, product.state, found("keo lac")) == ("keo-lac", ProductState.DRAFT, [])
    with writing():
        services.publish(product, by=SYSTEM)
    assert (found("keo lac"), found("đậu phộng"), product.price_from_vnd) == (["keo-lac"], ["keo-lac"], 30_000)
    with writing():
        services.withdraw(product, by=SYSTEM)
    assert found("keo lac") == []
    assert trail("keo-lac") == ["create", "publish", "withdraw"]


def test_without_a_price_or_a_verified_producer_nothing_is_sold(window: Flask) -> None:
    unpriced, unverified = drafted(price_vnd=0), drafted(factories.organisation(verified=False))
    for product in (unpriced, unverified):
        with pytest.raises(Refused), writing():
            services.publish(product, by=SYSTEM)
        assert db.session.scalar(select(Product.state).where(Product.id == product.id)) is ProductState.DRAFT


def test_what_is_said_anew_is_found_anew(window: Flask) -> None:
    product = on_sale()
    with writing():
        words = services.Description(name="Kẹo lạc", unit="gói", keywords="quà biếu, chay")
        services.edit(product, words, by=SYSTEM)
    assert (found("chay"), found("quyết chuyển")) == (["keo-lac"], [])


def test_a_renamed_product_leaves_its_old_address_behind(window: Flask) -> None:
    product = on_sale()
    for name in ("Kẹo đậu phộng", "Kẹo dồi"):
        with writing():
            services.rename(product, name, by=SYSTEM)
    assert (product.slug, found("keo doi")) == ("keo-doi", ["keo-doi"])
    assert [queries.moved_to(slug) for slug in ("keo-lac", "keo-dau-phong", "nowhere")] == ["keo-doi", "keo-doi", None]
    assert drafted(name="Kẹo lạc").slug == "keo-lac-2"


def test_a_lower_price_for_more_is_shown_and_recorded(window: Flask) -> None:
    product = on_sale()
    (pack,) = product.variants
    with writing():
        services.price(pack, 28_000, tiers={10: 26_000, 50: 24_000}, by=SYSTEM)
    assert (product.price_from_vnd, product.has_wholesale, pack.price_for(50)) == (28_000, True, 24_000)
    with writing():
        services.price(pack, 29_000, tiers={10: 27_000}, by=SYSTEM)
    assert [(tier.least_quantity, tier.price_vnd) for tier in pack.tiers] == [(10, 27_000)]
    assert trail(pack.sku) == ["add", "price", "price"]


@pytest.mark.parametrize("tiers", [{10: 30_000}, {10: 20_000, 20: 21_000}, {1: 20_000}])
def test_more_never_costs_more(window: Flask, tiers: dict[int, int]) -> None:
    product = on_sale()
    with pytest.raises(Refused), writing():
        services.price(product.variants[0], 30_000, tiers=tiers, by=SYSTEM)
    db.session.refresh(product)
    assert (product.price_from_vnd, product.variants[0].tiers) == (30_000, [])


def test_a_retired_pack_no_longer_makes_the_price(window: Flask) -> None:
    product = on_sale()
    with writing():
        big = services.add_variant(product, services.Pack(name="gói 1 kg", price_vnd=9_000, gross_grams=1), by=SYSTEM)
    assert product.price_from_vnd == 9_000
    with writing():
        services.retire_variant(big, by=SYSTEM)
    assert product.price_from_vnd == 30_000


def test_photos_come_in_their_order(window: Flask) -> None:
    product = on_sale()
    with writing():
        pictures = [Picture(sha256=letter * 64, width=8, height=6, bytes=9) for letter in "abc"]
        first, second, third = (services.add_photo(product, one, description="", by=SYSTEM) for one in pictures)
        services.order_photos(product, [third.id, first.id, second.id], by=SYSTEM)
    (card,) = listing(Filters()).cards
    assert card.photo_sha256 == "c" * 64
    assert card.image_url == f"/media/{'c' * 64}/320.webp"
    with writing():
        services.remove_photo(third, by=SYSTEM)
    assert listing(Filters()).cards[0].photo_sha256 == "a" * 64


def test_a_certificate_gives_its_star_until_it_is_revoked(window: Flask) -> None:
    product = on_sale()
    issued = clock.today() - timedelta(days=30)

    def certify(star: int, on: date) -> Certificate:
        known = {"number": f"{star}/QĐ", "issued_by": "UBND tỉnh", "basis": CertificateBasis.VERIFIED}
        return services.add_certificate(product, star=star, issued_on=on, by=SYSTEM, **known)  # type: ignore[arg-type]

    with writing():
        certify(3, issued - timedelta(days=400))
        newer = certify(4, issued)
    assert (product.star_now, product.star_until, product.star_is_illustrative) == (4, newer.valid_until, False)
    with writing():
        services.revoke_certificate(newer, on=clock.today(), by=SYSTEM)
    assert product.star_now == 3
    for star, on in ((6, issued), (4, clock.today() + timedelta(days=1))):
        with pytest.raises(Refused), writing():
            certify(star, on)


def test_a_certificate_of_leap_day_ends_in_february(window: Flask) -> None:
    product = on_sale()
    with writing():
        made = services.add_certificate(
            product, star=3, number="1", issued_by="UBND", issued_on=date(2024, 2, 29), basis=CertificateBasis.VERIFIED,
            by=SYSTEM,
        )  # fmt: skip
    assert made.valid_until == date(2027, 2, 28)


def test_figures_written_down_make_a_product_popular(window: Flask) -> None:
    quiet, liked = on_sale("Kẹo vừng"), on_sale("Kẹo dừa")
    assert found("kẹo") == [quiet.slug, liked.slug]
    with writing():
        services.add_sold(liked.id, 12)
        services.add_sold(quiet.id, -3)
        services.set_rating(liked.id, 10, 2)
        services.set_availability({liked.id: True, quiet.id: False})
    jobs.refresh_popularity()
    db.session.expire_all()
    assert (liked.sold, liked.rating_sum, liked.rating_count, liked.in_stock) == (12, 10, 2, True)
    assert (quiet.sold, quiet.in_stock) == (0, False)
    assert found("kẹo") == [liked.slug, quiet.slug]


def test_the_index_is_written_anew_from_the_products(window: Flask) -> None:
    product = on_sale()
    with writing():
        services.unindex([product.id])
    assert found("keo lac") == []
    assert jobs.rebuild_search() == "1 products are in the search index."
    assert found("keo lac") == ["keo-lac"]


# --- who sees and changes what ---------------------------------------------------------------------------------------


def people() -> tuple[Organisation, dict[str, Actor]]:
    seller, other = factories.organisation(), factories.organisation()
    operator = factories.organisation(OrganisationKind.OPERATOR)
    manager, stranger, runs = (factories.manager_of(one) for one in (seller, other, operator))
    return seller, {
        "guest": GUEST,
        "manager": factories.actor(manager, seller),
        "staff": factories.actor(manager, seller, Role.STAFF),
        "signatory": factories.actor(manager, seller, Role.SIGNATORY),
        "another producer": factories.actor(stranger, other),
        "operator": factories.actor(runs, operator),
    }


@pytest.mark.parametrize(
    ("state", "see", "edit"),
    [
        (ProductState.PUBLISHED, {*INSIDE, "guest", "another producer"}, {"manager", "staff"}),
        (ProductState.DRAFT, INSIDE, {"manager", "staff"}),
        (ProductState.WITHDRAWN, INSIDE, {"manager", "staff"}),
    ],
)  # fmt: skip
def test_who_sees_and_who_edits(window: Flask, state: ProductState, see: set[str], edit: set[str]) -> None:
    seller, actors = people()
    product = factories.product(seller, state=state)

    def may(actor: Actor, permission: Permission | None) -> str:
        try:
            return product_for(actor, product.slug, permission).slug
        except (NotSeen, Forbidden) as refusal:
            return type(refusal).__name__

    for name, actor in actors.items():
        unseen = "" if name in see else "NotSeen"
        assert may(actor, None) == (unseen or product.slug), name
        assert may(actor, Permission.PRODUCT_EDIT) == (unseen or (product.slug if name in edit else "Forbidden")), name
        listed = db.session.scalar(select(Product.slug).where(queries.visible_to(actor), Product.id == product.id))
        assert listed == (product.slug if name in see else None), name


def test_goods_of_an_unverified_producer_are_not_seen(window: Flask) -> None:
    product = factories.product(factories.organisation(verified=False))
    with pytest.raises(NotSeen):
        product_for(GUEST, product.slug)
    with pytest.raises(NotSeen):
        variant_for(GUEST, factories.variant_of(product).sku)
    with pytest.raises(NotSeen):
        variant_for(GUEST, "nothing")


def test_the_sets_are_loaded_once(window: Flask) -> None:
    for _ in range(2):
        with writing():
            assert services.load_sets() == 26
    assert [one.number for one in queries.sets()] == list(range(1, 27))


def test_redirects_never_collide(window: Flask) -> None:
    product = on_sale()
    with writing():
        services.rename(product, "Kẹo dồi", by=SYSTEM)
        services.rename(product, "Kẹo lạc", by=SYSTEM)
    assert product.slug == "keo-lac-2"
    moved = {row.slug: row.target for row in db.session.scalars(select(SlugRedirect))}
    assert moved == {"keo-lac": "keo-lac-2", "keo-doi": "keo-lac-2"}
