"""One market with somebody of every kind in it: who asks for a page, and as whom she then acts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.api.policies import TRADING
from marketplace.catalogue.models import Product, Variant
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.orders.models import Order, Purchase
from marketplace.orders.services import placing
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.clients import Client, sign_in
from tests.databases import Databases

ANONYMOUS, GUEST = "anonymous", "guest"
BUYERS = (GUEST, "buyer", "colleague")
SELLERS = ("manager", "staff")
OTHERS = ("other_buyer", "other_manager", "officer", "operator")
ROLES = (ANONYMOUS, *BUYERS, *SELLERS, *OTHERS)
GUEST_REF = "the-guest-of-the-tests"
HOMES = {"manager": "hai-phong", "officer": "hai-phong", "firm_buyer": "quang-ninh"}


@dataclass
class World:
    """Everybody by role, one seller with goods, and buyers' orders made when they are asked for."""

    app: Flask
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    seller_id: int = 0
    seller_slug: str = ""
    stranger_variant: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A browser of somebody in this role."""
        client = self.app.test_client()
        assert isinstance(client, Client)
        if role in self.people:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.tokens[role]}"
            with self.app.app_context():
                sign_in(client, db.session.get_one(Person, self.people[role]))
        if role in (ANONYMOUS, GUEST):
            with client.session_transaction() as session:
                session["guest"] = self.buyer(role).ref
                session["grants"] = [f"purchase:{ref}" for ref in self.guest_purchases()] if role == GUEST else []
        return client

    def guest_purchases(self) -> list[str]:
        """What the guest has bought; her letters' keys open all of it."""
        with self.app.app_context():
            return list(
                db.session.scalars(
                    select(Purchase.ref).where(Purchase.person_id.is_(None), Purchase.organisation_id.is_(None))
                )
            )

    def buyer(self, role: str) -> Actor:
        """As whom somebody in this role buys."""
        if role not in self.people:
            return Actor(kind=ActorKind.GUEST, ref=GUEST_REF if role == GUEST else f"{role}-of-the-tests")
        person = db.session.get_one(Person, self.people[role])
        firm = person.memberships[0].organisation if person.memberships else None
        return factories.actor(person, firm)

    def settle(self) -> None:
        """Put organisations back where they are at home: a row about profiles may have moved them."""
        for name, slug in HOMES.items():
            own = db.session.get_one(Person, self.people[name]).memberships[0].organisation
            home = factories.province(slug).now
            if own.province_id != home.id:
                with writing():
                    db.session.get_one(Organisation, own.id).province_id = home.id

    def whose(self, role: str) -> Actor:
        """The buyer whose things somebody in this role asks for: a buyer her own, a colleague her firm's."""
        return self.buyer({GUEST: GUEST, "colleague": "firm_buyer"}.get(role, "buyer"))

    def order(self, role: str, state: OrderState, **how: Any) -> Order:
        """A new order of the seller's goods in this state."""
        return making.order_in(state, self.whose(role), self.variant().id, **how)

    def product(self, **columns: Any) -> Product:
        """A new product of the seller."""
        return factories.product(db.session.get_one(Organisation, self.seller_id), **columns)

    def variant(self) -> Variant:
        """A pack of a new product of the seller."""
        return factories.variant_of(self.product())


def build(app: Flask) -> World:
    """Everybody, before anything has happened."""
    world = World(app)
    with app.app_context():
        factories.province(making.TO)
        seller, other = factories.seller("Bánh Bà Hường"), factories.seller("Gạo Triệu Phong")
        world.seller_id, world.seller_slug = seller.id, seller.slug
        world.stranger_variant = factories.variant_of(factories.product(factories.seller(), stock=100_000)).id
        world.people = {name: made.id for name, made in _people(seller, other).items()}
        world.tokens = {role: _token(db.session.get_one(Person, id_)) for role, id_ in world.people.items()}
    return world


def _token(person: Person) -> str:
    """A token with every right, for the organisation that its person acts for here."""
    firm = person.memberships[0].organisation if person.memberships else None
    may = firm if firm and firm.kind in TRADING else None
    # its use is noted already, for longer than any test
    return factories.token(person, may, last_used_at=clock.now() + timedelta(days=365))[1]


def _people(seller: Organisation, other: Organisation) -> dict[str, Person]:
    firm = factories.organisation(OrganisationKind.BUYER, province_slug="quang-ninh")
    department = factories.organisation(OrganisationKind.DEPARTMENT, province_slug="hai-phong")
    operator = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
    return {
        "buyer": factories.person("Trần Thị Mai"),
        "other_buyer": factories.person("Lê Văn Nam"),
        "firm_buyer": factories.manager_of(firm, name="Phạm Thị Thu"),
        "colleague": _member(firm, Role.STAFF),
        "manager": factories.manager_of(seller, name="Bà Hường"),
        "staff": _member(seller, Role.STAFF),
        "other_manager": factories.manager_of(other),
        "officer": _member(department, Role.OFFICER),
        "operator": factories.manager_of(operator),
    }


def _member(of: Organisation, role: Role) -> Person:
    made = factories.person()
    factories.membership(made, of, role)
    return made


@contextmanager
def market(databases: Databases, folder: Path, name: str, **changes: Any) -> Iterator[Flask]:
    """An app on a database of its own, which no limit of writes a minute slows down."""
    from tests.conftest import built, release, settings_on

    database = databases.create(name)
    app = built(replace(settings_on(database.url, folder), writes_per_minute=1_000_000, sms_url="mailbox:", **changes))
    try:
        yield app
    finally:
        release(app)
        database.remove()


def own_name(request: pytest.FixtureRequest, worker_name: str) -> str:
    """A database's name that no other module and no other worker takes."""
    return f"{worker_name}_{re.sub(r'[^a-z0-9]+', '_', request.module.__name__.lower())[-40:]}"


@pytest.fixture(scope="module")
def world(
    databases: Databases, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[World]:
    """One world a module, in which everybody may have any number of unpaid orders."""
    with market(databases, worker_folder, own_name(request, worker_name)) as app, pytest.MonkeyPatch.context() as patch:
        patch.setattr(placing, "MOST_UNPAID", 1_000_000)
        yield build(app)
