"""Every kind of page: each route that answers with HTML, lists with nothing, one and many in them, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from marketplace.core.database import db
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.access.world import World
from tests.bad_input import routes
from tests.bad_input.routes import working
from tests.clients import Client, sign_in
from tests.pages import contract_kinds_agreements as drafting
from tests.pages import contract_kinds_calls as calls
from tests.pages import contract_kinds_changes as changes
from tests.pages import contract_kinds_department as department
from tests.pages import contract_kinds_papers as contract_papers
from tests.pages import contract_kinds_rules as agreement_rules
from tests.pages import contract_kinds_signing as signing
from tests.pages import contract_kinds_sourcing as sourcing

# routes that answer with something else than a page
NO_PAGES = {
    "api.openapi", "api.products", "api.product", "api.shops", "api.shop", "api.provinces", "api.province",
    "api.product_sets", "api.own_orders", "api.own_order", "api.own_stock", "api.own_stock_of", "api.own_prices",
    "api.own_price_of",
    "accounts.second_factor_qr", "orders.packing_slip", "orders.receipt", "orders.return_photo",
    "assets.favicon", "assets.file", "assets.stylesheet", "media.picture", "payments.qr_png", "payments.qr_svg",
    "payments.fee_bill_qr", "payments.month_paper", "payments.month_sheet", "payments.payout_list",
    "payments.payout_qr", "storefronts.goods_sheet", "storefronts.goods_csv", "storefronts.import_errors",
    "places.communes", "places.wards", "storefronts.healthz", "storefronts.manifest", "storefronts.readyz",
    "storefronts.robots", "messages.picture", "storefronts.sitemap",
    "storefronts.sitemap_part", "storefronts.suggestions", "storefronts.product_cards", "storefronts.favourites_list",
    *calls.NO_PAGES, *changes.NO_PAGES, *drafting.NO_PAGES, *contract_papers.NO_PAGES, *signing.NO_PAGES,
}  # fmt: skip
LANGUAGES = ("vi", "en")
MANY = 25


def page_routes() -> list[str]:
    """The routes that show a page."""
    return [name for name in routes.reading() if name.split()[1] not in NO_PAGES]


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


# --- lists with nothing, one and many in them ---


@dataclass(frozen=True)
class Stage:
    """A producer with so many goods and a buyer with so many orders of them, each with her own browser."""

    seller: Client
    buyer: Client
    shop: str

    def show(self, address: str, language: str) -> TestResponse:
        """A list as its owner sees it."""
        client = self.buyer if address in BUYERS_LISTS else self.seller
        return client.get(in_language(address.format(shop=self.shop), language))


BUYERS_LISTS = (
    "/messages", "/orders", "/cart", "/checkout", "/me", "/me/notices", "/me/notices/choices", "/me/erasure",
)  # fmt: skip
LISTS = (
    *BUYERS_LISTS, "/desk", "/desk/orders", "/desk/returns", "/desk/products", "/desk/stock", "/desk/import",
    "/desk/food-safety",
    "/shops/{shop}",
    "/desk/money", "/desk/money/bank-statement",
    "/products?q=banh+dau+xanh", "/products?q=khong+co+gi+nhu+the", "/products?star=5", "/shops?province=ca-mau",
    "/products?group=thuc-pham-che-bien&province=hai-duong", "/products?q=banh&star=5", "/compare", "/me/favourites",
    "/shops/{shop}?q=banh&sort=price", *sourcing.LISTS,
)  # fmt: skip


def stage(world: World, number: int) -> Stage:
    """Made anew for each number."""
    with world.app.app_context():
        seller = factories.seller()
        manager, buyer = factories.manager_of(seller), factories.person()
        packs = [factories.variant_of(factories.product(seller)).id for _ in range(number)]
        who = factories.actor(buyer)
        for pack in packs:
            making.order_in(OrderState.PLACED, who, pack)
        if packs:
            making.fill(who, *((pack, 1) for pack in packs))
        sourcing.fill(seller, number)
        return Stage(_browser(world, manager), _browser(world, buyer), seller.slug)


def _browser(world: World, person: Any) -> Client:
    client = world.app.test_client()
    assert isinstance(client, Client)
    return sign_in(client, db.session.merge(person))


# --- refusals ---


def _wrong_sign_up(world: World) -> TestResponse:
    return world.client("anonymous").post("/sign-up", data={"name": "", "email": "lan@", "phone": "12"})


def _wrong_checkout(world: World) -> TestResponse:
    asked = working(world, "POST orders.place")
    return world.client(asked.role).post("/checkout", data={**asked.form, "phone": "12", "street": "", "name": ""})


def _wrong_quantity(name: str) -> Callable[[World], TestResponse]:
    """Of something that lies in the cart already."""

    def sent(world: World) -> TestResponse:
        working(world, "POST orders.change_line")
        asked = working(world, name)
        return world.client("manager").post(asked.address, data={**asked.form, "quantity": "nhiều"})

    return sent


def _wrong_in(name: str) -> Callable[[World], TestResponse]:
    def sent(world: World) -> TestResponse:
        asked = working(world, name)
        return world.client(asked.role).post(asked.address, data={})

    return sent


REFUSALS: dict[str, tuple[int, Callable[[World], TestResponse]]] = {
    "nothing there": (404, lambda world: world.client("anonymous").get("/khong-co")),
    "not for her": (403, lambda world: world.client("officer").get("/desk/bank-account")),
    "not her order": (404, lambda world: world.client("anonymous").get("/orders/DH-2026-999999")),
    "not a page": (405, lambda world: world.client("anonymous").get("/sign-out")),
    "without a token": (400, lambda world: world.client("anonymous").post("/sign-up", csrf=False)),
    "sign-up": (422, _wrong_sign_up),
    "checkout": (422, _wrong_checkout),
    "more of the same": (422, _wrong_quantity("POST orders.add_line")),
    "another quantity": (422, _wrong_quantity("POST orders.change_line")),
    **{
        name: (422, _wrong_in(f"POST {name}"))
        for name in (
            "accounts.begin_session", "accounts.ask_for_reset", "accounts.reset_password", "accounts.save_details",
            "accounts.change_password", "accounts.change_email", "accounts.show_code", "accounts.begin_second_factor",
            "orders.save_freight", "storefronts.send_import", "storefronts.add_pack",
            "storefronts.edit_details", "storefronts.declare_certificate", "storefronts.enter_food_safety",
            "messages.begin", "messages.write", "messages.report", "accounts.send_phone_code", "accounts.fetch_export",
            "accounts.ask_for_erasure",
            "accounts.confirm_second_factor", "accounts.found_organisation", "accounts.save_profile", "accounts.invite",
            "accounts.verify_organisation", "accounts.ask_organisation", "accounts.suspend_organisation",
            "orders.confirm", "orders.fail_delivery", "orders.ask_for_return",
            "payments.confirm_receipt",
            "payments.name_bank_account", "payments.name_refund_account", "storefronts.create_product",
            "storefronts.edit_product", "storefronts.edit_price", "storefronts.add_photo", "inventory.receive",
            "inventory.correct", "programs.make_token", "programs.name_webhook", "programs.change_webhook",
            *sourcing.REFUSED, *calls.REFUSED, *drafting.REFUSED, *contract_papers.REFUSED, *agreement_rules.REFUSED,
            *department.REFUSED, *changes.REFUSED, *signing.REFUSED,
        )
    },
}  # fmt: skip


# --- every route ---


def shown(world: World, name: str, language: str) -> TestResponse:
    """The page of a route, as somebody who may sees it."""
    asked = working(world, name)
    return world.client(asked.role).get(in_language(asked.address, language))
