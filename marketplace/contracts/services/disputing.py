"""Disputes: one side says what is wrong, the other answers, a department mediates when asked; words only grow.

A dispute never changes what was signed. Every verb locks the agreement first, then the dispute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, CallOff, Deadline, Dispute, DisputeWord
from marketplace.contracts.queries.disputes import dispute_of
from marketplace.contracts.queries.open_matters import open_disputes
from marketplace.contracts.queries.workdays import end_of_workday, last_day
from marketplace.contracts.services import deadlines, guards, telling, trail
from marketplace.contracts.states.agreements import RUNNING, AgreementState, Side, Turn
from marketplace.contracts.states.performing import (
    OPEN_DISPUTES,
    DeadlineKind,
    DisputeAction,
    DisputeState,
    DisputeSubject,
)
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.files import digest
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

DISPUTABLE = (*RUNNING, AgreementState.COMPLETED, AgreementState.EXPIRED, AgreementState.TERMINATED)
SETTLING = ("settlement_proposed", "settlement_confirmed")
MOST_OPEN = 10
ANSWER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store already, and what its owner called it."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """What one side says is wrong, and what it wishes."""

    subject: DisputeSubject
    words: str
    wish: str = ""
    call_off: CallOff | None = None
    files: Sequence[Kept] = ()


def open_dispute(contract: Agreement, side: Side, complaint: Complaint, *, by: Actor) -> Dispute:
    """One side opens a dispute: the contract is marked, the other side has working days to answer."""
    lock(contract)
    _require_time(contract)
    due_at = end_of_workday(contract.policy.get("dispute_days", ANSWER_DAYS))
    made = _written(contract, side, complaint, due_at)
    audit.record(audit.subject_of(made), "open", by=by, after=made.state.value, agreement=contract.ref)
    _keep_files(made, complaint.files, by)
    trail.note(contract, "dispute_opened", by=by, dispute=made.ref, about=made.subject.value)
    trail.flag(contract, "disputed", on=True, by=by)
    turn = Turn(side.other.value)
    deadlines.begin(contract, DeadlineKind.DISPUTE_ANSWER, until=due_at, turn=turn, subject=made.ref)
    said = {"subject": made.subject.value, "words": made.words, "until": last_day(due_at).isoformat()}
    _tell(made, side.other, "dispute_opened", **said)
    return made


def _written(contract: Agreement, side: Side, complaint: Complaint, due_at: datetime) -> Dispute:
    made = Dispute(
        ref=next_ref("dispute"),
        agreement=contract,
        call_off=complaint.call_off,
        side=side,
        subject=complaint.subject,
        words=complaint.words,
        wish=complaint.wish,
        due_at=due_at,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _require_time(contract: Agreement) -> None:
    if not contract.is_contract or contract.state not in DISPUTABLE:
        raise Refused(_("A dispute can be opened once a contract is in force."))
    if len(open_disputes(contract)) >= MOST_OPEN:
        raise Refused(_("There are very many open disputes on this contract. Please settle or withdraw one first."))


# --- words -----------------------------------------------------------------------------------------------------------


def answer(dispute: Dispute, side: Side, words: str, files: Sequence[Kept] = (), *, by: Actor) -> None:
    """The other side answers; nobody is waited for any more until somebody takes the next step."""
    _hold(dispute)
    if side is dispute.side:
        raise Refused(_("It is the other side that answers; you can add words of your own."))
    if not words:
        raise Refused(_("Please say what you answer."), field="words")
    move(dispute, DisputeAction.ANSWER, by=by)
    _add(dispute, words, files, by)
    dispute.due_at = None
    deadlines.close(DeadlineKind.DISPUTE_ANSWER, dispute.ref)
    _note(dispute, "dispute_answered", by)
    _tell(dispute, dispute.side, "dispute_answered", words=words)


def say(dispute: Dispute, words: str, files: Sequence[Kept] = (), *, by: Actor) -> None:
    """A side or the mediator adds words or files; all others who take part are told."""
    _hold(dispute)
    if not words and not files:
        raise Refused(_("Please write a few words."), field="words")
    _add(dispute, words, files, by)
    _note(dispute, "dispute_word", by)
    _tell_others(dispute, by, "dispute_word", words=words)


def _add(dispute: Dispute, words: str, files: Sequence[Kept], by: Actor) -> None:
    """The words with the first file, then each further file; words are told apart by who and when."""
    first = files[0] if files else Kept("", "")
    _word(dispute, words, first, by)
    _keep_files(dispute, files[1:], by)


def _keep_files(dispute: Dispute, files: Sequence[Kept], by: Actor) -> None:
    for one in files:
        _word(dispute, "", one, by)


def _word(dispute: Dispute, words: str, file: Kept, by: Actor) -> None:
    who = {"organisation_id": by.organisation_id, "person_id": by.person_id}
    db.session.add(DisputeWord(dispute_id=dispute.id, words=words, file_key=file.key, file_name=file.name, **who))
    db.session.flush()


# --- mediation -------------------------------------------------------------------------------------------------------


def ask_mediation(dispute: Dispute, side: Side, department: Organisation | None, *, by: Actor) -> None:
    """A side asks the department of one of the two provinces to mediate; it reads the dispute from now on."""
    _hold(dispute)
    if department is None or department.id not in {one.id for one in dispute.agreement.departments()}:
        raise Refused(_("Please choose one of the two departments."), field="department")
    if department.state is not OrganisationState.VERIFIED:
        raise Refused(
            _("This department does not work here at present. Please choose the other one."), field="department"
        )
    dispute.mediator = department
    move(dispute, DisputeAction.MEDIATE, by=by, department=department.ref)
    _note(dispute, "mediation_asked", by, department=department.ref)
    telling.tell_department(dispute.agreement, department, "mediation_asked", page=_page(dispute), dispute=dispute.ref)
    _tell(dispute, side.other, "mediation_begins", department=department.name)


# --- ends ------------------------------------------------------------------------------------------------------------


def settlement_mark(dispute: Dispute) -> str:
    """The fingerprint of the settlement that lies on the table: who confirms says which text was read."""
    return digest(dispute.settlement.encode())


def propose_settlement(dispute: Dispute, side: Side | None, words: str, *, by: Actor) -> None:
    """A side, or the mediator (without a side), writes how the dispute may end; earlier confirmations count no more."""
    _hold(dispute)
    if not words:
        raise Refused(_("Please write how the dispute is to end."), field="settlement")
    if words == dispute.settlement:
        raise Refused(_("This settlement lies on the table already."), field="settlement")
    dispute.settlement = words
    dispute.settled_seller_at = clock.now() if side is Side.SELLER else None
    dispute.settled_buyer_at = clock.now() if side is Side.BUYER else None
    _note(dispute, "settlement_proposed", by, mark=settlement_mark(dispute))
    _tell_others(dispute, by, "settlement_proposed", words=words)


def confirm_settlement(dispute: Dispute, side: Side, mark: str, *, by: Actor) -> bool:
    """A side agrees to exactly the settlement that it read; when both have, the dispute is settled (True)."""
    _hold(dispute)
    if not dispute.settlement:
        raise Refused(_("Nobody has proposed a settlement yet."))
    if mark != settlement_mark(dispute):
        raise Refused(_("The settlement has changed since you read it. Please read it again."))
    if getattr(dispute, f"settled_{side.value}_at") is not None:
        raise Refused(_("You have confirmed this settlement already."))
    guards.nobody_for_both(dispute.agreement, SETTLING, by, dispute=dispute.ref)
    setattr(dispute, f"settled_{side.value}_at", clock.now())
    _note(dispute, "settlement_confirmed", by, side=side.value, mark=mark)
    if dispute.settled_seller_at is None or dispute.settled_buyer_at is None:
        _tell(dispute, side.other, "settlement_confirmed")
        return False
    _end(dispute, DisputeAction.SETTLE, by)
    return True


def escalate(dispute: Dispute, side: Side, reference: str, *, by: Actor) -> None:
    """A side goes to court or arbitration: the reference of the case is kept, the marketplace's part ends."""
    _hold(dispute)
    if not reference:
        raise Refused(
            _("Please give the court or arbitration centre and the reference of the case."), field="reference"
        )
    dispute.reference = reference
    _end(dispute, DisputeAction.ESCALATE, by, side=side.value)


def withdraw(dispute: Dispute, side: Side, *, by: Actor) -> None:
    """The side that opened the dispute takes it back."""
    _hold(dispute)
    if side is not dispute.side:
        raise Refused(_("Only the side that opened the dispute can take it back."))
    _end(dispute, DisputeAction.WITHDRAW, by)


def _end(dispute: Dispute, action: DisputeAction, by: Actor, **figures: Any) -> None:
    move(dispute, action, by=by, **figures)
    dispute.ended_at, dispute.due_at = clock.now(), None
    deadlines.close(DeadlineKind.DISPUTE_ANSWER, dispute.ref)
    db.session.flush()
    _note(dispute, f"dispute_{dispute.state.value}", by, **figures)
    if not open_disputes(dispute.agreement):
        trail.flag(dispute.agreement, "disputed", on=False, by=by)
    _tell_others(dispute, by, "dispute_ended", state=dispute.state.value, words=dispute.settlement or dispute.reference)


@deadlines.lapses(DeadlineKind.DISPUTE_ANSWER)
def unanswered(deadline: Deadline) -> None:
    """No answer came in time: whoever opened the dispute is told what she can do; nothing is decided by silence."""
    dispute = dispute_of(deadline.agreement, deadline.subject_ref)
    if dispute is None or dispute.state is not DisputeState.OPEN:
        return
    trail.note(deadline.agreement, "dispute_unanswered", by=SYSTEM, dispute=dispute.ref)
    _tell(dispute, dispute.side, "dispute_unanswered")


# --- who is told -----------------------------------------------------------------------------------------------------


def _hold(dispute: Dispute) -> None:
    """Agreement and dispute under lock, while the dispute is open."""
    lock(dispute.agreement)
    lock(dispute)
    if dispute.state not in OPEN_DISPUTES:
        raise Refused(_("This dispute has ended: “%(state)s”.", state=dispute.state.label))


def _note(dispute: Dispute, kind: str, by: Actor, **figures: Any) -> None:
    trail.note(dispute.agreement, kind, by=by, dispute=dispute.ref, **figures)


def _page(dispute: Dispute) -> str:
    return f"/agreements/{dispute.agreement.ref}/disputes/{dispute.ref}"


def _tell(dispute: Dispute, side: Side, template: str, **more: Any) -> None:
    telling.tell(dispute.agreement, side, template, page=_page(dispute), dispute=dispute.ref, **more)


def _tell_others(dispute: Dispute, by: Actor, template: str, **more: Any) -> None:
    who = {"who": by.organisation_name or "", "dispute": dispute.ref}
    for side in Side:
        if dispute.agreement.organisation_of(side).id != by.organisation_id:
            telling.tell(dispute.agreement, side, template, page=_page(dispute), **who, **more)
    if dispute.mediator is not None and dispute.mediator.id != by.organisation_id:
        telling.tell_department(dispute.agreement, dispute.mediator, template, page=_page(dispute), **who, **more)
