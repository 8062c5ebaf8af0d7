"""A small market that lives: two sides, their departments, strangers and a calendar; every act is looked at afterwards.

The acts call the real services and jobs, in the order that views and the worker call them; papers are issued and
signed with real keys. A refused act leaves every row as it was. Written texts, reviews and signatures are here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from marketplace.contracts.jobs import papers as paper_jobs
from marketplace.contracts.jobs import signing as signing_jobs
from marketplace.contracts.models import Agreement, TermsVersion
from marketplace.contracts.services import agreements, chain, light, renewing, reviewing, seals, signing, trust
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    AgreementKind,
    AgreementState,
    Consent,
    Evidence,
    ReopenReason,
    Side,
    Turn,
)
from marketplace.contracts.states.reviews import ReturnReason
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Forbidden, NotSeen, Refused
from tests import factories
from tests.contracts import making, paperwork, pens, performing
from tests.contracts.invariants import faults
from tests.contracts.making import TwoSides
from tests.contracts.seen import Seen, seen

S = AgreementState
REFUSALS = (Refused, Forbidden, NotSeen)
CODES = {Side.SELLER: paperwork.SELLER_CODE, Side.BUYER: paperwork.BUYER_CODE}
MOMENT, HOUR = timedelta(minutes=2), timedelta(hours=1)
PRICE, QUANTITY, TOLERANCE = 120_000, 100, 5


def first_morning() -> datetime:
    """Nine o'clock of the next Monday: which days are worked is the same in every run."""
    today = clock.today()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, time(9), tzinfo=clock.VIETNAM)


class Market:
    """Who lives in it, what time it is, how acts are tried and looked at."""

    def __init__(self, folder: Path) -> None:
        # keys that outlive this market are made on the true clock
        paperwork.authority()
        seals.seal_of(current_app.config["SETTINGS"])
        self.born = first_morning()
        self.time, self.at = ExitStack(), self.born
        self.settings = replace(current_app.config["SETTINGS"], media_url=str(folder / "media"))
        self.tick()
        pens.trusted(with_list=False)
        self.sides = self._settled(making.two_sides())
        self.stranger = self._stranger()
        self.revoked: dict[int, datetime] = {}
        self.tokens = dict.fromkeys(Side, 0)
        self.list_until = self.at
        self.reached: set[str] = set()
        self.before: Seen | None = None
        self.look()

    def _settled(self, sides: TwoSides) -> TwoSides:
        """Tax codes for which tokens are made once, mandates, goods on the shelf, a manager who works for both."""
        with writing():
            for side, code in CODES.items():
                making.here(sides.organisation(side)).tax_code = code
        for side in Side:
            db.session.refresh(sides.organisation(side))
        pens.mandate(sides.seller, sides.seller_signatory)
        pens.mandate(sides.buyer, sides.buyer_signatory)
        factories.membership(sides.manager, sides.buyer)
        factories.membership(sides.seller_signatory, sides.buyer, Role.SIGNATORY)
        self.lines = performing.two_lines(sides)
        performing.stock(sides)
        return sides

    def _stranger(self) -> Actor:
        third = factories.organisation(OrganisationKind.BUYER, name="Chợ Lớn", province_slug="hai-duong")
        self.far_officer = making.officer_of(making.department("hai-duong"))
        return factories.actor(factories.manager_of(third), third)

    def close(self) -> None:
        """The true clock goes on."""
        self.time.close()

    # --- time, acts, looks ---

    def tick(self, span: timedelta = MOMENT) -> None:
        """Time goes on."""
        self.at += span
        self.time.close()
        self.time.enter_context(clock.frozen(self.at))

    def by(self, side: Side) -> Actor:
        """Who speaks for a side."""
        return self.sides.actor(side)

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Whether the services let it happen; all rows are looked at either way."""
        self.tick()
        db.session.rollback()
        try:
            with writing():
                act()
        except REFUSALS:
            self.look(refused=True)
            return False
        self.look()
        return True

    def look(self, *, refused: bool = False, files: bool = False) -> None:
        """Every invariant, and after a refusal that nothing has changed."""
        now = seen(chain.heads_file(self.settings))
        if refused and self.before is not None:
            assert now.same_as(self.before) == []
            return
        found = faults(now, None if files else self.before, files=files)
        assert found == [], "\n".join(found)
        self.reached |= now.reached()
        self.before = now

    def twice(self, job: Callable[[], object]) -> None:
        """A job of the worker, and once more at the same moment: the second run finds nothing to do."""
        db.session.rollback()
        job()
        self.look()
        job()
        self.look(refused=True)

    def papers(self, *states: AgreementState) -> list[Agreement]:
        """Papers in some states, the oldest first."""
        db.session.rollback()
        wanted = select(Agreement).where(Agreement.state.in_(states)) if states else select(Agreement)
        return list(db.session.scalars(wanted.order_by(Agreement.id)))

    def pick(self, number: int, *states: AgreementState) -> Agreement | None:
        """One of them."""
        found = self.papers(*states)
        return found[number % len(found)] if found else None

    def officer(self, side: Side) -> Actor:
        """An officer of the department of a side's province."""
        of = self.sides.seller_department if side is Side.SELLER else self.sides.buyer_department
        assert of is not None
        return making.officer_of(making.here(of))


class Talking(Market):
    """Texts are written, sent, answered, reviewed, issued and signed."""

    def begin(self, kind: AgreementKind, side: Side, days: int = 120) -> Agreement:
        """T1: a complete draft whose term begins today."""
        made: list[Agreement] = []
        seller, buyer = (making.here(self.sides.organisation(one)) for one in Side)
        term = self.term(days)

        def act() -> None:
            made.append(agreements.create(NewPaper(kind, seller, buyer, side), by=self.by(side)))
            changes = {"term": term, "schedule": [], "lines": self.lines}
            agreements.save_draft(made[0], side, making.terms_of(made[0], self.sides, **changes), self.by(side))

        assert self.attempt(act)
        return factories.stored(made[0])

    def term(self, days: int) -> dict[str, str]:
        """From today on for so many days."""
        today = clock.today()
        return {"valid_from": today.isoformat(), "valid_to": (today + timedelta(days=days)).isoformat()}

    def new(self, pick: int, side: Side, number: int) -> None:
        """A contract of some kind."""
        self.begin(list(AgreementKind)[pick % 4], side, 20 + number)

    def child(self, pick: int, side: Side, number: int) -> None:
        """A sale under a framework; one in five asks more than that allows."""
        frame = self.pick(pick, S.ACTIVE, S.WINDING_DOWN)
        if frame is None:
            return

        def act() -> None:
            made = renewing.begin_sale_under(frame, side, by=self.by(side))
            lines = [{**one, "quantity": str(20 + number)} for one in agreements.draft_of(made, side).terms["lines"]]  # type: ignore[union-attr]
            self.write(made, side, lines=lines)

        self.attempt(act)

    def write(self, paper: Agreement, side: Side, **changes: Any) -> None:
        """A side's text, complete, with these parts of it changed; inside writing()."""
        draft = agreements.draft_of(paper, side)
        based = draft.terms if draft is not None else making.last_version(paper).terms
        kept = {name: based[name] for name in ("lines", "term", "schedule")}
        agreements.save_draft(
            paper, side, making.complete(based, self.sides.variant, **{**kept, **changes}), self.by(side)
        )

    def other_text(self, paper: Agreement, number: int) -> dict[str, Any]:
        """Another title, price and quantity of the first line."""
        lines = making.last_version(paper).terms["lines"]
        price, quantity = PRICE + number % 3 * 1000, QUANTITY + number % 60 - 20
        first = [{**one, "price_vnd": price, "quantity": str(quantity)} for one in lines[:1]]
        return {"title": f"Bản sửa {number}", "lines": [*first, *lines[1:]]}

    def counter(self, pick: int, side: Side, number: int) -> None:
        """T3, or refused where it is not that side's turn."""
        paper = self.pick(pick, S.NEGOTIATING)
        if paper is None or not self.attempt(lambda: self.write(paper, side, **self.other_text(paper, number))):
            return
        self.attempt(lambda: agreements.counter(paper, "Đề nghị khác.", self.by(side)))

    def edit(self, pick: int, side: Side, number: int) -> None:
        """A side writes and keeps it to itself, or throws away what it has written."""
        if (paper := self.pick(pick, S.NEGOTIATING)) is not None and number % 3:
            self.attempt(lambda: self.write(paper, side, **self.other_text(paper, number)))
        elif paper is not None:
            self.attempt(lambda: agreements.drop_draft(paper, side, self.by(side)))

    def accept(self, pick: int, side: Side, number: int) -> None:
        """T4 and T5; with the version of another tab it is refused."""
        paper = self.pick(pick, S.NEGOTIATING)
        if paper is None:
            return
        read = self.version(paper, paper.last_version - number % 2)
        happened = self.attempt(lambda: agreements.accept(paper, read.sha256, self.by(side)))
        assert not happened or read.number == paper.last_version

    def version(self, paper: Agreement, number: int) -> TermsVersion:
        """One version, the first where there is no such."""
        mine = (TermsVersion.agreement_id == paper.id) & (TermsVersion.number == max(1, number))
        return db.session.scalars(select(TermsVersion).where(mine)).one()

    def leave(self, pick: int, side: Side, number: int) -> None:
        """T12 by a side."""
        if (paper := self.pick(pick, *BEFORE_ACTIVE)) is not None:
            act = agreements.withdraw if side is paper.made_by else agreements.refuse
            self.attempt(lambda: act(paper, self.by(side), "Thôi."))

    def ask_for_changes(self, pick: int, side: Side, number: int) -> None:
        """T10, also when one side has signed."""
        if (paper := self.pick(pick, S.SIGNING)) is not None:
            self.attempt(lambda: agreements.ask_for_changes(paper, ReopenReason.FIGURES, "Đổi giá.", self.by(side)))

    def send_back(self, pick: int, side: Side, number: int) -> None:
        """T7 by the department of a side."""
        paper = self.pick(pick, S.IN_REVIEW)
        review = making.waiting_review(paper) if paper is not None else None
        if review is not None and review.department is not None:
            by = making.officer_of(review.department)
            self.attempt(lambda: reviewing.send_back(review, ReturnReason.PRICE, "Xem lại giá.", by))

    def consent(self, pick: int, side: Side, number: int) -> None:
        """A side lets the public see so much."""
        if (paper := self.pick(pick)) is not None and paper.last_version:
            self.attempt(lambda: agreements.set_consent(paper, list(Consent)[number % 3], self.by(side)))

    # --- the next step of any paper ---

    def go_on(self, pick: int, side: Side, number: int) -> None:
        """The step that a paper waits for, by whoever has to take it."""
        if (paper := self.pick(pick, *BEFORE_ACTIVE)) is not None:
            self.next_step(paper, side)

    def next_step(self, paper: Agreement, side: Side = Side.SELLER) -> None:
        """T2, T4, T6, T8 or T9."""
        steps: dict[AgreementState, Callable[[Agreement, Side], object]] = {
            S.DRAFT: lambda paper, _side: self.attempt(lambda: agreements.send(paper, self.by(paper.made_by))),
            S.NEGOTIATING: self._answer,
            S.IN_REVIEW: self._approve,
            S.READY: self._issue,
            S.SIGNING: lambda paper, _side: self.sign(paper),
        }
        steps[paper.state](paper, side)

    def walk(self, paper: Agreement, *until: AgreementState) -> None:
        """Step by step to a state."""
        for _step in range(12):
            db.session.rollback()
            if paper.state in until:
                return
            self.next_step(paper)
        raise AssertionError(f"{paper.ref} stays {paper.state}")

    def _answer(self, paper: Agreement, side: Side) -> None:
        if paper.turn is not Turn.BOTH:
            last = making.last_version(paper)
            self.attempt(lambda: agreements.accept(paper, last.sha256, self.by(last.side.other)))
            return
        other = {"title": f"Bản {paper.last_version + 1}"}
        if self.attempt(lambda: self.write(paper, side, **other)):
            self.attempt(lambda: agreements.counter(paper, "", self.by(side)))

    def _approve(self, paper: Agreement, _side: Side) -> None:
        review = making.waiting_review(paper)
        assert review is not None
        assert review.department is not None
        by = making.officer_of(review.department)
        self.attempt(lambda: reviewing.approve(review, "", by))

    def _issue(self, paper: Agreement, _side: Side) -> None:
        self.tick()
        ref = paper.ref
        self.twice(lambda: paper_jobs.issue(ref))

    # --- signatures ---

    def token(self, side: Side) -> Issued:
        """The token that a side has now; the certificate of the one before was revoked."""
        name = f"Chữ ký của bên {side.value} {self.tokens[side]}"
        subject = Subject(name=name, uids=(f"MST:{CODES[side]}",))
        return paperwork.token_of(subject, begins=self.born - timedelta(days=1))

    def publish(self, *, good_for: timedelta = timedelta(days=7)) -> None:
        """The authority's next list comes in."""
        days = good_for / timedelta(days=1)
        content = paperwork.authority().revocations(self.revoked, days=days, number=factories.number())
        self.list_until = self.at + good_for
        assert self.attempt(lambda: trust.take_list(content, by=SYSTEM))

    def sign(self, paper: Agreement, *, held: bool = False) -> None:
        """T9 by the side that is awaited, and T11 with the last; `held`: no list is fresh enough to prove it."""
        document = pens.document_of(paper)
        waiting = signing.waiting_sides(paper, document)
        if not waiting:
            self.look_at_lists()
        elif paper.evidence is not Evidence.L2:
            self._sign_by_code(paper, waiting[0])
        else:
            self._sign_with_token(paper, waiting[0], held=held)

    def _sign_by_code(self, paper: Agreement, side: Side) -> None:
        document, by = pens.document_of(paper), self.sides.signatory(side)
        if not self.attempt(lambda: light.ask_for_code(document, side, by=by)):
            return
        letters = select(Notice).where(Notice.template == "contracts/signing_code").order_by(Notice.id.desc()).limit(1)
        code = db.session.scalars(letters).one().context["code"]
        sha256 = light._top(document)[1]
        self.attempt(lambda: light.confirm_by_code(document, side, code, sha256, by=by))

    def _sign_with_token(self, paper: Agreement, side: Side, *, held: bool) -> None:
        if held:
            self.publish(good_for=HOUR)
            self.tick(2 * HOUR)
        elif self.list_until <= self.at + HOUR:
            self.publish()
        self.tick()
        content = pens.signed_file(paper, side, self.token(side))
        upload = pens.send(paper, side, self.sides, content)
        self.look()
        pens.judge(upload)
        self.look()

    def sign_held(self, pick: int, side: Side, number: int) -> None:
        """A signature that no list proves yet."""
        paper = self.pick(pick, S.SIGNING)
        if paper is not None and signing.waiting_sides(paper, pens.document_of(paper)):
            self.sign(paper, held=True)

    def look_at_lists(self, *_of: Any) -> None:
        """A fresh list comes in, and every signature is looked at again."""
        self.publish()
        self.twice(signing_jobs.recheck_holds)

    def revoke(self, pick: int, side: Side, number: int) -> None:
        """A side's certificate is revoked since so many days, perhaps before its signatures; it gets a new one."""
        since = self.at - timedelta(days=number)
        self.revoked[trial_authority.serial_of(self.token(side))] = since
        self.tokens[side] += 1
        self.look_at_lists()

    def publish_heads(self, *_of: Any) -> None:
        """The ends of all chains go where the database cannot reach."""
        self.tick()
        self.twice(lambda: chain.publish_head(self.settings))
