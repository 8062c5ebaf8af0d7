"""Disputes: opened by one side, answered by the other, mediated by a department when asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.disputes import (
    AnswerForm,
    ConfirmationForm,
    DisputeForm,
    EscalationForm,
    MediationForm,
    SettlementForm,
    WordsForm,
    about,
    between,
)
from marketplace.contracts.models import Agreement, Dispute
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.policies.disputes import dispute_for
from marketplace.contracts.queries.disputes import disputes_of, file_of, placed_call_offs, words_of
from marketplace.contracts.queries.workdays import last_day
from marketplace.contracts.sections import section
from marketplace.contracts.services import disputing, proofs
from marketplace.contracts.services.disputing import Complaint, Kept
from marketplace.contracts.states.performing import DisputeSubject
from marketplace.contracts.views.changes import own_side
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.files import Missing, store
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen, Refused
from marketplace.web.requests import actor, answers, private


@section("disputes", "contracts/sections/disputes.html", place=80)
def disputes_section(reader: Actor, agreement: Agreement) -> Any | None:
    """The disputes that this reader sees, and the way to open one."""
    if not agreement.is_contract or agreement.active_version is None:
        return None
    found, may_open = disputes_of(reader, agreement), allows(reader, Permission.AGREEMENT_EDIT, agreement)
    if not found and not may_open and not agreement.is_disputed:
        return None
    return {"agreement": agreement, "disputes": found, "may_open": may_open, "side": side_of(reader, agreement)}


def _kept(files: Sequence[FileStorage]) -> list[Kept]:
    """The files, checked and in the store, before anything is written; a bad one is said at its field."""
    try:
        return [proofs.keep(one.stream, one.filename or "") for one in files]
    except Refused as refusal:
        raise Refused(refusal.sentence, field="files") from None


# --- opening ---------------------------------------------------------------------------------------------------------


@bp.get("/agreements/<ref>/disputes/new")
@needs_sign_in
def new_dispute(ref: str) -> ResponseReturnValue:
    """What is wrong, and what would mend it?"""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = about(DisputeForm.shown(), placed_call_offs(contract))
    page = render_template("contracts/new_dispute.html", agreement=contract, form=form, side=own_side(contract))
    return private(make_response(page))


@bp.post("/agreements/<ref>/disputes")
@needs_sign_in
@answers(new_dispute)
def open_dispute(ref: str) -> ResponseReturnValue:
    """Open it: the other side has working days to answer."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    call_offs = placed_call_offs(contract)
    form = DisputeForm.checked(lambda asked: about(asked, call_offs))
    named = next((one for one in call_offs if one.ref == form.call_off.data), None)
    words = {"subject": DisputeSubject(form.subject.data), "words": form.words.data, "wish": form.wish.data or ""}
    complaint = Complaint(**words, call_off=named, files=_kept(form.chosen))
    with writing():
        made = disputing.open_dispute(contract, own_side(contract), complaint, by=actor()).ref
    flash(_("The other side has your words and is asked to answer."), "success")
    return redirect(url_for(".show_dispute", ref=ref, dispute_ref=made), code=303)


# --- one dispute -----------------------------------------------------------------------------------------------------


@bp.get("/agreements/<ref>/disputes/<dispute_ref>")
@needs_sign_in
def show_dispute(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """What was said, what lies on the table, and what the reader can do now."""
    dispute = dispute_for(actor(), ref, dispute_ref)
    contract = dispute.agreement
    known = {
        "dispute": dispute,
        "agreement": contract,
        "said": words_of(dispute),
        "side": side_of(actor(), contract),
        "may_end": allows(actor(), Permission.DISPUTE_END, dispute),
        "may_speak": allows(actor(), Permission.DISPUTE_SPEAK, dispute),
        "mark": disputing.settlement_mark(dispute),
        "due_on": last_day(dispute.due_at) if dispute.due_at else None,
    }
    return private(make_response(render_template("contracts/dispute.html", **known, forms=_forms(dispute))))


def _forms(dispute: Dispute) -> dict[str, Any]:
    return {
        "answer": AnswerForm.shown(),
        "words": WordsForm.shown(),
        "mediation": between(MediationForm.shown(), dispute.agreement.departments()),
        "settlement": SettlementForm.shown(settlement=dispute.settlement),
        "escalation": EscalationForm.shown(),
    }


def _back(dispute: Dispute) -> ResponseReturnValue:
    return redirect(url_for(".show_dispute", ref=dispute.agreement.ref, dispute_ref=dispute.ref), code=303)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/answer")
@needs_sign_in
@answers(show_dispute)
def answer_dispute(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """The other side answers."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_END)
    form = AnswerForm.checked()
    files = _kept(form.chosen)
    with writing():
        disputing.answer(dispute, own_side(dispute.agreement), form.words.data, files, by=actor())
    flash(_("Your answer is with the other side."), "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/words")
@needs_sign_in
@answers(show_dispute)
def say_in_dispute(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """A side or the mediator says or shows something more."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_SPEAK)
    form = WordsForm.checked()
    files = _kept(form.chosen)
    with writing():
        disputing.say(dispute, form.words.data or "", files, by=actor())
    flash(_("Your words are added."), "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/mediation")
@needs_sign_in
@answers(show_dispute)
def ask_for_mediation(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """Ask the department of one of the two provinces to mediate."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_END)
    departments = dispute.agreement.departments()
    form = MediationForm.checked(lambda asked: between(asked, departments))
    chosen = next((one for one in departments if one.ref == form.department.data), None)
    with writing():
        disputing.ask_mediation(dispute, own_side(dispute.agreement), chosen, by=actor())
    flash(_("The department is asked and reads the dispute from now on."), "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/settlement")
@needs_sign_in
@answers(show_dispute)
def propose_settlement(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """A side or the mediator writes how the dispute may end."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_SPEAK)
    form = SettlementForm.checked()
    with writing():
        disputing.propose_settlement(dispute, side_of(actor(), dispute.agreement), form.settlement.data, by=actor())
    flash(_("The settlement lies on the table; it holds once both sides confirm it."), "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/settlement/confirmation")
@needs_sign_in
@answers(show_dispute)
def confirm_settlement(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """A side agrees to the settlement that it has read."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_END)
    mark = ConfirmationForm.checked().mark.data
    with writing():
        is_over = disputing.confirm_settlement(dispute, own_side(dispute.agreement), mark, by=actor())
    waits = _("Noted. The dispute is settled when the other side confirms, too.")
    flash(_("The dispute is settled.") if is_over else waits, "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/escalation")
@needs_sign_in
@answers(show_dispute)
def escalate_dispute(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """A side goes to court or arbitration."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_END)
    form = EscalationForm.checked()
    with writing():
        disputing.escalate(dispute, own_side(dispute.agreement), form.reference.data, by=actor())
    flash(_("The case is noted; the dispute is closed here."), "success")
    return _back(dispute)


@bp.post("/agreements/<ref>/disputes/<dispute_ref>/withdrawal")
@needs_sign_in
@answers(show_dispute)
def withdraw_dispute(ref: str, dispute_ref: str) -> ResponseReturnValue:
    """Whoever opened it takes it back."""
    dispute = dispute_for(actor(), ref, dispute_ref, Permission.DISPUTE_END)
    with writing():
        disputing.withdraw(dispute, own_side(dispute.agreement), by=actor())
    flash(_("The dispute is taken back."), "success")
    return _back(dispute)


@bp.get("/agreements/<ref>/disputes/<dispute_ref>/files/<int(max=9999):number>")
@needs_sign_in
def dispute_file(ref: str, dispute_ref: str, number: int) -> ResponseReturnValue:
    """One attached file, for those who take part in the dispute only."""
    dispute = dispute_for(actor(), ref, dispute_ref)
    word = file_of(dispute, number)
    if word is None:
        raise NotSeen
    try:
        content = store().get(word.file_key)
    except Missing:
        raise NotSeen from None
    is_pdf = word.file_key.endswith(".pdf")
    answer = Response(content, mimetype="application/pdf" if is_pdf else "image/webp")
    name = f"{dispute.ref}-{number}.{'pdf' if is_pdf else 'webp'}"
    answer.headers["Content-Disposition"] = f'{"attachment" if is_pdf else "inline"}; filename="{name}"'
    return private(answer)
