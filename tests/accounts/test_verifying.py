"""What the operator decides, what its people are told, and what it means for goods, carts and orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.services import verifying
from marketplace.accounts.states import OrganisationState, RulingKind
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.jobs import index_seller
from marketplace.catalogue.models import Product
from marketplace.catalogue.states import ProductState
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job
from marketplace.core.refusals import Refused
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.accounts.joining import only, operator, profile, standing, told
from tests.clients import Client


@pytest.fixture
def boss(app: Flask, client_of: Callable[[Any], Client]) -> Client:
    with app.app_context():
        return client_of(operator())


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan")


@pytest.fixture
def applicant(app: Flask, client_of: Callable[[Any], Client], lan: Person) -> Client:
    client = client_of(lan)
    with app.app_context():
        typed = profile(name="HTX Chờ", tax_code="0100233488")
    assert client.post("/me/organisations/new/producer", data=typed).status_code == 303
    return client


def page_of(app: Flask) -> str:
    with app.app_context():
        return f"/operator/organisations/{only().ref}"


def decide(app: Flask, boss: Client, what: str, **form: str) -> None:
    answer = boss.post(f"{page_of(app)}/{what}", data=form)
    assert (answer.status_code, answer.location) == (303, page_of(app))


def state(app: Flask) -> tuple[str, str]:
    with app.app_context():
        return only().state.value, standing(only()).step


# --- the first verification ---


def test_the_queue_shows_who_waits_with_all_that_is_known(app: Flask, boss: Client, applicant: Client) -> None:
    assert "1 đơn vị đang chờ" in boss.get("/operator").text
    assert "HTX Chờ" in boss.get("/operator/organisations").text
    page = boss.get(page_of(app)).text
    assert "chữ số kiểm tra khớp" in page
    assert "không trùng với đơn vị nào" in page
    assert "0100233488" in page


def test_a_twin_is_pointed_out(app: Flask, boss: Client, applicant: Client) -> None:
    with app.app_context():
        ref = only().ref
        factories.organisation(name="HTX Song Sinh", phone="0912345678", representative="Nguyễn Văn Khánh")
    page = boss.get(f"/operator/organisations/{ref}").text
    assert page.count("HTX Song Sinh") == 2
    assert "trùng với" in page


def test_verified_she_sells_and_is_told(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "verification", note="Đã xem giấy chứng nhận")
    assert state(app) == ("verified", "")
    with app.app_context():
        assert told()[-1] == ("organisation", "accounts/organisation_verified")
        assert [(one.kind, one.note) for one in queries.rulings_of(only())] == [
            (RulingKind.VERIFIED, "Đã xem giấy chứng nhận")
        ]
    assert "Đã xem giấy chứng nhận" not in applicant.get("/me/organisation").text
    assert "Đã xem giấy chứng nhận" in boss.get(page_of(app)).text
    assert "HTX Chờ" not in boss.get("/operator/organisations").text


def test_a_note_is_asked_for(app: Flask, boss: Client, applicant: Client) -> None:
    assert boss.post(f"{page_of(app)}/verification", data={"note": " "}).status_code == 422
    assert state(app) == ("pending", "waiting")


def test_asked_for_more_she_corrects_and_sends_again(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "question", words="Xin ghi đúng tên trên giấy.")
    assert state(app) == ("pending", "asked")
    assert "Xin ghi đúng tên trên giấy." in applicant.get("/me/organisation").text
    assert "Xin ghi đúng tên trên giấy." in applicant.get("/me/organisation/profile").text
    assert "HTX Chờ" not in boss.get("/operator/organisations").text
    assert "HTX Chờ" in boss.get("/operator/organisations?state=asked").text
    with app.app_context():
        typed = profile(name="HTX Chờ", tax_code="0100233488", legal_name="Đúng Tên")
    applicant.post("/me/organisation/profile", data=typed)
    assert state(app) == ("pending", "waiting")
    decide(app, boss, "verification", note="ok")
    assert state(app) == ("verified", "")


def test_declined_she_reads_why_and_may_ask_again(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "refusal", words="Mã số thuế đã đóng.")
    assert state(app) == ("pending", "declined")
    assert "Mã số thuế đã đóng." in applicant.get("/desk").text
    assert boss.post(f"{page_of(app)}/verification", data={"note": "x"}).status_code == 422
    assert state(app) == ("pending", "declined")
    with app.app_context():
        typed = profile(name="HTX Chờ")
    applicant.post("/me/organisation/profile", data=typed)
    assert state(app) == ("pending", "waiting")


def test_what_was_decided_is_not_decided_twice(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "verification", note="ok")
    for what, form in (("verification", {"note": "x"}), ("question", {"words": "x"}), ("refusal", {"words": "x"})):
        assert boss.post(f"{page_of(app)}/{what}", data=form).status_code == 422
    assert state(app) == ("verified", "")


def test_one_made_without_a_request_is_verified_too(app: Flask, boss: Client) -> None:
    with app.app_context():
        factories.organisation(verified=False, name="Từ Trước")
    assert "Từ Trước" in boss.get("/operator/organisations").text
    decide(app, boss, "verification", note="ok")
    assert state(app) == ("verified", "")


def test_who_changes_her_mind_all_day_writes_few_letters(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "verification", note="ok")
    with app.app_context():
        known = {"legal_name": only().legal_name, "tax_code": only().tax_code, "legal_form": only().legal_form.value}
        other = profile(name="HTX Chờ", tax_code="0314409058", legal_name="Tên Mới")
        same = profile(name="HTX Chờ", **known)
    for _ in range(8):
        applicant.post("/me/organisation/profile", data=other)
        applicant.post("/me/organisation/profile", data=same)
    with app.app_context():
        assert [name for _kind, name in told()].count("accounts/organisation_waits") <= 4


def test_new_legal_details_count_once_accepted(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "verification", note="ok")
    with app.app_context():
        typed = profile(name="HTX Chờ", tax_code="0314409058", legal_name="Tên Mới")
    applicant.post("/me/organisation/profile", data=typed)
    assert "thay đổi thông tin pháp lý" in boss.get("/operator/organisations").text
    assert "Tên Mới" in boss.get(page_of(app)).text
    decide(app, boss, "verification", note="đã so")
    with app.app_context():
        assert (only().legal_name, only().tax_code) == ("Tên Mới", "0314409058")
        assert told()[-1] == ("organisation", "accounts/change_accepted")


def test_a_tax_code_taken_meanwhile_is_not_accepted(app: Flask, boss: Client, applicant: Client) -> None:
    decide(app, boss, "verification", note="ok")
    with app.app_context():
        typed = profile(name="HTX Chờ", tax_code="0314409058")
    applicant.post("/me/organisation/profile", data=typed)
    with app.app_context():
        factories.organisation(OrganisationKind.BUYER, tax_code="0314409058")
    assert boss.post(f"{page_of(app)}/verification", data={"note": "x"}).status_code == 422
    with app.app_context():
        assert only().tax_code == "0100233488"


# --- looking for organisations ---


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=thanh+ha", {"Thanh Hà"}),
        ("q=0100233488", {"Thanh Hà"}),
        ("q=TC-", {"Thanh Hà", "Siêu thị Vịnh"}),
        ("state=all&kind=buyer", {"Siêu thị Vịnh"}),
        ("state=suspended", {"Siêu thị Vịnh"}),
        ("state=verified", {"Thanh Hà"}),
        ("state=waiting", set()),
        ("q=%25", set()),
    ],
)
def test_they_are_found_by_name_code_kind_and_state(app: Flask, boss: Client, asked: str, found: set[str]) -> None:
    with app.app_context():
        factories.organisation(name="Thanh Hà", tax_code="0100233488")
        factories.organisation(OrganisationKind.BUYER, name="Siêu thị Vịnh", state=OrganisationState.SUSPENDED)
    page = boss.get(f"/operator/organisations?{asked}").text
    assert {name for name in ("Thanh Hà", "Siêu thị Vịnh") if f">{name}</a>" in page} == found


# --- suspended and back ---


@pytest.fixture
def shop(app: Flask) -> Organisation:
    with app.app_context():
        factories.province(making.TO)
        return factories.seller("Bánh Bà Hường")


def suspend(app: Flask, boss: Client, shop: Organisation) -> None:
    answer = boss.post(f"/operator/organisations/{shop.ref}/suspension", data={"reason": "Hàng không rõ nguồn gốc"})
    assert answer.status_code == 303


def test_a_suspended_producers_goods_leave_lists_and_search_and_come_back(
    app: Flask, boss: Client, shop: Organisation
) -> None:
    with app.app_context():
        made = factories.product(shop, "Bánh đậu xanh Bà Hường")
        with writing():
            catalogue.index([db.session.merge(made)])
        slug = made.slug
    guest = Client(app)
    lists = ("/products", "/products?q=banh+dau+xanh", "/products?province=hai-phong", f"/products/{slug}")
    assert all("Bánh đậu xanh Bà Hường" in guest.get(one).text for one in lists)
    suspend(app, boss, shop)
    assert not any("Bánh đậu xanh Bà Hường" in guest.get(one).text for one in lists)
    assert guest.get(f"/products/{slug}").status_code == 404
    assert guest.get(f"/shops/{shop.slug}").status_code == 404
    assert boss.post(f"/operator/organisations/{shop.ref}/reinstatement", data={"note": "đã rõ"}).status_code == 303
    assert all("Bánh đậu xanh Bà Hường" in guest.get(one).text for one in lists)


def test_what_lies_in_a_cart_is_said_kindly_and_is_not_ordered(app: Flask, boss: Client, shop: Organisation) -> None:
    with app.app_context():
        buyer = making.a_guest()
        pack = factories.variant_of(factories.product(shop))
        making.fill(buyer, (pack.id, 1))
        confirmed = making.confirmation(buyer)
    suspend(app, boss, shop)
    with app.app_context(), pytest.raises(Refused, match="tạm ngừng bán"):
        making.place(confirmed, buyer)


def test_running_orders_are_finished(
    app: Flask, boss: Client, client_of: Callable[[Any], Client], shop: Organisation
) -> None:
    with app.app_context():
        order = making.order_in(
            OrderState.CONFIRMED, making.a_guest(), factories.variant_of(factories.product(shop)).id
        )
        ref, manager = order.ref, factories.manager_of(shop)
    suspend(app, boss, shop)
    hers = client_of(manager)
    desk = hers.get("/desk").text
    assert "Hàng không rõ nguồn gốc" in desk
    assert "hoàn tất các đơn đang xử lý" in desk
    assert hers.get(f"/desk/orders/{ref}").status_code == 200


def test_a_suspended_producer_puts_nothing_on_sale(
    app: Flask, boss: Client, client_of: Callable[[Any], Client], shop: Organisation
) -> None:
    with app.app_context():
        product = factories.product(shop, state=ProductState.WITHDRAWN)
        manager = factories.manager_of(shop)
    suspend(app, boss, shop)
    answer = client_of(manager).post(f"/desk/products/{product.slug}/publication", data={})
    assert answer.status_code in (303, 404, 422)
    with app.app_context():
        assert db.session.get_one(Product, product.id).state is ProductState.WITHDRAWN


def test_a_pending_producer_prepares_drafts_and_sells_nothing(app: Flask, client_of: Callable[[Any], Client]) -> None:
    with app.app_context():
        waiting = factories.organisation(verified=False)
        product = factories.product(waiting, state=ProductState.DRAFT)
        manager = factories.manager_of(waiting)
        with pytest.raises(Refused, match="chưa được xác minh"), writing():
            catalogue.publish(db.session.merge(product), by=SYSTEM)
    hers = client_of(manager)
    assert hers.get("/desk/products").status_code == 200
    assert hers.get(f"/desk/products/{product.slug}").status_code == 200
    guest = Client(app)
    assert guest.get(f"/products/{product.slug}").status_code == 404
    assert guest.get(f"/shops/{waiting.slug}").status_code == 404


def test_goods_of_a_pending_producer_cannot_be_put_into_a_cart(app: Flask) -> None:
    with app.app_context():
        waiting = factories.organisation(verified=False)
        pack = factories.variant_of(factories.product(waiting))
        buyer = making.a_guest()
        with pytest.raises(Refused, match="tạm ngừng bán"):
            making.fill(buyer, (pack.id, 1))


def test_a_suspended_buyer_orders_nothing_in_its_name(app: Flask, boss: Client, shop: Organisation) -> None:
    with app.app_context():
        firm = factories.organisation(OrganisationKind.BUYER, name="Siêu thị Vịnh")
        pack = factories.variant_of(factories.product(shop))
        person = factories.manager_of(firm)
        buyer = factories.actor(person, firm)
        making.fill(buyer, (pack.id, 1))
        confirmed = making.confirmation(buyer)
        with pytest.raises(Refused, match="Siêu thị Vịnh đang bị tạm ngừng"):
            making.place(confirmed, replace(buyer, organisation_suspended=True, organisation_verified=False))


@pytest.mark.parametrize("kind", [OrganisationKind.DEPARTMENT, OrganisationKind.OPERATOR])
def test_departments_and_operators_are_not_suspended(app: Flask, boss: Client, kind: OrganisationKind) -> None:
    with app.app_context():
        other = factories.organisation(kind, name="Không Được")
    answer = boss.post(f"/operator/organisations/{other.ref}/suspension", data={"reason": "x"})
    assert answer.status_code == 422
    with app.app_context():
        now = queries.organisation_by_ref(other.ref)
        assert now is not None
        assert now.state is OrganisationState.VERIFIED


# --- another name ---


def test_a_new_name_is_found_by_search(app: Flask, shop: Organisation) -> None:
    with app.app_context():
        factories.product(shop, "Bánh gai")
        manager = factories.manager_of(shop)
        with writing():
            own = queries.organisation_by_ref(shop.ref)
            assert own is not None
            typed = services.Profile(
                legal_form=own.legal_form, legal_name=own.legal_name, name="Lò Bánh Hoa Mai", tax_code="0100233488",
                representative="A", representative_title="", province=own.province, ward=None, street="1",
                phone="0912345678", email=None,
            )  # fmt: skip
            services.edit_organisation(own, typed, by=factories.actor(manager, own))
        jobs = db.session.scalars(select(Job).where(Job.kind == "catalogue.index_seller")).all()
        assert [job.payload for job in jobs] == [{"seller": shop.ref}]
        index_seller(shop.ref)
    assert "Bánh gai" in Client(app).get("/products?q=lo+banh+hoa+mai").text


def test_the_verbs_publish_what_happened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(verifying, "publish", lambda event: seen.append(type(event).__name__))
    with app.app_context():
        boss = factories.actor(operator())
        made = factories.organisation(verified=False)
        acts: tuple[Callable[[Organisation], None], ...] = (
            lambda one: verifying.accept(one, note="x", by=boss),
            lambda one: verifying.suspend(one, words="x", by=boss),
            lambda one: verifying.reinstate(one, note="x", by=boss),
        )
        for act in acts:
            with writing():
                found = queries.organisation_by_ref(made.ref)
                assert found is not None
                act(found)
    assert seen == ["OrganisationVerified", "OrganisationSuspended", "OrganisationReinstated"]
