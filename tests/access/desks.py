"""What the routes of a producer's desk name: delivery prices, spreadsheets, packs, certificates."""

from __future__ import annotations

import io
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue import services as goods
from marketplace.catalogue.states import FoodSafetyKind
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.orders.queries.freight import tables_of
from marketplace.orders.queries.freight_words import mark_of
from marketplace.storefronts import services as storefronts
from marketplace.storefronts.queries.columns import goods_in
from marketplace.storefronts.queries.sheets import Checker
from tests import factories
from tests.access.things import Asked
from tests.access.world import World

PRICES = {
    "same_province_served": "y",
    "same_province_up_to_1": "1 kg",
    "same_province_price_1": "20.000",
    "same_province_extra_grams": "500 g",
    "same_province_extra_vnd": "5.000",
    "same_province_days_least": "1",
    "same_province_days_most": "3",
    "pick_up": "y",
}


def seller_of(world: World, role: str) -> Organisation:
    """The producer that somebody in this role works for, else the one that all others ask about."""
    actor = world.buyer(role)
    own = db.session.get(Organisation, actor.organisation_id) if actor.is_seller else None
    return own or db.session.get_one(Organisation, world.seller_id)


def freight(world: World, role: str) -> Asked:
    seller = seller_of(world, role)
    mark = mark_of(tables_of([seller.id]).get(seller.id))
    wider = {name.replace("same_province", "elsewhere"): value for name, value in PRICES.items()}
    return Asked(form={**PRICES, **wider, "seen": mark})


def more_steps(world: World, role: str) -> Asked:
    return Asked(form={**PRICES, "step": "add:same_province"})


def a_sheet(world: World, role: str) -> Asked:
    variant = factories.variant_of(factories.product(seller_of(world, role)))
    text = f"Mã hàng;Giá bán\n{variant.sku};71.000\n"
    return Asked(form={"sheet": (io.BytesIO(text.encode()), "hang.csv")})


def sent_sheet(world: World, role: str) -> Asked:
    seller, sku = db.session.get_one(Organisation, world.seller_id), world.variant().sku
    lines = goods_in([(1, ["Mã hàng", "Giá bán"]), (2, [sku, "72.000"])])
    rows = Checker(seller.id).check(lines)
    with writing():
        ref = storefronts.stage(seller, rows, name="hang.csv", unknown=["Màu"], by=SYSTEM).ref
    return Asked({"ref": ref})


PACK = {"name": "Hộp 1 kg", "gross_grams": "1100", "minimum": "1", "multiple": "1", "keeping": "stocked"}


def new_pack(world: World, role: str) -> Asked:
    return Asked({"slug": world.product().slug}, {**PACK, "price": "120.000"})


def pack(world: World, role: str) -> Asked:
    variant = world.variant()
    return Asked({"slug": variant.product.slug, "sku": variant.sku}, PACK)


def second_pack(world: World, role: str) -> Asked:
    """One of two, so that it may go."""
    variant = world.variant()
    with writing():
        more = goods.Pack(name="Hộp lớn", price_vnd=100_000, gross_grams=900)
        added = goods.add_variant(variant.product, more, by=SYSTEM)
        sku = added.sku
    return Asked({"slug": variant.product.slug, "sku": sku})


def details(world: World, role: str) -> Asked:
    return Asked({"slug": world.product().slug}, {"unit": "hộp", "vat_percent": "8", "months": ["1", "12"]})


CERTIFICATE = {"star": "4", "number": "12/QĐ-UBND", "issued_by": "UBND tỉnh Hải Dương", "issued_on": "2026-01-05"}


def certificate_to_enter(world: World, role: str) -> Asked:
    return Asked({"slug": world.product().slug}, CERTIFICATE)


FOOD_SAFETY = {
    "kind": "facility",
    "number": "45/2025/ATTP-CN",
    "issued_by": "Chi cục An toàn thực phẩm",
    "issued_on": "2026-01-05",
    "valid_until": "2029-01-05",
}


def food_safety(world: World, role: str) -> Asked:
    return Asked({}, FOOD_SAFETY)


def food_safety_to_take_out(world: World, role: str) -> Asked:
    """Every producer has entered one, whoever asks."""
    number = f"{factories.number()}/ATTP"
    for seller in db.session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.PRODUCER)).all():
        with writing():
            goods.enter_food_safety(
                seller, kind=FoodSafetyKind.FACILITY, number=number, issued_by="Chi cục",
                issued_on=clock.today(), valid_until=clock.today() + timedelta(days=900), by=SYSTEM,
            )  # fmt: skip
    return Asked({}, {"number": number})


def waiting_certificate(world: World, role: str) -> Asked:
    product, issued_on = world.product(), clock.today() - timedelta(days=20)
    number, issued_by = "12/QĐ-UBND", "UBND tỉnh Hải Dương"
    with writing():
        goods.declare_certificate(product, star=4, number=number, issued_by=issued_by, issued_on=issued_on, by=SYSTEM)
    return Asked({"slug": product.slug}, {"number": "12/QĐ-UBND", "note": "Danh sách của tỉnh"})


def waiting_certificates(world: World, role: str) -> Asked:
    waiting_certificate(world, role)
    return Asked()
