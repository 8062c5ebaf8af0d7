"""Codes, files and wishes of people, made for the role that asks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from marketplace.accounts.models import DataExport, Erasure, Person, ProvenPhone
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.files import store
from marketplace.core.outbox.topics import WAY_OUT_URL, Topic, way_out
from marketplace.core.refs import new_token, token_digest
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderState
from marketplace.payments.models import Payment, Refund
from marketplace.payments.states import RefundState
from tests import factories
from tests.access.things import Asked, _known_password
from tests.access.world import World


def _person(world: World, role: str) -> Person:
    return db.session.get_one(Person, world.people.get(role, world.people["buyer"]))


def letters_end(world: World, role: str) -> Asked:
    return Asked({"token": way_out(_person(world, role).ref, Topic.MESSAGES).removeprefix(WAY_OUT_URL)})


def export(world: World, role: str) -> Asked:
    """A file that is ready."""
    _known_password(world, role)
    key = f"{'0' * 64}/export.zip"
    store().put(key, b"PK")
    known = {"made_at": clock.now(), "file_key": key, "size": 2}
    made = factories.stored(DataExport(ref=new_token(), person_id=_person(world, role).id, **known))
    return Asked({"ref": made.ref}, {"current": factories.PASSWORD})


def nothing_exported(world: World, role: str) -> Asked:
    with writing():
        db.session.execute(delete(DataExport).where(DataExport.person_id == _person(world, role).id))
    return Asked()


def no_wish(world: World, role: str) -> Asked:
    """Nothing of hers is open, and she has not asked yet."""
    _known_password(world, role)
    bought = select(Purchase.id).where(Purchase.person_id == _person(world, role).id)
    orders = select(Order.id).where(Order.purchase_id.in_(bought))
    payments = select(Payment.id).where(Payment.order_id.in_(orders))
    with writing():
        db.session.execute(delete(Erasure).where(Erasure.person_id == _person(world, role).id))
        db.session.execute(update(Order).where(Order.id.in_(orders)).values(state=OrderState.COMPLETED))
        db.session.execute(update(Refund).where(Refund.payment_id.in_(payments)).values(state=RefundState.DONE))
    return Asked(form={"current": factories.PASSWORD, "sure": "y"})


def wish(world: World, role: str) -> Asked:
    """A wish to be forgotten that can still be taken back."""
    no_wish(world, role)
    token, until = new_token(), clock.now() + timedelta(days=7)
    person = _person(world, role)
    factories.stored(Erasure(person_id=person.id, undo_digest=token_digest(token), effective_at=until))
    return Asked({"token": token})


def wish_on_page(world: World, role: str) -> Asked:
    wish(world, role)
    return Asked()


def proven(world: World, role: str) -> Asked:
    person = _person(world, role)
    with writing():
        db.session.execute(delete(ProvenPhone).where(ProvenPhone.person_id == person.id))
        db.session.add(ProvenPhone(person_id=person.id, phone=f"09{person.id:08d}"))
    return Asked()


def number_to_prove(world: World, role: str) -> Asked:
    return Asked(form={"phone": f"08{factories.number():08d}"})
