"""Small makers of what tests start from: each stores one thing and hands it back with its columns loaded.

They work inside `app.app_context()`: in a transaction that is open, else in one of their own.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from flask import current_app, g
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.accounts.states import LegalForm, OrganisationState
from marketplace.api.models import Token, Webhook
from marketplace.api.states import Happening, Scope
from marketplace.catalogue.models import Certificate, Product, ProductSet, TierPrice, Variant
from marketplace.catalogue.states import CertificateBasis, Keeping, ProductState
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.core.refs import new_token, next_ref, token_digest
from marketplace.core.tax_codes import check_digit
from marketplace.core.text import fold, slugify
from marketplace.inventory.models import Lot, Movement, StockItem
from marketplace.inventory.states import MovementKind
from marketplace.orders.models import FreightTable, FreightZone
from marketplace.orders.states import Zone
from marketplace.payments.models import BankAccount
from marketplace.places import queries as places
from marketplace.places import services as loading_places
from marketplace.places.models import Province, Ward

T = TypeVar("T")

PASSWORD = "ba con trâu trắng"
_numbers = itertools.count(1)


def number() -> int:
    """One that no other thing of this run has."""
    return next(_numbers)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once and as cheap as can be: its parameters are stored in it."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def stored(thing: T) -> T:
    """Keep a thing: committed, unless a transaction is open; its columns stay readable when the context has ended."""
    _readable_afterwards(thing)
    if in_transaction():
        db.session.add(thing)
        db.session.flush()
        return thing
    with writing():
        db.session.add(thing)
    db.session.refresh(thing)
    return thing


def in_transaction() -> bool:
    """Whether the test has opened writing() itself."""
    return bool(db.session().info.get("writing"))


@contextmanager
def together() -> Iterator[None]:
    """One transaction for all that is made inside, unless the test has opened one."""
    with nullcontext() if in_transaction() else writing():
        yield


def _readable_afterwards(thing: object) -> None:
    """Each transaction expires what the one before has loaded: load it once more before the session goes."""
    g.setdefault("made", []).append(thing)
    functions = current_app.teardown_appcontext_funcs
    if _load_what_was_made not in functions:
        functions.append(_load_what_was_made)


def _load_what_was_made(_error: BaseException | None) -> None:
    for thing in g.get("made", ()):
        with suppress(SQLAlchemyError):
            if (state := inspect(thing)).persistent and state.expired_attributes:
                db.session.refresh(thing)


# --- places ---


def province(slug: str = "ha-noi") -> Province:
    """A province of the official list, which is loaded when first asked for, with one commune each."""
    found = places.province_by_slug(slug)
    if found is None and not places.all_today():
        with nullcontext() if in_transaction() else writing():
            loading_places.load_provinces()
            db.session.add_all(one_ward_each())
        found = places.province_by_slug(slug)
    assert found is not None, f"no province {slug}"
    return found


def one_ward_each() -> list[Ward]:
    """One commune of each province of today: the whole list would make every test slow."""
    wards = {one["province"]: one for one in json.loads((places.DATA / "wards.json").read_text("utf-8"))["wards"]}
    ids = {one.code: one.id for one in places.all_today()}
    known = [(one["code"], one["name"], ids[code]) for code, one in wards.items()]
    return [Ward(code=code, name=name, folded=fold(name), province_id=id_) for code, name, id_ in known]


def ward(province_slug: str = "ha-noi") -> Ward:
    """The commune of a province, of today or from before, that the tests know."""
    return places.wards_of(province(province_slug))[0]


# --- people and organisations ---


@together()
def person(name: str = "Nguyễn Thị Lan", **columns: Any) -> Person:
    """Somebody with an account, whose password is PASSWORD."""
    defaults = {
        "ref": next_ref_now("person"),
        "email": f"nguoi{number()}@vidu.vn",
        "password_hash": password_hash(),
        "sign_in_epoch": new_token(),
    }
    return stored(Person(name=name, **{**defaults, **columns}))


def next_ref_now(series: str) -> str:
    """The next ref of a series, in a transaction of its own where none is open."""
    with together():
        return next_ref(series)


@together()
def organisation(
    kind: OrganisationKind = OrganisationKind.PRODUCER,
    *,
    name: str = "",
    province_slug: str = "hai-duong",
    verified: bool = True,
    **columns: Any,
) -> Organisation:
    """A producer (or another kind), verified unless said otherwise; one of an old province lies in its successor."""
    called = name or f"Hợp tác xã {number()}"
    defaults = {
        "ref": next_ref_now("organisation"),
        "slug": f"{slugify(called)}-{number()}",
        "legal_form": LegalForm.STATE_BODY if kind is OrganisationKind.DEPARTMENT else LegalForm.COOPERATIVE,
        "legal_name": called,
        "representative": "Trần Văn Bình",
        "street": "Thôn 1",
        "province_id": province(province_slug).now.id,
        "state": OrganisationState.VERIFIED if verified else OrganisationState.PENDING,
    }
    return stored(Organisation(kind=kind, name=called, **{**defaults, **columns}))


def tax_code() -> str:
    """A well-formed tax code that nobody else has."""
    nines = (f"99{number():07d}" for _ in itertools.count())
    return next(f"{nine}{last}" for nine in nines if (last := check_digit(nine)) is not None)


def membership(member: Person, of: Organisation, role: Role = Role.MANAGER) -> Membership:
    """A person's role in an organisation."""
    return stored(Membership(person_id=member.id, organisation_id=of.id, role=role))


@together()
def manager_of(of: Organisation, **columns: Any) -> Person:
    """Somebody new who runs an organisation."""
    made = person(**columns)
    membership(made, of)
    return made


def actor(who: Person, of: Organisation | None = None, *roles: Role) -> Actor:
    """The actor that a signed-in person is, for an organisation or as herself."""
    known: dict[str, Any] = {"kind": ActorKind.PERSON, "ref": who.ref, "person_id": who.id, "display_name": who.name}
    if of is None:
        return Actor(**known)
    return Actor(
        **known,
        organisation_id=of.id,
        organisation_ref=of.ref,
        organisation_kind=of.kind,
        organisation_name=of.name,
        organisation_verified=of.state is OrganisationState.VERIFIED,
        roles=frozenset(roles or (Role.MANAGER,)),
    )


@together()
def token(who: Person, of: Organisation | None = None, *scopes: Scope, **columns: Any) -> tuple[Token, str]:
    """A token with these rights (all where none are named), and its secret."""
    secret = f"ocop_{new_token()}"
    known = {"ref": next_ref_now("token"), "person_id": who.id, "organisation_id": of.id if of else None}
    rights = [scope.value for scope in scopes or Scope]
    words = {"name": "Kho", "hint": secret[:10], "digest": token_digest(secret), "scopes": rights}
    until = clock.now() + timedelta(days=90)
    return stored(Token(**{**known, **words, "expires_at": until, **columns})), secret


@together()
def webhook(of: Organisation, url: str = "https://vidu.vn/ocop", **columns: Any) -> Webhook:
    """An address that is told of everything."""
    known = {"ref": next_ref_now("webhook"), "organisation_id": of.id, "url": url, "nonce": new_token()}
    return stored(Webhook(**{**known, "happenings": [one.value for one in Happening], **columns}))


# --- goods ---


def product_set(set_number: int = 6) -> ProductSet:
    """One of the product sets, made when first asked for."""
    found = db.session.scalar(select(ProductSet).where(ProductSet.number == set_number))
    words = {"industry": "Thực phẩm", "name": f"Bộ {set_number}", "name_en": f"Set {set_number}"}
    return found or stored(ProductSet(number=set_number, **words))


@together()
def product(
    seller: Organisation,
    name: str = "Bánh đậu xanh",
    *,
    origin: str = "hai-duong",
    set_number: int = 6,
    star: int | None = None,
    price_vnd: int = 65_000,
    stock: int | None = 50,
    tiers: Sequence[tuple[int, int]] = (),
    **columns: Any,
) -> Product:
    """A product on sale with one pack of 300 g; `stock` packs on the shelf (None: no stock kept), a star certified."""
    place = province(origin)
    defaults: dict[str, Any] = {
        "slug": f"{slugify(name)}-{number()}",
        "set_id": product_set(set_number).id,
        "state": ProductState.PUBLISHED,
        "origin_id": place.id,
        "origin_now_id": place.now.id,
        "unit": "hộp",
        "published_at": clock.now(),
        "price_from_vnd": price_vnd,
        "in_stock": bool(stock),
        "has_wholesale": bool(tiers),
    }
    made = stored(Product(seller_id=seller.id, name=name, **{**defaults, **columns}))
    variant(made, price_vnd=price_vnd, stock=stock, tiers=tiers)
    if star:
        certificate(made, star)
    return made


@together()
def variant(
    of: Product,
    *,
    name: str = "Hộp 300 g",
    price_vnd: int = 65_000,
    stock: int | None = 50,
    tiers: Sequence[tuple[int, int]] = (),
    **columns: Any,
) -> Variant:
    """One more pack of a product, 300 g net and 350 g gross, with its stock and tier prices (quantity, đồng)."""
    weights: dict[str, Any] = {"net_grams": 300, "gross_grams": 350, "keeping": Keeping.STOCKED}
    known = {"sku": f"SP{number():06d}", "product_id": of.id, "seller_id": of.seller_id}
    made = stored(Variant(name=name, price_vnd=price_vnd, **known, **{**weights, **columns}))
    for least, tier_vnd in tiers:
        stored(TierPrice(variant_id=made.id, least_quantity=least, price_vnd=tier_vnd))
    if stock is not None:
        stock_item(made, stock)
    return made


def variant_of(of: Product) -> Variant:
    """The first pack of a product."""
    return db.session.scalars(
        select(Variant).where(Variant.product_id == of.id).order_by(Variant.id)
    ).first() or variant(of)


@together()
def stock_item(of: Variant, on_hand: int = 50, *, best_before: date | None = None) -> StockItem:
    """Packs on the shelf, received as one lot (with a best-before day) or without."""
    item = stored(StockItem(variant_id=of.id, on_hand=on_hand))
    lot = None
    if best_before:
        words = {"code": f"L{number()}", "made_on": best_before - timedelta(days=180), "best_before": best_before}
        lot = stored(Lot(stock_item_id=item.id, on_hand=on_hand, **words))
    if on_hand:
        receipt = {"kind": MovementKind.RECEIPT, "quantity": on_hand, "actor_kind": "system", "actor_ref": "system"}
        stored(Movement(stock_item_id=item.id, lot_id=lot.id if lot else None, **receipt))
    return item


@together()
def certificate(of: Product, star: int = 4, **columns: Any) -> Certificate:
    """A star in force, shown on the product."""
    issued = clock.today() - timedelta(days=300)
    defaults = {
        "number": f"{number()}/QĐ-UBND",
        "issued_by": "UBND tỉnh",
        "issued_on": issued,
        "valid_until": issued + timedelta(days=1095),
        "basis": CertificateBasis.ILLUSTRATIVE,
    }
    made = stored(Certificate(product_id=of.id, star=star, **{**defaults, **columns}))
    shown = {"star": star, "star_until": made.valid_until, "star_is_illustrative": True}
    db.session.execute(update(Product).where(Product.id == of.id).values(shown))
    db.session.refresh(of)
    return made


# --- what a seller needs before she can sell ---


@together()
def freight_table(of: Organisation, **columns: Any) -> FreightTable:
    """1 kg costs 20.000 ₫ in the province, 25.000 ₫ in the region, 30.000 ₫ elsewhere; further 500 g 5.000 ₫ each."""
    table = stored(FreightTable(organisation_id=of.id, **{"not_served": [], **columns}))
    for zone, price_vnd in zip(Zone, (20_000, 25_000, 30_000), strict=True):
        days = {"days_least": 1, "days_most": 3}
        stored(FreightZone(table_id=table.id, zone=zone, steps=[[1000, price_vnd]], extra_vnd=5_000, **days))
    return table


def bank_account(of: Organisation, *, bank_bin: str = "970436", account: str = "0011012345678") -> BankAccount:
    """Where a seller receives transfers."""
    return stored(BankAccount(organisation_id=of.id, bank_bin=bank_bin, number=account, holder="HTX BANH DAU XANH"))


@together()
def seller(name: str = "", province_slug: str = "hai-duong") -> Organisation:
    """A verified producer with freight prices and a bank account: ready to sell."""
    made = organisation(name=name, province_slug=province_slug)
    freight_table(made)
    bank_account(made)
    return made
