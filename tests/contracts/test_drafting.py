"""A person who has never made a contract finishes one: step by step, with forms that need no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, TermsDraft
from marketplace.contracts.queries.goods import unit_of
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests import factories
from tests.clients import Client
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, agreement_in, two_sides

Members = Callable[[Any], Client]
S = AgreementState


@pytest.fixture
def sides(app: Flask) -> TwoSides:
    with app.app_context():
        return two_sides()


@pytest.fixture
def client(client_of: Members, sides: TwoSides) -> Client:
    return client_of(sides.manager)


def begun(client: Client, sides: TwoSides, **form: str) -> str:
    """A new draft; its ref."""
    known = {"kind": "sale", "side": "seller", "partner": sides.buyer.ref}
    answer = client.post("/agreements", data={**known, **form})
    assert answer.status_code == 303
    return str(answer.headers["Location"].split("/")[2])


def terms(app: Flask, ref: str) -> dict[str, Any]:
    with app.app_context():
        asked = select(TermsDraft).join(Agreement, Agreement.id == TermsDraft.agreement_id).where(Agreement.ref == ref)
        return dict(db.session.scalars(asked).one().terms)


def save(client: Client, ref: str, step: str, act: str = "save", **fields: str) -> Any:
    return client.post(f"/agreements/{ref}/draft", data={"step": step, "act": act, **fields})


def test_a_first_contract_from_the_template_to_the_other_side(app: Flask, sides: TwoSides, client: Client) -> None:
    ref = begun(client, sides)
    first, last = clock.today() + timedelta(days=9), clock.today() + timedelta(days=200)
    sku = sides.variant.sku
    saved = [
        save(client, ref, "parties", "next", title="Hợp đồng gạo", **{"parties.seller.title": "Giám đốc"}),
        save(client, ref, "goods", f"add-line:{sku}"),
        save(client, ref, "goods", **{"lines.L1.quantity": "1.200", "lines.L1.price_vnd": "118k"}),
        save(client, ref, "delivery", **{"delivery.place": "Kho Hạ Long"}),
        save(client, ref, "delivery", "spread", spread_from=f"{first:%d/%m/%Y}", spread_count="5"),
        save(client, ref, "price", **{"payment.days": "30", "penalty.percent": "8"}),
        save(client, ref, "term", **{"term.valid_from": f"{first:%Y-%m-%d}", "term.valid_to": f"{last:%Y-%m-%d}",
                                     "law.place": "Tòa án nhân dân khu vực 1"}),
    ]  # fmt: skip
    assert [one.status_code for one in saved] == [303] * 7
    kept = terms(app, ref)
    assert (kept["lines"][0]["quantity"], kept["lines"][0]["price_vnd"]) == ("1200", 118_000)
    assert kept["totals"]["total_vnd"] == 1200 * 118_000
    assert [one["quantity"] for one in kept["schedule"]] == ["240"] * 5
    page = client.get(f"/agreements/{ref}/draft?step=check").get_data(as_text=True)
    assert "Đã đủ: có thể gửi." in page
    assert client.post(f"/agreements/{ref}/sending", data={"step": "check", "comment": "Mời xem."}).status_code == 303
    with app.app_context():
        assert db.session.query(Agreement).one().state is S.NEGOTIATING


def test_the_checklist_leads_to_the_step_where_it_is_mended(sides: TwoSides, client: Client) -> None:
    ref = begun(client, sides)
    page = client.get(f"/agreements/{ref}/draft").get_data(as_text=True)
    assert "Hãy thêm ít nhất một dòng hàng hóa." in page
    assert f'href="/agreements/{ref}/draft?step=goods"' in page
    answer = client.post(f"/agreements/{ref}/sending", data={"step": "check"})
    assert (answer.status_code, "Còn thiếu:" in answer.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize(
    ("step", "field", "typed", "said"),
    [
        ("goods", "lines.L1.price_vnd", "nhiều", "hãy nhập số tiền bằng đồng, ví dụ 65.000."),
        ("goods", "lines.L1.quantity", "mười", "số nguyên"),
        ("goods", "lines.L1.quantity", "-5", "số nguyên"),
        ("price", "penalty.percent", "12", "nhiều nhất là 8%"),
        ("price", "price_rule.kind", "khác", "danh sách"),
        ("term", "term.valid_from", "hôm nào đó", "chọn một ngày"),
        ("delivery", "delivery.place", "x" * 400, "300"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_stays_as_typed(
    app: Flask, sides: TwoSides, client: Client, step: str, field: str, typed: str, said: str
) -> None:
    ref = begun(client, sides)
    save(client, ref, "goods", f"add-line:{sides.variant.sku}")
    before = terms(app, ref)
    answer = save(client, ref, step, **{field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field.replace(".", "-")}-error"' in page
    assert said in page
    assert typed in page
    assert terms(app, ref) == before


def test_goods_are_found_without_accents_and_added_once(app: Flask, sides: TwoSides, client: Client) -> None:
    with app.app_context():
        factories.product(sides.seller, "Mật ong rừng", star=3)
    ref = begun(client, sides)
    found = save(client, ref, "goods", "find", find="gao huu co")
    page = client.get(found.headers["Location"].split("#")[0]).get_data(as_text=True)
    assert (sides.variant.sku in page, "Mật ong rừng" in page) == (True, False)
    assert save(client, ref, "goods", "add-line", sku=sides.variant.sku.lower()).status_code == 303
    again = save(client, ref, "goods", "add-line", sku=sides.variant.sku)
    assert (again.status_code, "đã có trong bảng" in again.get_data(as_text=True)) == (422, True)
    other = save(client, ref, "goods", "add-line", sku="SP-KHONG-CO")
    assert (other.status_code, "Bên bán không có hàng nào mang mã SKU" in other.get_data(as_text=True)) == (422, True)


def test_clauses_are_chosen_moved_changed_and_brought_back(app: Flask, sides: TwoSides, client: Client) -> None:
    ref = begun(client, sides)
    keys = [one["key"] for one in terms(app, ref)["clauses"]]
    first, second = keys[:2]
    save(client, ref, "clauses", f"down:{first}")
    assert [one["key"] for one in terms(app, ref)["clauses"]][:2] == [second, first]
    save(client, ref, "clauses", **{f"clauses.{first}.text": "Viết lại."})
    save(client, ref, "clauses", f"remove-clause:{second}")
    save(client, ref, "clauses", "own-clause", own_title="Bao bì riêng", own_text="In nhãn của siêu thị.")
    found = {one["key"]: one for one in terms(app, ref)["clauses"]}
    assert (found[first]["text"], second in found, found["own-1"]["source"]) == ("Viết lại.", False, "custom")
    save(client, ref, "clauses", f"restore-clause:{first}")
    save(client, ref, "clauses", f"add-clause:{second}")
    found = {one["key"]: one for one in terms(app, ref)["clauses"]}
    assert (found[first]["text"] != "Viết lại.", second in found) == (True, True)


def test_a_clause_saved_as_it_was_keeps_its_fingerprint(app: Flask, sides: TwoSides, client: Client) -> None:
    """Browsers send line ends in their own way."""
    ref = begun(client, sides)
    before = terms(app, ref)
    sent = {f"clauses.{one['key']}.text": one["text"].replace("\n", "\r\n") for one in before["clauses"]}
    save(client, ref, "clauses", **sent)
    assert terms(app, ref) == before


def test_one_tab_took_a_line_out_and_the_other_still_types_in_it(app: Flask, sides: TwoSides, client: Client) -> None:
    ref = begun(client, sides)
    save(client, ref, "goods", f"add-line:{sides.variant.sku}")
    save(client, ref, "goods", "remove-line:L1")
    answer = save(client, ref, "goods", **{"lines.L1.quantity": "5"})
    assert (answer.status_code, "vừa được bỏ ở nơi khác" in answer.get_data(as_text=True)) == (422, True)


def test_fields_of_the_other_side_and_of_the_catalogue_are_not_taken(
    app: Flask, sides: TwoSides, client: Client
) -> None:
    ref = begun(client, sides)
    save(client, ref, "goods", f"add-line:{sides.variant.sku}")
    before = terms(app, ref)
    foreign = {"parties.buyer.representative": "Kẻ khác", "parties.seller.tax_code": "1", "lines.L1.star": "5"}
    save(client, ref, "parties", **foreign)
    save(client, ref, "goods", **foreign, **{"totals.total_vnd": "1"})
    assert terms(app, ref) == before


def test_a_draft_begun_on_an_older_version_is_not_sent_over_a_newer_one(
    app: Flask, sides: TwoSides, client: Client
) -> None:
    with app.app_context():
        made = agreement_in(S.SIGNING, sides)
        walk = Walk(sides)
        walk.ask_for_changes(made)
        written = {**making.last_version(made).terms, "title": "Bản của bên bán"}
        with writing():
            agreements.save_draft(made, Side.SELLER, written, sides.actor(Side.SELLER))
        walk.counter(made, Side.BUYER)
        ref = made.ref
    page = client.get(f"/agreements/{ref}/draft").get_data(as_text=True)
    assert "Có phiên bản mới hơn" in page
    assert "Bản của bên bán" in page
    answer = client.post(f"/agreements/{ref}/sending", data={"step": "check"})
    assert (answer.status_code, "Phiên bản 2 vừa đến" in answer.get_data(as_text=True)) == (422, True)
    assert client.post(f"/agreements/{ref}/draft/removal").status_code == 303
    assert "Có phiên bản mới hơn" not in client.get(f"/agreements/{ref}/draft").get_data(as_text=True)


def test_only_a_verified_organisation_can_be_chosen(app: Flask, sides: TwoSides, client: Client) -> None:
    nobody = client.post("/agreements", data={"kind": "sale", "side": "seller", "partner": "TC-0000-000000"})
    assert (nobody.status_code, "Hãy chọn bên còn lại." in nobody.get_data(as_text=True)) == (422, True)
    with app.app_context():
        pending = factories.organisation(name="Chưa xác minh", verified=False)
    page = client.get("/agreements/new?q=chua xac minh").get_data(as_text=True)
    assert "Không tìm thấy." in page
    said = _shown_to_who_chooses(client, pending.ref)
    assert "Chưa xác minh" not in said
    assert said == _shown_to_who_chooses(client, "TC-0000-000000")


def test_a_stranger_learns_of_no_suspended_organisation(app: Flask, sides: TwoSides, client: Client) -> None:
    """By ref or by the name in addresses: the answer is that to a ref which nobody has."""
    with app.app_context():
        gone = factories.seller(name="Bị đình chỉ")
        with writing():
            db.session.get_one(Organisation, gone.id).state = OrganisationState.SUSPENDED
        ref, slug = gone.ref, gone.slug
    unknown = _shown_to_who_chooses(client, "TC-0000-000000")
    assert [_shown_to_who_chooses(client, one) for one in (ref, slug)] == [unknown, unknown]
    assert "Bị đình chỉ" not in unknown


def test_who_has_sent_a_paper_is_told_why_the_other_side_may_not_trade(app: Flask, client_of: Any) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement_in(AgreementState.NEGOTIATING, sides)
        with writing():
            db.session.get_one(Organisation, sides.buyer.id).state = OrganisationState.SUSPENDED
        name, ref = sides.buyer.name, sides.buyer.ref
    form = {"kind": "sale", "side": "seller", "partner": ref}
    answer = client_of(sides.manager).post("/agreements", data=form)
    assert (answer.status_code, name in answer.get_data(as_text=True)) == (422, True)


def _shown_to_who_chooses(client: Client, partner: str) -> str:
    """The page that answers a choice, without what differs each time."""
    answer = client.post("/agreements", data={"kind": "sale", "side": "seller", "partner": partner})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "Hãy chọn bên còn lại." in text) == (422, True)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def test_the_preview_is_a_picture_of_every_page(sides: TwoSides, client: Client) -> None:
    answer = client.get(f"/agreements/{begun(client, sides)}/preview.webp")
    assert (answer.status_code, answer.mimetype, answer.data[8:12]) == (200, "image/webp", b"WEBP")
    assert answer.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("pack", "unit"), [("túi 5 kg", "túi"), ("Hộp 300 g", "hộp"), ("500 g", "gói"), ("chiếc", "chiếc"), ("", "gói")]
)
def test_one_unit_is_one_pack(pack: str, unit: str) -> None:
    assert unit_of(pack) == unit
