"""Agreements from their first line to a text that both sides have accepted: T1 to T5, T10 and T12.

Every verb locks the paper (with the contract that it belongs to), checks, changes, moves and tells. A text is private
until it is sent; sent, it is a version that nobody changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Document, DocumentVoiding, TermsDraft
from marketplace.contracts.policies import side_of
from marketplace.contracts.queries.objections import objection_to, words_of
from marketplace.contracts.queries.rules import library
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import (
    deadlines,
    documents,
    guards,
    reopening,
    reviewing,
    starting,
    telling,
    trail,
    versions,
)
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    AgreementAction,
    AgreementState,
    CancelReason,
    Consent,
    PaperKind,
    ReopenReason,
    Side,
    Turn,
)
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.terms.canonical import fingerprint
from marketplace.contracts.terms.checking import checked, missing
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Forbidden, Refused

MOST_WORDS = 2000


def create(new: NewPaper, *, by: Actor) -> Agreement:
    """Begin a paper (T1): one side's private draft, from a template, an accepted quote or the given terms."""
    if new.paper is PaperKind.CONTRACT:
        guards.two_that_may_trade(new.seller, new.buyer)
    made = starting.paper_of(new)
    written = starting.first_text(made, new.quote, new.terms)
    guards.goods_are_certified(made, written)
    _keep_draft(made, new.made_by, written)
    said = {"agreement_kind": new.kind.value, "paper": new.paper.value, "side": new.made_by.value}
    trail.note(made, "created", by=by, **said)
    return made


# --- what one side writes before it sends ---


def save_draft(agreement: Agreement, side: Side, terms: Mapping[str, Any], by: Actor) -> TermsDraft:
    """Keep what one side has written so far; nobody else sees it, and it may still lack much."""
    _hold(agreement)
    _speak_for(agreement, side, by)
    _its_turn(agreement, side)
    return _keep_draft(agreement, side, starting.own_text(agreement, side, terms))


def drop_draft(agreement: Agreement, side: Side, by: Actor) -> None:
    """Throw away what one side has written, to begin again from the version on the table."""
    _hold(agreement)
    _speak_for(agreement, side, by)
    if agreement.state is AgreementState.DRAFT:
        raise Refused(_l("There is no version to begin from yet. Withdraw the draft if you no longer want it."))
    _forget_draft(agreement, side)


def _keep_draft(agreement: Agreement, side: Side, terms: Mapping[str, Any]) -> TermsDraft:
    draft = draft_of(agreement, side)
    if draft is None:
        draft = TermsDraft(agreement_id=agreement.id, side=side, based_on=agreement.last_version, terms={})
        db.session.add(draft)
    draft.terms, draft.saved_at = dict(terms), clock.now()
    if agreement.state is AgreementState.DRAFT:
        versions.show_figures(agreement, terms)
        agreement.touched_at = clock.now()
    db.session.flush()
    return draft


def draft_of(agreement: Agreement, side: Side) -> TermsDraft | None:
    """What one side is writing now."""
    mine = (TermsDraft.agreement_id == agreement.id) & (TermsDraft.side == side)
    return db.session.scalar(select(TermsDraft).where(mine))


def _forget_draft(agreement: Agreement, side: Side) -> None:
    draft = draft_of(agreement, side)
    if draft is not None:
        db.session.delete(draft)
        db.session.flush()


# --- sending and answering ---


def send(agreement: Agreement, by: Actor, comment: str = "") -> None:
    """Send the first version to the other side (T2): it is frozen, and an answer is awaited."""
    _hold(agreement)
    side = agreement.made_by
    _speak_for(agreement, side, by)
    _still(agreement, AgreementState.DRAFT)
    _put_on_table(agreement, side, AgreementAction.SEND, comment, by=by)


def counter(agreement: Agreement, comment: str, by: Actor) -> None:
    """Answer with another version (T3): what was accepted before counts no more, and the other side has to answer."""
    _hold(agreement)
    side = _own_side(agreement, by)
    _still(agreement, AgreementState.NEGOTIATING)
    _its_turn(agreement, side)
    _put_on_table(agreement, side, AgreementAction.COUNTER, comment, by=by)


def _put_on_table(agreement: Agreement, side: Side, action: AgreementAction, comment: str, *, by: Actor) -> None:
    guards.one_person_one_side(agreement, side, by)
    terms = _sendable(agreement, side)
    version = versions.freeze(agreement, side, terms, comment[:MOST_WORDS], by=by)
    _forget_draft(agreement, side)
    until = end_of_workday(agreement.policy["answer_days"])
    turn = Turn(side.other.value)
    trail.advance(agreement, action, by=by, turn=turn, due_at=until, version=version.number, sha256=version.sha256)
    deadlines.begin(agreement, DeadlineKind.ANSWER, until=until, turn=turn)
    what: dict[str, Any] = {"version": version.number, "comment": telling.excerpt(version.comment)}
    telling.tell(agreement, side.other, "version_sent", last_day=_last_day(until), **what)


def _last_day(until: datetime) -> str:
    """The day with whose end the time runs out, as letters carry it."""
    return clock.local(until - timedelta(seconds=1)).date().isoformat()


def _sendable(agreement: Agreement, side: Side) -> dict[str, Any]:
    """The side's draft as it would be frozen now; whatever stands in the way is said in one sentence."""
    draft = draft_of(agreement, side)
    if draft is None:
        raise Refused(_l("You have changed nothing yet. Change the text first, then send it."))
    if draft.based_on != agreement.last_version:
        raise Refused(
            _l("Version %(number)s has arrived since you began. Begin again from it.", number=agreement.last_version)
        )
    written = starting.own_text(agreement, side, draft.terms)
    terms = checked(guards.with_facts(written, agreement.seller_id))
    lacking = missing(terms, library(agreement.kind, agreement.paper))
    if lacking:
        raise Refused(lacking[0].words, field=lacking[0].section)
    _fits(agreement, terms)
    _differs(agreement, terms)
    return terms


def _fits(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    """What has to hold of any text that is sent or accepted."""
    if agreement.is_contract:
        guards.two_that_may_trade(agreement.seller, agreement.buyer)
    guards.goods_are_certified(agreement, terms)
    guards.inside_its_parent(agreement, terms)


def _differs(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    before = versions.last_version(agreement)
    if before is not None and before.sha256 == fingerprint(terms):
        raise Refused(_l("No changes detected: this text is the same as version %(number)s.", number=before.number))


def accept(agreement: Agreement, sha256: str, by: Actor) -> None:
    """Say yes to exactly the text that was read (T4), by its fingerprint; the departments are asked next (T5)."""
    _hold(agreement)
    side = _own_side(agreement, by)
    _still(agreement, AgreementState.NEGOTIATING)
    version = versions.last_version(agreement)
    assert version is not None, "what is negotiated has a version"
    _is_what_was_read(version.sha256, sha256, version.number)
    _its_turn(agreement, side)
    if side in versions.sides_that_accepted(version):
        raise Refused(_l("Version %(number)s is no longer open: a new version is needed.", number=version.number))
    guards.one_person_one_side(agreement, side, by)
    guards.names_its_reader(agreement, side, version.terms)
    _fits(agreement, version.terms)
    versions.add_acceptance(version, side, by=by)
    _forget_draft(agreement, side)
    deadlines.close(DeadlineKind.ANSWER, agreement.ref)
    read = version.number
    trail.advance(agreement, AgreementAction.ACCEPT, by=by, turn=Turn.SYSTEM, version=read, sha256=version.sha256)
    telling.tell(agreement, side.other, "accepted", version=version.number)
    reviewing.ask(agreement, version, by)


def _is_what_was_read(current: str, read: str, number: int) -> None:
    if read.strip().lower() != current:
        sentence = _l("The text has changed since you read it. Read version %(number)s and decide anew.", number=number)
        raise Refused(sentence, field="sha256", detail={"read": read.strip().lower()[:64], "current": number})


# --- going back, and ending before anything is in force ---


def ask_for_changes(agreement: Agreement, reason: ReopenReason, words: str, by: Actor) -> None:
    """Bring an issued paper back to the table (T10): the PDF with its signatures is void, a new version is needed."""
    _hold(agreement)
    side = _own_side(agreement, by)
    _still(agreement, AgreementState.SIGNING)
    _void_document(agreement, reason.value, words)
    reviewing.void(agreement, all_of_them=True)
    reopening.back_to_table(agreement, AgreementAction.REOPEN, by=by, reason=reason.value, side=side.value)
    telling.tell(agreement, side.other, "changes_asked", reason=reason.value, words=words)


def withdraw(agreement: Agreement, by: Actor, words: str = "") -> None:
    """The side that made a paper takes it back before it is in force (T12)."""
    _hold(agreement)
    side = _own_side(agreement, by)
    if side is not agreement.made_by:
        raise Refused(_l("Only the side that made this paper can take it back; you can refuse it."))
    _cancel(agreement, CancelReason.WITHDRAWN, words, by=by)
    if agreement.last_version:
        telling.tell(agreement, side.other, "cancelled", reason=CancelReason.WITHDRAWN.value, words=words)


def refuse(agreement: Agreement, by: Actor, words: str = "") -> None:
    """The other side wants no such paper (T12)."""
    _hold(agreement)
    side = _own_side(agreement, by)
    if side is agreement.made_by:
        raise Refused(_l("You made this paper: you can take it back."))
    if agreement.last_version == 0:
        raise Forbidden
    _cancel(agreement, CancelReason.REFUSED, words, by=by)
    telling.tell(agreement, side.other, "cancelled", reason=CancelReason.REFUSED.value, words=words)


def cancel_for(agreement: Agreement, reason: CancelReason, words: str, by: Actor) -> None:
    """End a locked paper for a reason that neither side chose (T12): time passed, or a department objected."""
    _cancel(agreement, reason, words, by=by)
    telling.tell_both(agreement, "cancelled", reason=reason.value, words=words)
    if reason is CancelReason.DEPT_OBJECTION:
        telling.tell_departments(agreement, "cancelled", reason=reason.value, words=words)


def _cancel(agreement: Agreement, reason: CancelReason, words: str, *, by: Actor) -> None:
    if agreement.state not in BEFORE_ACTIVE:
        raise Refused(_l("This is no longer possible: the state is now “%(state)s”.", state=agreement.state.label))
    _void_document(agreement, reason.value, words)
    reviewing.void(agreement, all_of_them=False)
    deadlines.close_all(agreement)
    agreement.cancel_reason, agreement.cancel_words = reason, words[:MOST_WORDS]
    trail.advance(agreement, AgreementAction.CANCEL, by=by, turn=Turn.NOBODY, reason=reason.value)


def _void_document(agreement: Agreement, reason: str, words: str) -> None:
    """The PDF that is being signed, if there is one, counts no more."""
    void = select(DocumentVoiding.document_id)
    standing = select(Document).where(Document.agreement_id == agreement.id, Document.id.not_in(void))
    for document in db.session.scalars(standing.order_by(Document.id)).all():
        documents.void(document, reason, words[:MOST_WORDS])


@deadlines.lapses(DeadlineKind.ANSWER)
@deadlines.lapses(DeadlineKind.SIGNING)
def lapse(deadline: Any) -> None:
    """Nobody answered or signed in time, or made a new text of one that was sent back: the paper ends (T12)."""
    agreement = deadline.agreement
    awaited = {DeadlineKind.ANSWER: AgreementState.NEGOTIATING, DeadlineKind.SIGNING: AgreementState.SIGNING}
    if agreement.state is not awaited[deadline.kind]:
        return
    objection = objection_to(agreement)
    if objection is None:
        cancel_for(agreement, CancelReason.LAPSED, "", SYSTEM)
    else:
        cancel_for(agreement, CancelReason.DEPT_OBJECTION, words_of(objection), SYSTEM)


# --- what the public may see ---


def set_consent(agreement: Agreement, consent: Consent, by: Actor) -> None:
    """One side says how much the public may see; what both allow is what counts."""
    _hold(agreement)
    side = _own_side(agreement, by)
    setattr(agreement, f"{side.value}_consent", consent)
    levels = list(Consent)
    agreement.consent = min(agreement.seller_consent, agreement.buyer_consent, key=levels.index)
    trail.note(agreement, "consent_set", by=by, side=side.value, wish=consent.value, consent=agreement.consent.value)


# --- who speaks, and when ---


def _hold(agreement: Agreement) -> None:
    """Lock the paper, and the contract that it belongs to."""
    contract = agreement.belongs_to
    lock(agreement, *([contract] if contract else []))


def _own_side(agreement: Agreement, by: Actor) -> Side:
    side = side_of(by, agreement)
    if side is None:
        raise Forbidden
    return side


def _speak_for(agreement: Agreement, side: Side, by: Actor) -> None:
    """Nobody writes for the other side; the marketplace itself may write for either."""
    if by is not SYSTEM and side_of(by, agreement) is not side:
        raise Forbidden


def _still(agreement: Agreement, state: AgreementState) -> None:
    if agreement.state is not state:
        raise Refused(_l("This is no longer possible: the state is now “%(state)s”.", state=agreement.state.label))


def _its_turn(agreement: Agreement, side: Side) -> None:
    """Only the side whose turn it is writes, sends and answers."""
    if agreement.state is AgreementState.DRAFT and side is agreement.made_by:
        return
    _still(agreement, AgreementState.NEGOTIATING)
    if agreement.turn not in (Turn(side.value), Turn.BOTH):
        raise Refused(_l("It is the other side's turn now: wait for its answer."))
