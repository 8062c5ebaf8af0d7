"""One agreement of the demonstration and the steps of its life, made by the same services that people use."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy import select

from config import Settings
from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.contracts.jobs import papers
from marketplace.contracts.models import Agreement, CallOff, DepartmentReview
from marketplace.contracts.queries import goods
from marketplace.contracts.queries import signing as known
from marketplace.contracts.queries.versions import draft_of
from marketplace.contracts.services import agreements, calling, codes, mandates, reviewing, signing, trial, trust
from marketplace.contracts.services.mandates import Grant
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.services.versions import last_version
from marketplace.contracts.signatures import preparing, trial_authority
from marketplace.contracts.signatures.accepting import accept
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Side
from marketplace.contracts.states.reviews import PENDING
from marketplace.contracts.states.signing import Way
from marketplace.contracts.terms.drafting import blank_line
from marketplace.contracts.terms.filling import BLANK
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.files import take_private_picture
from marketplace.core.refs import new_token
from marketplace.demo.reading import sku_of
from marketplace.inventory import services as inventory
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked
from marketplace.orders.states import RejectReason
from marketplace.payments.models import Payment
from marketplace.payments.services import confirm_receipt

TRIAL = "trial-authority"
COURT = "Tòa án nhân dân khu vực nơi bên mua có trụ sở"


@dataclass(frozen=True, slots=True)
class Sides:
    """Who stands on both sides, as ids: objects do not outlive a transaction here."""

    seller_id: int
    buyer_id: int

    def organisation(self, side: Side) -> Organisation:
        """Who stands on a side."""
        return db.session.get_one(Organisation, self.seller_id if side is Side.SELLER else self.buyer_id)

    def editor(self, side: Side) -> Actor:
        """Who writes for it."""
        return acting(self.organisation(side), Role.MANAGER)

    def signatory(self, side: Side) -> Actor:
        """Who signs for it."""
        return acting(self.organisation(side), Role.SIGNATORY)


@contextmanager
def days_ago(days: float) -> Iterator[datetime]:
    """Some time in the past, at which all clocks stand still; from now on objects are read anew."""
    db.session.expunge_all()
    with clock.frozen(clock.now() - timedelta(days=days)):
        yield clock.now()


def acting(organisation: Organisation, *roles: Role) -> Actor:
    """Somebody with one of these roles in an organisation."""
    members = select(Membership).where(Membership.organisation_id == organisation.id, Membership.role.in_(roles))
    member = db.session.scalars(members.order_by(Membership.id).limit(1)).one()
    person = db.session.get_one(Person, member.person_id)
    return Actor(
        kind=ActorKind.PERSON,
        ref=person.ref,
        person_id=person.id,
        display_name=person.name,
        organisation_id=organisation.id,
        organisation_ref=organisation.ref,
        organisation_kind=organisation.kind,
        organisation_name=organisation.name,
        organisation_verified=True,
        roles=frozenset({member.role}),
    )


def paper(ref: str) -> Agreement:
    """A paper by its ref."""
    return db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()


# --- the text ---


def begin(sides: Sides, kind: AgreementKind, by: Side, wishes: Mapping[str, int], **parts: Any) -> str:
    """T1 with a whole text: packs by kind of product; `parts` replace parts of it. The ref."""
    with writing():
        new = NewPaper(kind, sides.organisation(Side.SELLER), sides.organisation(Side.BUYER), by)
        made = agreements.create(new, by=sides.editor(by))
        draft = draft_of(made, by)
        assert draft is not None
        wanted = lines(made.seller_id, wishes)
        title = f"{draft.terms['title']}: {wanted[0]['product']}"
        terms = whole({**draft.terms, "title": title, "lines": wanted}, **parts)
        agreements.save_draft(made, by, terms, sides.editor(by))
        return made.ref


def lines(seller_id: int, wishes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Goods of the seller's catalogue at 6 % below the shop's price, in hundreds of đồng."""
    skus = {sku_of(kind, 0): packs for kind, packs in wishes.items()}
    found = goods.goods_by_sku(seller_id, skus)
    return [
        blank_line(
            f"L{number}",
            **found[sku].facts(clock.today()),
            quality="Đúng mẫu hai bên đã duyệt, còn ít nhất hai phần ba hạn dùng khi giao",
            quantity=str(packs),
            tolerance_percent=5,
            price_vnd=found[sku].price_vnd * 94 // 10_000 * 100,
            vat_percent=found[sku].vat_percent,
        )
        for number, (sku, packs) in enumerate(skus.items(), 1)
    ]


def whole(terms: Mapping[str, Any], *, starts_in: int = 7, months: int = 6, **parts: Any) -> dict[str, Any]:
    """A draft with its gaps filled: days, places, the court, and a first delivery of a third of each line."""
    first = clock.today() + timedelta(days=starts_in)
    last = first + timedelta(days=30 * months)
    schedule = [
        {
            "due_on": (first + timedelta(days=10)).isoformat(),
            "line": one["key"],
            "quantity": str(int(one["quantity"]) // 3),
        }
        for one in terms["lines"]
        if one["sku"]
    ]
    filled = {
        "schedule": schedule,
        "delivery": {**terms["delivery"], "place": "Kho trung tâm Hạ Long, phường Hồng Gai, Quảng Ninh"},
        "payment": {**terms["payment"], "days": 15},
        "term": {"valid_from": first.isoformat(), "valid_to": last.isoformat()},
        "law": {**terms["law"], "place": COURT},
        "clauses": [
            {**one, "text": BLANK.sub("do hai bên thống nhất khi giao nhận", one["text"])} for one in terms["clauses"]
        ],
    }
    return {**terms, **filled, **parts}


# --- its steps ---


@dataclass(frozen=True, slots=True)
class Deal:
    """One paper between two sides, walked step by step; each step is one transaction."""

    sides: Sides
    ref: str

    @property
    def paper(self) -> Agreement:
        """The paper as it stands."""
        return paper(self.ref)

    def fill(self, words: str) -> None:
        """What clauses leave open is filled in by whoever made the paper."""
        with writing():
            made = self.paper
            draft = draft_of(made, made.made_by)
            assert draft is not None
            clauses = [{**one, "text": BLANK.sub(words, one["text"])} for one in draft.terms["clauses"]]
            filled = {**draft.terms, "clauses": clauses}
            agreements.save_draft(made, made.made_by, filled, self.sides.editor(made.made_by))

    def send(self, comment: str = "") -> None:
        """Whoever made it sends it."""
        with writing():
            made = self.paper
            agreements.send(made, self.sides.editor(made.made_by), comment)

    def counter(self, comment: str, price_change: int = 0, **parts: Any) -> None:
        """The other side proposes other prices (đồng a pack) or other parts."""
        last = last_version(self.paper)
        assert last is not None
        side = last.side.other
        goods_now = [{**one, "price_vnd": one["price_vnd"] + price_change} for one in last.terms["lines"]]
        with writing():
            by = self.sides.editor(side)
            agreements.save_draft(self.paper, side, {**last.terms, "lines": goods_now, **parts}, by)
            agreements.counter(self.paper, comment, by)

    def accept(self) -> None:
        """The side that reads the last version accepts it."""
        last = last_version(self.paper)
        assert last is not None
        with writing():
            agreements.accept(self.paper, last.sha256, self.sides.editor(last.side.other))

    def review(self, words: str = "") -> None:
        """Every department that is asked agrees."""
        mine = select(DepartmentReview.id).join(Agreement, DepartmentReview.agreement_id == Agreement.id)
        waiting = db.session.scalars(mine.where(Agreement.ref == self.ref, DepartmentReview.state.in_(PENDING))).all()
        for id_ in waiting:
            with writing():
                review = db.session.get_one(DepartmentReview, id_)
                assert review.department is not None
                reviewing.approve(review, words, acting(review.department, Role.OFFICER, Role.LEADER))

    def issue(self) -> None:
        """The PDF is made."""
        papers.issue(self.ref)

    def sign(self, *sides: Side, authority: str = TRIAL) -> None:
        """These sides sign with a trial token, and the file is checked like any other."""
        settings: Settings = current_app.config["SETTINGS"]
        for side in sides or (Side.SELLER, Side.BUYER):
            document = known.live_document(self.paper)
            assert document is not None
            token = token_of(settings, self.sides.organisation(side), authority)
            base, block = codes.top_file(document), known.block_of(document, side)
            signed = preparing.signed_by(
                base, known.field_of(side), block, [token.certificate], token.key, is_trial=True
            )
            kept = signing.keep(signed)
            with writing():
                ref = signing.receive(document, side, kept, Way.DEMO, by=self.sides.signatory(side)).ref
            _judge(ref)

    def through(self) -> None:
        """Sent, accepted, reviewed, issued and signed on one day."""
        self.send()
        self.accept()
        self.review()
        self.issue()
        self.sign()
        assert self.paper.state is AgreementState.ACTIVE, self.paper.state

    def call(self, due_in: int, note: str = "", **packs: int) -> str:
        """The buyer calls goods; the ref of the call-off."""
        asked = calling.Asked(
            token=new_token(), quantities=packs, due_on=clock.today() + timedelta(days=due_in), note=note
        )
        with writing():
            return calling.call(self.paper, asked, by=self.sides.editor(Side.BUYER)).ref

    def confirm(self, call_off: str) -> None:
        """The seller promises to send today."""
        with writing():
            orders.confirm(self._order(call_off), ship_on=clock.today(), by=self.sides.editor(Side.SELLER))

    def ship(self, call_off: str) -> None:
        """What was called is brought in and sent whole."""
        order = self._order(call_off)
        with writing():
            for line, item in zip(
                order.lines, inventory.open_stock([one.variant_id for one in order.lines]), strict=True
            ):
                inventory.receive(item, line.quantity, by=SYSTEM)
        with writing():
            orders.ship(
                self._order(call_off), carrier="Xe của hợp tác xã", tracking="", by=self.sides.editor(Side.SELLER)
            )

    def receive(self, call_off: str, *, rejected: int = 0) -> None:
        """It arrived, and the buyer has looked at it."""
        with writing():
            orders.deliver(self._order(call_off), on=clock.today(), by=self.sides.editor(Side.SELLER))
        photos = [take_private_picture(io.BytesIO(damaged_box()))] if rejected else []
        with writing():
            order = self._order(call_off)
            said = {one.id: Checked(one.shipped_quantity, 0, None) for one in order.lines}
            if rejected:
                first = order.lines[0]
                said[first.id] = Checked(first.shipped_quantity - rejected, rejected, RejectReason.DAMAGED)
            orders.check_delivery(order, said, photos=photos, by=self.sides.editor(Side.BUYER))

    def pay(self, call_off: str) -> None:
        """The money for what was accepted reached the seller's account."""
        with writing():
            payment = db.session.scalars(select(Payment).where(Payment.order_id == self._order(call_off).id)).one()
            confirm_receipt(payment, amount_vnd=payment.amount_vnd, by=self.sides.editor(Side.SELLER))

    def _order(self, call_off: str) -> Order:
        order = db.session.scalars(select(CallOff).where(CallOff.ref == call_off)).one().order
        assert order is not None
        return order


def damaged_box() -> bytes:
    """A drawn stand-in for the photo that a complaint needs: a cardboard box with a wet corner."""
    image = Image.new("RGB", (640, 480), "#d9c7a3")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((120, 110, 520, 400), fill="#b98a4b", outline="#7a5626", width=4)
    drawn.line((320, 110, 320, 400), fill="#e8d9b5", width=26)
    drawn.ellipse((400, 300, 560, 430), fill="#8d6a3a")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


# --- what signing needs ---


def token_of(settings: Settings, organisation: Organisation, authority: str) -> trial_authority.Issued:
    """The stand-in for a USB token, of the trial authority or of another one beside it."""
    if authority == TRIAL:
        return trial.token_of(settings, organisation)
    subject = trial_authority.Subject(
        name=organisation.legal_name[:64], organisation=organisation.name[:64], uids=(f"MST:{organisation.tax_code}",)
    )
    return trial_authority.certificate_in(folder_of(settings, authority), organisation.ref, subject)


def _judge(ref: str) -> None:
    """Check a file that was made here a moment ago in this very process; strangers' files go to one of their own."""
    upload = known.upload_by_ref(ref)
    assert upload is not None
    question = signing.question_about(upload)
    with writing():
        signing.begin_check(upload)
    answer = accept(question)
    with writing():
        signing.settle(upload, answer)


def folder_of(settings: Settings, authority: str) -> Any:
    """Where the keys of an authority beside the trial one lie."""
    return trial.folder_of(settings).with_name(authority)


def publish_list(settings: Settings) -> None:
    """The trial authority's list of the frozen moment comes in."""
    content = trial_authority.opened(trial.folder_of(settings)).revocations()
    with writing():
        trust.take_list(content, by=SYSTEM)


def give_mandates(*organisations: Organisation) -> None:
    """Every signatory of these may sign anything for two years."""
    today = clock.today()
    two_years = today.replace(year=today.year + 2, day=min(today.day, 28))
    for organisation in organisations:
        signatory, manager = acting(organisation, Role.SIGNATORY), acting(organisation, Role.MANAGER)
        with writing():
            mandates.give(
                db.session.get_one(Organisation, organisation.id),
                db.session.get_one(Person, signatory.person_id),
                Grant(today, two_years, number=f"01/{today.year}/UQ"),
                by=manager,
            )
