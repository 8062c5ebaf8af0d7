"""How a contract ends, and what later papers do to it the moment they enter into force.

Whoever calls these holds the locks of the contract and, where there is one, of the later paper.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.contracts.events import AgreementMoved
from marketplace.contracts.models import Agreement, Document, DocumentVoiding
from marketplace.contracts.queries.changes import BEHIND
from marketplace.contracts.queries.in_force import last_terms
from marketplace.contracts.queries.open_matters import (
    book_of,
    is_all,
    is_enough,
    open_call_offs,
    open_disputes,
    open_papers,
)
from marketplace.contracts.services import agreements, amending, deadlines, guards, reopening, reviewing, telling, trail
from marketplace.contracts.services.time_limits import SILENCE
from marketplace.contracts.states.agreements import (
    RUNNING,
    AgreementAction,
    AgreementState,
    CancelReason,
    PaperKind,
    ReopenReason,
    Side,
    Turn,
)
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.events import on
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

SPOKEN = (AgreementAction.SEND, AgreementAction.COUNTER, AgreementAction.ACCEPT)
CHANGING = (PaperKind.AMENDMENT, PaperKind.TERMINATION)


# --- later papers ----------------------------------------------------------------------------------------------------


def hindrance(paper: Agreement) -> Any | None:
    """Why a later paper that is signed cannot take effect now (a sentence), or None.

    The caller asks before it moves the paper to active, and calls `send_back` instead where there is a sentence.
    """
    try:
        check_paper(paper)
    except Refused as refusal:
        return refusal.sentence
    return None


def check_paper(paper: Agreement) -> None:
    """Refuse a later paper that its contract does not bear now: asked at every step of it, and once more at the end."""
    terms = last_terms(paper)
    if paper.paper is PaperKind.AMENDMENT and terms is not None:
        amending.check_amendment(paper, terms)
    elif paper.paper is PaperKind.TERMINATION and _contract_of(paper).state not in RUNNING:
        raise Refused(_("The contract has ended already."))
    elif paper.paper is PaperKind.LIQUIDATION:
        require_nothing_open(_contract_of(paper))


@on(AgreementMoved)
def check_step(moved: AgreementMoved) -> None:
    """A later paper that its contract would not bear is neither sent nor accepted."""
    if moved.agreement.belongs_to is not None and moved.action in SPOKEN:
        check_paper(moved.agreement)


def send_back(paper: Agreement, sentence: Any) -> None:
    """A signed paper that cannot take effect goes back to the table, its document voided, or ends with its contract."""
    if paper.paper in CHANGING and _contract_of(paper).state not in RUNNING:
        drop(paper)
        return
    _void_documents(paper, str(sentence))
    reviewing.void(paper, all_of_them=True)
    reopening.back_to_table(paper, AgreementAction.REOPEN, by=SYSTEM, reason=ReopenReason.FIGURES.value)
    telling.tell_both(paper, "paper_sent_back", why=str(sentence))


def take_effect(paper: Agreement) -> None:
    """A later paper has just become active: its contract changes or ends."""
    contract = _contract_of(paper)
    if paper.paper is PaperKind.AMENDMENT:
        amending.apply(paper)
        _send_back_those_behind(contract)
        telling.tell_both(contract, "amended", paper_ref=paper.ref, paper_number=paper.paper_number)
    elif paper.paper is PaperKind.TERMINATION:
        _end_by_minutes(contract, paper)
    elif contract.state in RUNNING:
        end(contract, AgreementAction.COMPLETE, by=SYSTEM, minutes=paper.ref)
    else:
        trail.note(contract, "liquidated", by=SYSTEM, minutes=paper.ref)


def drop(paper: Agreement) -> None:
    """A later paper that nothing is left for ends with its contract."""
    agreements.cancel_for(paper, CancelReason.LAPSED, _("The contract has ended."), SYSTEM)


def _contract_of(paper: Agreement) -> Agreement:
    assert paper.belongs_to is not None
    return paper.belongs_to


def _void_documents(paper: Agreement, words: str) -> None:
    from marketplace.contracts.services import documents

    voided = select(DocumentVoiding.document_id)
    mine = select(Document).where(Document.agreement_id == paper.id, Document.id.not_in(voided))
    for document in db.session.scalars(mine.order_by(Document.id)).all():
        documents.void(document, ReopenReason.FIGURES.value, words)


def _send_back_those_behind(contract: Agreement) -> None:
    """Annexes that were being signed on the text of before have to be put on the new one."""
    for other in open_papers(contract, PaperKind.AMENDMENT):
        if other.state is AgreementState.SIGNING:
            lock(other)
            send_back(other, BEHIND)


def _end_by_minutes(contract: Agreement, minutes: Agreement) -> None:
    """Both signed the end: at once where nothing is open, else when the last call-off is closed."""
    if open_call_offs(contract):
        contract.notice_until = contract.notice_until or clock.today()
        contract.ending_side = contract.ground = None
        if contract.state is AgreementState.ACTIVE:
            wind_down(contract, by=SYSTEM, minutes=minutes.ref)
        return
    end(contract, AgreementAction.TERMINATE, by=SYSTEM, minutes=minutes.ref)


# --- the end ---------------------------------------------------------------------------------------------------------


def confirm_closing(contract: Agreement, side: Side, *, by: Actor) -> bool:
    """One side says that everything is done; when both have said so the contract is completed (True) (T15)."""
    lock(contract)
    require_running(contract)
    if getattr(contract, f"{side.value}_closed_at") is not None:
        raise Refused(_("You have confirmed this already. The other side has to confirm, too."))
    guards.nobody_for_both(contract, ("closing_confirmed",), by)
    require_nothing_open(contract)
    setattr(contract, f"{side.value}_closed_at", clock.now())
    trail.note(contract, "closing_confirmed", by=by, side=side.value)
    if contract.seller_closed_at is None or contract.buyer_closed_at is None:
        telling.tell(contract, side.other, "closing_asked")
        return False
    end(contract, AgreementAction.COMPLETE, by=by)
    return True


def take_back_closing(contract: Agreement, side: Side, *, by: Actor) -> None:
    """Not everything is done after all; the other side is told."""
    lock(contract)
    require_running(contract)
    if getattr(contract, f"{side.value}_closed_at") is None:
        raise Refused(_("You have not confirmed the end."))
    setattr(contract, f"{side.value}_closed_at", None)
    trail.note(contract, "closing_taken_back", by=by, side=side.value)
    telling.tell(contract, side.other, "closing_taken_back")


def require_running(contract: Agreement) -> None:
    """Only a contract in force, perhaps winding down, goes on or ends."""
    if not contract.is_contract or contract.state not in RUNNING:
        raise Refused(_("This is no longer possible: the state is now “%(state)s”.", state=contract.state.label))


def require_nothing_open(contract: Agreement) -> None:
    """No call-off, no receipt, no dispute waits for anybody."""
    call_off = next(iter(open_call_offs(contract)), None)
    if call_off is not None:
        raise Refused(_("Call-off %(ref)s is still open: deliver it and check what came first.", ref=call_off.ref))
    dispute = next(iter(open_disputes(contract)), None)
    if dispute is not None:
        raise Refused(_("Dispute %(ref)s is still open: settle or withdraw it first.", ref=dispute.ref))


def wind_down(contract: Agreement, *, by: Actor, **figures: Any) -> None:
    """No new call-offs; those that are open are delivered and paid as agreed (T14)."""
    # an end that both signed has no day: it comes when the last call-off is closed
    announced = contract.notice_until if contract.ending_side else None
    due_at = clock.end_of(announced) if announced else None
    trail.advance(contract, AgreementAction.WIND_DOWN, by=by, turn=Turn.BOTH, due_at=due_at, **figures)
    for paper in open_papers(contract, PaperKind.AMENDMENT):
        lock(paper)
        drop(paper)


def end(contract: Agreement, action: AgreementAction, *, by: Actor, **figures: Any) -> None:
    """A contract ends for good: nothing is awaited any more, papers that would change it are dropped (T15 to T17)."""
    trail.advance(contract, action, by=by, turn=Turn.NOBODY, **figures)
    deadlines.close_all(contract)
    for paper in open_papers(contract, *CHANGING):
        lock(paper)
        drop(paper)
    telling.tell_both(contract, f"ended_{contract.state.value}")
    if contract.shown_to_departments_at is not None:
        telling.tell_departments(contract, f"ended_{contract.state.value}")


# --- what time does --------------------------------------------------------------------------------------------------


def settle(contract: Agreement) -> bool:
    """Look once whether a contract winds down or ends by time or delivery; whether it did. Safe to ask again."""
    lock(contract)
    if not contract.is_contract or contract.state not in RUNNING:
        return False
    action = _next_step(contract)
    if action is AgreementAction.WIND_DOWN:
        wind_down(contract, by=SYSTEM, reason="term")
        telling.tell_both(contract, "winding_down")
    elif action is not None:
        end(contract, action, by=SYSTEM)
    return action is not None


def _next_step(contract: Agreement) -> AgreementAction | None:
    over = contract.valid_to is not None and contract.valid_to < clock.today()
    noticed = _notice_is_over(contract)
    if not over and not noticed:
        return AgreementAction.COMPLETE if _is_done_and_silent(contract) else None
    if open_call_offs(contract):
        return AgreementAction.WIND_DOWN if contract.state is AgreementState.ACTIVE else None
    if noticed:
        return AgreementAction.TERMINATE
    if open_disputes(contract):
        return AgreementAction.WIND_DOWN if contract.state is AgreementState.ACTIVE else None
    return AgreementAction.COMPLETE if is_enough(book_of(contract)) else AgreementAction.EXPIRE


def _notice_is_over(contract: Agreement) -> bool:
    """A notice has run out; an end that both signed waits for nothing but open call-offs."""
    if contract.notice_until is None:
        return False
    return contract.ending_side is None or contract.notice_until < clock.today()


def _is_done_and_silent(contract: Agreement) -> bool:
    if clock.now() - contract.touched_at < SILENCE or not is_all(book_of(contract)):
        return False
    return not open_call_offs(contract) and not open_disputes(contract)


@deadlines.lapses(DeadlineKind.TERMINATION)
def notice_ran_out(deadline: Any) -> None:
    """The notice of a unilateral end is over."""
    settle(deadline.agreement)
