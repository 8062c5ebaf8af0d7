"""From a private draft to a text that both sides have accepted, and the ways back and out, over the real pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Certificate
from marketplace.contracts.models import Acceptance, Agreement, AgreementEvent, Deadline, TermsDraft, TermsVersion
from marketplace.contracts.services import agreements, deadlines
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, CancelReason, Consent, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.terms.canonical import fingerprint
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db, lock, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.clients import Client
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, agreement_in, two_sides

Members = Callable[[Any], Client]
S = AgreementState


@pytest.mark.parametrize("state", list(AgreementState))
def test_every_state_is_reached(app: Flask, state: AgreementState) -> None:
    with app.app_context():
        assert agreement_in(state).state is state


# --- T1: who may make one, of which goods ---


def refusal_of(act: Callable[[], Any]) -> str:
    """The sentence with which an act is refused; nothing of it stays."""
    with pytest.raises(Refused) as refused, writing():
        act()
    return str(refused.value.sentence)


def begin(sides: TwoSides, **terms: Any) -> Any:
    return Walk(sides).begin(AgreementKind.SALE, **terms)


def test_both_organisations_are_verified_and_not_suspended(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        by = sides.actor(Side.SELLER)
        pending = factories.organisation(OrganisationKind.BUYER, name="Chợ mới", verified=False)
        new = NewPaper(AgreementKind.SALE, sides.seller, pending, Side.SELLER)
        said = refusal_of(lambda: agreements.create(new, by=by))
        assert said.startswith("Chợ mới chưa được xác minh")
        with writing():
            db.session.execute(
                text("UPDATE organisations SET state = 'suspended' WHERE id = :id"), {"id": sides.buyer.id}
            )
        db.session.refresh(sides.buyer)
        known = NewPaper(AgreementKind.SALE, sides.seller, sides.buyer, Side.SELLER)
        said = refusal_of(lambda: agreements.create(known, by=by))
        assert said == "Siêu thị Hạ Long đang bị tạm ngừng nên chưa lập hợp đồng được."
        assert db.session.query(Agreement).count() == 0


def test_goods_without_a_certificate_at_the_first_delivery_are_not_sent(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = begin(sides)
        first = clock.today() + timedelta(days=15)
        with writing():
            db.session.query(Certificate).update({"valid_until": first - timedelta(days=1)})
        said = refusal_of(lambda: agreements.send(made, sides.actor(Side.SELLER)))
        assert said == (
            f"Giấy chứng nhận OCOP của Gạo hữu cơ không còn hiệu lực vào {first:%d/%m/%Y}, ngày giao hàng đầu tiên."
        )
        with writing():
            db.session.query(Certificate).update({"valid_until": first})
            agreements.send(made, sides.actor(Side.SELLER))
        assert made.state is S.NEGOTIATING


def test_a_line_says_of_its_goods_what_the_catalogue_says(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(star=4)
        made = begin(sides, lines=[making.line(sides.variant, product="Vàng", star=5, pack="tấn")])
        Walk(sides).send(made)
        line = making.last_version(made).terms["lines"][0]
        assert (line["product"], line["star"], line["pack"]) == ("Gạo hữu cơ", 4, "Hộp 300 g")


# --- T2 to T4 ---


def test_a_version_is_frozen_with_its_fingerprint_and_accepted_by_its_author(app: Flask) -> None:
    with app.app_context():
        made = agreement_in(S.NEGOTIATING)
        version = making.last_version(made)
        said = db.session.scalars(select(Acceptance)).one()
        assert version.sha256 == fingerprint(json.loads(version.canonical)) == said.sha256
        assert (version.number, version.parent_id, said.side) == (1, None, Side.SELLER)
        assert (made.turn, made.last_version) == (Turn.BUYER, 1)
        assert made.value_vnd == making.QUANTITY * making.PRICE_VND
        assert db.session.query(TermsDraft).count() == 0
        deadline = db.session.scalars(select(Deadline)).one()
        assert (deadline.kind, deadline.due_at) == (DeadlineKind.ANSWER, made.due_at)


def test_totals_are_the_servers_own(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        wrong = {"goods_vnd": 1, "vat_vnd": 1, "total_vnd": 2}
        made = begin(sides, totals=wrong, lines=[making.line(sides.variant, amount_vnd=7)])
        Walk(sides).send(made)
        assert making.last_version(made).terms["totals"]["total_vnd"] == making.QUANTITY * making.PRICE_VND


def test_what_is_missing_is_said_before_anything_is_sent(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = begin(sides, clauses=[])
        said = refusal_of(lambda: agreements.send(made, sides.actor(Side.SELLER)))
        assert said == "Loại văn bản này phải có điều khoản “Căn cứ ký kết”."
        assert (made.state, db.session.query(TermsVersion).count()) == (S.DRAFT, 0)


def test_a_counter_that_changes_nothing_is_refused(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        by, terms = sides.actor(Side.BUYER), making.last_version(made).terms
        assert refusal_of(lambda: agreements.counter(made, "", by)) == ("Bạn chưa sửa gì. Hãy sửa văn bản rồi mới gửi.")
        with writing():
            agreements.save_draft(made, Side.BUYER, terms, by)
        assert refusal_of(lambda: agreements.counter(made, "", by)) == (
            "Không có gì thay đổi: văn bản giống hệt phiên bản 1."
        )


def test_nobody_edits_the_identity_or_the_signer_of_the_other_side(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        before = making.last_version(made).terms
        parties = {side: {**before["parties"][side], "representative": "Kẻ khác", "tax_code": "1"} for side in Side}
        Walk(sides).counter(made, Side.BUYER, parties=parties)
        after = making.last_version(made).terms["parties"]
        assert after["seller"] == before["parties"]["seller"]
        assert after["buyer"] == {**before["parties"]["buyer"], "representative": "Kẻ khác"}


def test_both_acceptances_stand_on_one_hash(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        Walk(sides).counter(made, Side.BUYER)
        Walk(sides).accept(made)
        version = making.last_version(made)
        said = db.session.scalars(select(Acceptance).where(Acceptance.version_id == version.id)).all()
        assert {one.side: one.sha256 for one in said} == dict.fromkeys(Side, version.sha256)
        assert made.state is S.IN_REVIEW


def test_accepting_another_text_than_the_one_on_the_table_is_refused_with_what_changed(
    app: Flask, client_of: Members
) -> None:
    """Two tabs: one holds version 2, in the other version 3 arrived meanwhile."""
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        walk = Walk(sides)
        read = making.last_version(made).sha256
        walk.counter(made, Side.BUYER)
        walk.counter(made, Side.SELLER, title="Hợp đồng gạo vụ mùa")
        ref = made.ref
    answer = client_of(sides.purchaser).post(f"/agreements/{ref}/acceptance", data={"sha256": read})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Văn bản đã thay đổi sau khi bạn đọc. Hãy đọc phiên bản 3 rồi quyết định lại." in page
    assert "Những gì thay đổi từ khi bạn đọc phiên bản 1" in page
    assert "Hợp đồng gạo vụ mùa" in page
    with app.app_context():
        assert db.session.query(Acceptance).count() == 3


def test_whoever_spoke_for_one_side_never_speaks_for_the_other(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        factories.membership(sides.manager, sides.buyer, Role.MANAGER)
        both = factories.actor(sides.manager, sides.buyer)
        read = making.last_version(made).sha256
        assert refusal_of(lambda: agreements.accept(made, read, both)) == (
            "Bạn đã đại diện cho bên kia trong hợp đồng này; việc này phải do đồng nghiệp làm."
        )


def test_what_was_sent_is_never_changed(app: Flask) -> None:
    with app.app_context():
        agreement_in(S.IN_REVIEW)
        for table in ("terms_versions", "acceptances", "agreement_events"):
            for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
                with pytest.raises(DBAPIError), writing():
                    db.session.execute(text(act))


# --- back to the table, and out ---


def test_an_issued_paper_goes_back_and_only_a_new_version_goes_on(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.SIGNING, sides)
        walk = Walk(sides)
        walk.ask_for_changes(made, Side.BUYER)
        assert (made.state, made.turn, made.paper_number) == (S.NEGOTIATING, Turn.BOTH, "")
        read = making.last_version(made).sha256
        for side in Side:
            said = refusal_of(partial(agreements.accept, made, read, sides.actor(side)))
            assert said == "Phiên bản 1 không còn để ngỏ: cần một phiên bản mới."
        walk.counter(made, Side.SELLER)
        for step in (walk.accept, walk.review, walk.issue):
            step(made)
        assert (made.state, made.last_version) == (S.SIGNING, 2)


def test_reviews_end_with_the_text_that_they_were_of(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.SIGNING, sides)
        Walk(sides).ask_for_changes(made)
        states = db.session.execute(text("SELECT state FROM department_reviews")).scalars().all()
        assert set(states) == {"closed"}


def test_time_ends_what_nobody_answers(app: Flask) -> None:
    with app.app_context():
        made = agreement_in(S.NEGOTIATING)
        deadline = db.session.scalars(select(Deadline)).one()
        on_lapse = deadlines.on_lapse(DeadlineKind.ANSWER)
        assert on_lapse is not None
        with writing():
            lock(made)
            on_lapse(deadline)
        assert (made.state, made.cancel_reason, made.turn) == (S.CANCELLED, CancelReason.LAPSED, Turn.NOBODY)
        told = set(db.session.scalars(select(Notice.template).where(Notice.template.like("contracts/cancelled"))))
        assert told == {"contracts/cancelled"}


def test_a_refusal_is_told_with_its_reason(app: Flask, client_of: Members) -> None:
    with app.app_context():
        sides = two_sides()
        ref, other = agreement_in(S.NEGOTIATING, sides).ref, agreement_in(S.NEGOTIATING, sides).ref
        maker, refuser = sides.seller.name, sides.buyer.name
    answer = client_of(sides.purchaser).post(f"/agreements/{ref}/refusal", data={"words": "Kho đã đầy."})
    assert answer.status_code == 303
    client_of(sides.manager).post(f"/agreements/{other}/withdrawal", data={"words": ""})
    # whoever reads it, the page says who it was
    for reader in (sides.manager, sides.purchaser):
        page = client_of(reader).get(f"/agreements/{ref}").get_data(as_text=True)
        assert f"{refuser} đã từ chối" in page
        assert "Kho đã đầy." in page
        assert f"{maker} đã rút lại" in client_of(reader).get(f"/agreements/{other}").get_data(as_text=True)


def test_a_refusal_without_words_is_asked_for_them(app: Flask, client_of: Members) -> None:
    with app.app_context():
        sides = two_sides()
        ref = agreement_in(S.NEGOTIATING, sides).ref
    answer = client_of(sides.purchaser).post(f"/agreements/{ref}/refusal", data={"words": "  "})
    assert (answer.status_code, "Xin điền phần này." in answer.get_data(as_text=True)) == (422, True)


# --- what the public may see ---


def test_the_narrower_wish_counts_and_every_change_is_an_event(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.ACTIVE, sides)
        counted = []
        for side, wish in ((Side.SELLER, Consent.EXACT), (Side.BUYER, Consent.BAND), (Side.SELLER, Consent.CLOSED)):
            with writing():
                agreements.set_consent(made, wish, sides.actor(side))
            counted.append(made.consent)
        assert counted == [Consent.CLOSED, Consent.BAND, Consent.CLOSED]
        events = select(AgreementEvent.figures).where(AgreementEvent.kind == "consent_set")
        assert [one["consent"] for one in db.session.scalars(events)] == ["closed", "band", "closed"]


# --- letters lead back here ---


def test_the_letters_link_leads_through_sign_in_to_the_answer(app: Flask, client: Client) -> None:
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.NEGOTIATING, sides)
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/version_sent")).one()
        assert notice.recipient_ref == sides.buyer.ref
        url, ref = notice.context["url"], made.ref
    assert url == f"/agreements/{ref}"
    asked = client.get(url)
    assert asked.headers["Location"].startswith("/sign-in?next=")
    email = sides.purchaser.email
    came = client.post(asked.headers["Location"], data={"email": email, "password": factories.PASSWORD, "next": url})
    assert came.headers["Location"] == url


def test_the_letter_brings_the_word_that_goes_with_a_version(app: Flask) -> None:
    from marketplace.core.outbox.letters import letter_of

    word = "Xin giảm <b>2%</b>.\n• Gạo hữu cơ: " + "giá vụ mới " * 100
    with app.app_context():
        sides = two_sides()
        made = agreement_in(S.DRAFT, sides)
        with writing():
            agreements.send(made, by=sides.actor(Side.SELLER), comment=word)
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/version_sent")).one()
        said = notice.context["comment"]
        assert (said[:60], len(said) < 610) == (word[:60], True)
        assert said.endswith((" giá …", " vụ …", " mới …"))
        letter = letter_of(notice, "vi")
        assert letter.paragraphs[-1].startswith("Lời nhắn của bên gửi: “Xin giảm <b>2%</b>. • Gạo hữu cơ: giá vụ mới")
        assert ("<b>2%" in letter.html, "&lt;b&gt;2%" in letter.html) == (False, True)


def test_a_letter_names_the_two_sides_once(app: Flask) -> None:
    from marketplace.core.outbox.letters import letter_of

    with app.app_context():
        sides = two_sides()
        agreement_in(S.NEGOTIATING, sides)
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/version_sent")).one()
        between = f"giữa {sides.seller.name} và {sides.buyer.name}"
        for title in ("Mua bán gạo", f"Mua bán gạo {between}"):
            notice.context = {**notice.context, "title": title}
            assert letter_of(notice, "vi").paragraphs[0].count(between) == 1


def test_a_version_without_a_word_says_none(app: Flask) -> None:
    from marketplace.core.outbox.letters import letter_of

    with app.app_context():
        agreement_in(S.NEGOTIATING)
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/version_sent")).one()
        assert "Lời nhắn" not in letter_of(notice, "vi").text
        notice.context = {name: one for name, one in notice.context.items() if name != "comment"}
        assert "Lời nhắn" not in letter_of(notice, "vi").text
        db.session.rollback()


def test_a_person_of_a_third_organisation_is_never_told(app: Flask) -> None:
    with app.app_context():
        agreement_in(S.SIGNING)
        told = set(db.session.scalars(select(Notice.recipient_ref).where(Notice.recipient_kind == "organisation")))
        known = set(db.session.scalars(select(Organisation.ref)))
        assert told <= known
        assert len(told) == 4
