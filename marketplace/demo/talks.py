"""Some conversations, by the same services that people use: questions about goods, one shop, one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.catalogue.models import Product
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox.jobs import Job
from marketplace.messages import services, subjects
from marketplace.messages.models import Message, Thread
from marketplace.messages.services import Words
from marketplace.messages.services.telling import TELL
from marketplace.orders.models import Order, Purchase

BUYER = "buyer@demo.example"
FIRM = "supermarket@demo.example"
CAKES = "producer.haiduong@demo.example"
RICE = "producer.quangtri@demo.example"


@dataclass(frozen=True, slots=True)
class Line:
    """What one side says so many hours after the other; a question may be public, an answer is made so."""

    asks: bool
    text: str
    hours: int = 2
    public: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: who asks whom about what kind of thing (a word of its slug), so many days ago."""

    asker: str
    seller: str
    kind: str
    word: str
    days: int
    lines: tuple[Line, ...]


TALKS = (
    Talk(BUYER, CAKES, "product", "banh-dau-xanh", 9, (
        Line(True, "Chị ơi, bánh đậu xanh để được bao lâu nếu không bỏ tủ lạnh ạ?", public=True),
        Line(False, "Chào chị, để nơi khô mát bánh giữ được 60 ngày kể từ ngày làm. Trời nồm thì chị cho vào hộp kín "
             "giúp em, bánh sẽ không bị chảy dầu.", 3, public=True),
        Line(True, "Cảm ơn chị, em mua biếu nên hỏi cho chắc.", 1),
    )),
    Talk(FIRM, RICE, "product", "gao", 4, (
        Line(True, "Siêu thị muốn nhập thử 200 kg gạo mỗi tháng. Hợp tác xã đóng túi 5 kg "
             "hút chân không được không?", public=True),
        Line(False, "Dạ được anh. Túi 5 kg hút chân không là loại chúng tôi đang bán. Lượng 200 kg thì báo trước "
             "7 ngày để xay xát mới.", 5, public=True),
        Line(True, "Vậy tháng tới cho tôi đặt 40 túi. Tôi cần phiếu kiểm nghiệm của lô đó kèm theo.", 20),
    )),
    Talk(BUYER, RICE, "shop", "", 2, (
        Line(True, "Hợp tác xã có nhận khách đến thăm ruộng vào cuối tuần không ạ? Nhà em có hai cháu nhỏ."),
        Line(False, "Có chị nhé. Chị báo trước hai ngày để chúng tôi bố trí người dẫn. Mùa này lúa đang chín, các cháu "
             "sẽ thích.", 4),
    )),
    Talk(BUYER, CAKES, "order", "", 1, (
        Line(True, "Chị gửi giúp em trong giờ hành chính nhé, buổi tối em hay vắng nhà."),
    )),
)  # fmt: skip


def make() -> None:
    """Each conversation in the order of time; nobody is written to about the past."""
    with current_app.test_request_context():
        for talk in TALKS:
            _live_through(talk)
            db.session.expunge_all()
    with writing():
        for job in db.session.scalars(select(Job).where(Job.kind == TELL)):
            db.session.delete(job)
        for thread in db.session.scalars(select(Thread)):
            thread.asker_told = thread.answerer_told = thread.message_count


def _live_through(talk: Talk) -> None:
    asker, seller = _actor(talk.asker), _actor(talk.seller)
    ref = _thing(talk, asker, seller)
    about = subjects.about(asker, talk.kind, ref) if ref else None
    if about is None:
        return
    at, said = clock.start_of(clock.today() - timedelta(days=talk.days)) + timedelta(hours=6), None
    for line in talk.lines:
        at += timedelta(hours=line.hours)
        by = asker if line.asks else seller
        with clock.frozen(min(at, clock.now() - timedelta(minutes=30))), writing():
            words = Words(line.text, may_be_public=line.public and line.asks)
            said = services.write(said.thread, words, by=by) if said else services.begin(talk.kind, about, words, by=by)
            _publish(said, line, by)


def _publish(said: Message, line: Line, by: Actor) -> None:
    if line.public and not line.asks:
        services.publish(said, by=by)


def _thing(talk: Talk, asker: Actor, seller: Actor) -> str | None:
    """The ref of what they talk about."""
    if talk.kind == "shop":
        return seller.organisation_ref
    if talk.kind == "product":
        goods = select(Product.slug).where(Product.seller_id == seller.organisation_id)
        return _first(db.session.scalars(goods.order_by(Product.id)).all(), talk.word)
    bought = select(Order.ref).join(Purchase).where(Purchase.person_id == asker.person_id)
    return db.session.scalar(bought.order_by(Order.placed_at.desc(), Order.id.desc()).limit(1))


def _first(slugs: Sequence[str], word: str) -> str | None:
    return next((slug for slug in slugs if word in slug), slugs[0] if slugs else None)


def _actor(email: str) -> Actor:
    person = db.session.scalars(select(Person).where(Person.email == email)).one()
    firm = db.session.scalar(select(Organisation).join(Membership).where(Membership.person_id == person.id))
    return Actor(
        kind=ActorKind.PERSON,
        ref=person.ref,
        person_id=person.id,
        display_name=person.name,
        organisation_id=firm.id if firm else None,
        organisation_ref=firm.ref if firm else None,
        organisation_kind=firm.kind if firm else None,
        roles=frozenset({Role.MANAGER}) if firm else frozenset(),
    )
