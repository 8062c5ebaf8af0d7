"""Limits, letters that come once, what is made public, and what is reported and hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from marketplace.accounts.models import Person
from marketplace.core import clock
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, Notice
from marketplace.messages import jobs
from marketplace.messages.models import PublicQuestion
from marketplace.messages.services import talking
from marketplace.messages.services.telling import TELL
from tests import factories
from tests.clients import Client
from tests.messages.conftest import Talk

# --- limits ---


def ask_about_many(talk: Talk, number: int) -> list[int]:
    """The statuses of questions about so many products."""
    with talk.app.app_context():
        slugs = [factories.product(db.session.merge(talk.seller)).slug for _ in range(number)]
    client = talk.client("buyer")
    return [client.post(f"/messages/new/product/{slug}", data={"text": "Rẻ lắm"}).status_code for slug in slugs]


def test_a_new_account_begins_few_conversations_a_day(talk: Talk) -> None:
    assert ask_about_many(talk, 7) == [303] * 5 + [422] * 2
    assert talk.asked("other_buyer")


def test_an_account_of_some_weeks_begins_more(talk: Talk) -> None:
    with talk.app.app_context(), writing():
        db.session.execute(update(Person).values(created_at=clock.now() - timedelta(days=8)))
    assert ask_about_many(talk, 7) == [303] * 7


def test_strangers_do_not_fill_the_drafts(talk: Talk, client: Client) -> None:
    path = f"/messages/new/product/{talk.slug}"
    answers = [client.post(path, data={"text": "Rẻ lắm"}).status_code for _ in range(201)]
    assert answers == [303] * 200 + [429]
    assert talk.asked("buyer")


def test_nobody_goes_on_without_an_answer_for_ever(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "MOST_IN_A_ROW", 3)
    ref = talk.asked()
    assert [talk.say("buyer", ref, f"Alo {n}").status_code for n in range(3)] == [303, 303, 422]
    talk.say("seller", ref, "Có đây ạ")
    assert talk.say("buyer", ref, "À vâng").status_code == 303


def test_an_hour_has_its_limit(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "MOST_IN_AN_HOUR", 2)
    ref = talk.asked()
    assert [talk.say("buyer", ref, f"Alo {n}").status_code for n in range(2)] == [303, 422]
    assert talk.say("seller", ref, "Dạ").status_code == 303


# --- letters ---


def run_letters(talk: Talk) -> None:
    """What the worker does with the jobs of this feature."""
    with talk.app.app_context():
        waiting = db.session.scalars(select(Job).where(Job.kind == TELL, Job.done_at.is_(None))).all()
        todo = [(one.id, one.payload) for one in waiting]
    for job_id, payload in todo:
        with talk.app.app_context():
            jobs.tell(**payload)
            jobs.tell(**payload)
            with writing():
                db.session.get_one(Job, job_id).done_at = clock.now()


def letters(talk: Talk) -> list[tuple[str, int]]:
    with talk.app.app_context():
        told = db.session.scalars(select(Notice).where(Notice.template == "messages/new").order_by(Notice.id))
        return [(one.recipient_ref, one.context["number"]) for one in told]


def test_several_messages_are_one_letter(talk: Talk) -> None:
    ref = talk.asked()
    talk.say("buyer", ref, "Và giá sỉ?")
    run_letters(talk)
    assert letters(talk) == [(talk.seller.ref, 2)]
    talk.say("buyer", ref, "Alo?")
    run_letters(talk)
    assert letters(talk) == [(talk.seller.ref, 2), (talk.seller.ref, 1)]
    talk.say("seller", ref, "Dạ đây")
    run_letters(talk)
    assert letters(talk)[2:] == [(talk.people["buyer"].ref, 1)]


def test_what_was_read_already_needs_no_letter(talk: Talk) -> None:
    ref = talk.asked()
    talk.client("colleague").post(f"/messages/{ref}/reading")
    run_letters(talk)
    assert letters(talk) == []


def test_the_letter_says_who_and_about_what(talk: Talk) -> None:
    talk.asked()
    run_letters(talk)
    page = talk.client("seller").get("/me/notices").text
    assert "Tin nhắn mới từ Trần Thu Hà" in page
    assert "về “Gạo sạch”" in page


def test_forgotten_drafts_are_deleted(talk: Talk, client: Client) -> None:
    kept = client.post(f"/messages/new/product/{talk.slug}", data={"text": "Mai quay lại"}).headers["Location"]
    with talk.app.app_context():
        assert not jobs.old_drafts()
        with clock.frozen(clock.now() + timedelta(days=4)):
            assert jobs.old_drafts()
            jobs.forget_drafts()
    assert "Mai quay lại" not in client.get(kept).text


# --- public ---


def answered(talk: Talk, **form: str) -> str:
    ref = talk.asked(**form)
    talk.say("seller", ref, "Sáu tháng chị ạ.")
    return ref


def test_a_question_becomes_public_by_its_askers_tick_and_the_sellers_act(talk: Talk, client: Client) -> None:
    ref = answered(talk, may_be_public="y")
    assert "Sáu tháng" not in client.get(f"/products/{talk.slug}").text
    assert "Đưa lên trang sản phẩm" in talk.client("seller").get(f"/messages/{ref}").text
    assert talk.client("seller").post(f"/messages/{ref}/2/publication").status_code == 303
    page = client.get(f"/products/{talk.slug}").text
    assert "Hỏi đáp" in page
    assert "T. Hà" in page
    assert "Trần Thu Hà" not in page
    assert "Sáu tháng chị ạ." in page


@pytest.mark.parametrize("who", ["buyer", "seller"])
def test_both_sides_may_take_it_back(talk: Talk, client: Client, who: str) -> None:
    ref = answered(talk, may_be_public="y")
    talk.client("seller").post(f"/messages/{ref}/2/publication")
    assert talk.client("other_buyer").post(f"/messages/{ref}/2/withdrawal").status_code == 404
    assert talk.client(who).post(f"/messages/{ref}/2/withdrawal").status_code == 303
    assert "Sáu tháng" not in client.get(f"/products/{talk.slug}").text


def public(talk: Talk) -> list[PublicQuestion]:
    """What everybody may read."""
    with talk.app.app_context():
        return list(db.session.scalars(select(PublicQuestion)))


def test_without_the_tick_nothing_becomes_public(talk: Talk) -> None:
    ref = answered(talk)
    assert talk.client("seller").post(f"/messages/{ref}/2/publication").status_code == 422
    assert talk.client("seller").post(f"/messages/{ref}/1/publication").status_code == 422
    assert talk.client("seller").post(f"/messages/{ref}/9/publication").status_code == 404
    assert public(talk) == []


def test_the_asker_cannot_publish(talk: Talk) -> None:
    ref = answered(talk, may_be_public="y")
    assert talk.client("buyer").post(f"/messages/{ref}/2/publication").status_code == 403
    assert public(talk) == []


def test_orders_are_never_public(talk: Talk) -> None:
    order = talk.order()
    data = {"text": "Khi nào gửi?", "may_be_public": "y"}
    ref = talk.client("buyer").post(f"/messages/new/order/{order}", data=data).headers["Location"].rsplit("/", 1)[1]
    talk.say("seller", ref, "Mai ạ.")
    assert talk.client("seller").post(f"/messages/{ref}/2/publication").status_code == 403
    assert public(talk) == []


# --- reports ---


def trail(talk: Talk) -> list[str]:
    with talk.app.app_context():
        rows = db.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_kind == "messages").order_by(AuditEntry.id)
        )
        return [f"{row.action} {row.subject_ref.rsplit('/')[1]} {row.figures}" for row in rows]


def test_a_reported_message_is_hidden_with_a_trace_that_holds_no_words(talk: Talk, client: Client) -> None:
    ref = answered(talk, may_be_public="y")
    talk.client("seller").post(f"/messages/{ref}/2/publication")
    sent = talk.client("buyer").post(f"/messages/{ref}/2/report", data={"reason": "fraud", "note": "Đòi tiền"})
    assert sent.status_code == 303
    operator = talk.client("operator")
    page = operator.get("/operator/messages").text
    assert "Sáu tháng chị ạ." in page
    assert "Bánh để được bao lâu?" not in page
    assert operator.post(f"/operator/messages/{ref}/2/hiding").status_code == 303
    for reader in (talk.client("buyer"), talk.client("seller")):
        shown = reader.get(f"/messages/{ref}").text
        assert "Sáu tháng" not in shown
        assert "Ban vận hành đã ẩn tin nhắn này." in shown
    assert "Sáu tháng" not in client.get(f"/products/{talk.slug}").text
    assert [line.split()[0] for line in trail(talk)] == ["publish", "report", "hide", "withdraw"]
    assert "Sáu tháng" not in str(trail(talk))
    assert "Một tin nhắn của bạn đã bị ẩn" in talk.client("seller").get("/me/notices").text
    assert operator.post(f"/operator/messages/{ref}/2/return").status_code == 303
    assert "Sáu tháng" in talk.client("buyer").get(f"/messages/{ref}").text


def test_a_report_may_find_nothing_wrong(talk: Talk) -> None:
    ref = answered(talk)
    for _ in range(2):
        talk.client("buyer").post(f"/messages/{ref}/2/report", data={"reason": "spam"})
    operator = talk.client("operator")
    assert operator.post(f"/operator/messages/{ref}/2/dismissal").status_code == 303
    assert "Không có tin nhắn nào chờ xem." in operator.get("/operator/messages").text
    assert "Sáu tháng" in talk.client("buyer").get(f"/messages/{ref}").text
    with talk.app.app_context():
        told = db.session.scalars(select(Notice.template).where(Notice.template == "messages/reported")).all()
        assert len(told) == 1


def test_the_operator_reads_nothing_that_nobody_reported(talk: Talk) -> None:
    ref = answered(talk)
    operator = talk.client("operator")
    assert "Bánh để được bao lâu?" not in operator.get("/operator/messages").text
    assert operator.post(f"/operator/messages/{ref}/1/hiding").status_code == 404
    assert talk.client("buyer").get("/operator/messages").status_code == 404


def test_nobody_reports_her_own_side(talk: Talk) -> None:
    ref = answered(talk)
    assert talk.client("buyer").post(f"/messages/{ref}/1/report", data={"reason": "spam"}).status_code == 403
    assert talk.client("buyer").post(f"/messages/{ref}/2/report", data={"reason": "la"}).status_code == 422
