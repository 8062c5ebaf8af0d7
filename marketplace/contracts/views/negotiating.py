"""Sending a version and answering one; one version to read, and what changed between two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.agreements import (
    MOST_WORDS,
    AcceptForm,
    ChangeForm,
    RefuseForm,
    SendForm,
    WithdrawForm,
)
from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.policies.versions import version_of
from marketplace.contracts.queries import versions
from marketplace.contracts.services import agreements as services
from marketplace.contracts.services import documents, objecting
from marketplace.contracts.states.agreements import AgreementAction, AgreementState, ReopenReason
from marketplace.contracts.terms import describing, differing, noting
from marketplace.contracts.views.agreements import for_sides, head_of, show
from marketplace.contracts.views.drafting import draft
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Refused
from marketplace.web.requests import actor, answers, private, query_number


@bp.post("/agreements/<ref>/sending")
@answers(draft)
def send(ref: str) -> ResponseReturnValue:
    """Send my draft: the first version, or a counter-proposal."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = SendForm.checked()
    comment = _with_notes(agreement, form.comment.data or "")
    _refuse_unprintable(agreement)
    with writing():
        if agreement.state is AgreementState.NEGOTIATING:
            services.counter(agreement, comment, by=actor())
        else:
            services.send(agreement, by=actor(), comment=comment)
    flash(_("Sent. %(who)s has been told and answers next.", who=_across(agreement)), "success")
    return redirect(url_for(".show", ref=ref), code=303)


def _refuse_unprintable(agreement: Agreement) -> None:
    """What is sent will be printed: a sign without letters is named before the other side has to read it."""
    side = side_of(actor(), agreement)
    text = versions.draft_of(agreement, side) if side else None
    if text is not None:
        documents.require_letters(text.terms)


def _with_notes(agreement: Agreement, comment: str) -> str:
    """What is said to the whole, then to each line and clause that differs from the version on the table."""
    side = side_of(actor(), agreement)
    text = versions.draft_of(agreement, side) if side else None
    found = versions.changes_since_base(agreement, text.terms) if text else None
    if not found:
        return comment
    whole = noting.with_notes(comment, found, request.form)
    if len(whole) > MOST_WORDS:
        sentence = _("Your words and notes are too long together: at most %(most)s characters.", most=MOST_WORDS)
        raise Refused(sentence, field="comment")
    return whole


def _across(agreement: Any) -> str:
    side = side_of(actor(), agreement)
    return str(agreement.organisation_of(side.other).name) if side else ""


@bp.get("/agreements/<ref>/versions/<int:number>")
@needs_sign_in
def version(ref: str, number: int) -> ResponseReturnValue:
    """One version in full, with its fingerprint; whoever may accept it does so here."""
    agreement = agreement_for(actor(), ref)
    shown = version_of(actor(), agreement, number)
    head = head_of(agreement)
    page = {"version": shown, "text": describing.described(shown.terms), "rows": versions.versions_of(agreement)}
    open_now = number == agreement.last_version and AgreementAction.ACCEPT in head["standing"].acts
    page["accept"] = AcceptForm.shown(sha256=shown.sha256) if open_now else None
    return private(make_response(render_template("contracts/version.html", **page, **head)))


@bp.get("/agreements/<ref>/changes")
@needs_sign_in
def changes(ref: str) -> ResponseReturnValue:
    """What changed between two versions: numbers in a table, clauses word by word."""
    agreement = for_sides(ref)
    new = query_number("to", least=1) or agreement.last_version
    old = query_number("from", least=1) or max(1, new - 1)
    before, after = version_of(actor(), agreement, old), version_of(actor(), agreement, new)
    page = {"before": before, "after": after, "rows": versions.versions_of(agreement)}
    page |= {"found": differing.changes(before.terms, after.terms), "say": describing.said}
    return private(make_response(render_template("contracts/compare.html", **page, **head_of(agreement))))


@bp.post("/agreements/<ref>/acceptance")
@answers(show)
def accept(ref: str) -> ResponseReturnValue:
    """Accept exactly the text that was read."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = AcceptForm.checked()
    with writing():
        services.accept(agreement, form.sha256.data or "", by=actor())
    flash(_("Both sides have accepted the same text."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/agreements/<ref>/refusal")
@answers(show)
def refuse(ref: str) -> ResponseReturnValue:
    """Want no such paper."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    _end(agreement, RefuseForm.checked(), services.refuse)
    flash(_("%(ref)s is refused; the other side has been told.", ref=ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/agreements/<ref>/withdrawal")
@answers(show)
def withdraw(ref: str) -> ResponseReturnValue:
    """Take one's own paper back."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    _end(agreement, WithdrawForm.checked(), services.withdraw)
    flash(_("%(ref)s is taken back.", ref=ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)


def _end(agreement: Agreement, form: RefuseForm | WithdrawForm, verb: Callable[[Agreement, Actor, str], None]) -> None:
    """End it by that verb, or because a department objects."""
    words = form.words.data or ""
    with writing():
        if form.objected.data:
            objecting.give_up(agreement, words, actor())
        else:
            verb(agreement, actor(), words)


@bp.post("/agreements/<ref>/change-request")
@answers(show)
def ask_for_changes(ref: str) -> ResponseReturnValue:
    """Bring an issued paper back to the table."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = ChangeForm.checked()
    with writing():
        services.ask_for_changes(agreement, ReopenReason(form.reason.data), form.words.data or "", by=actor())
    flash(_("The issued paper is void. Propose the new text, or wait for the other side's."), "success")
    return redirect(url_for(".show", ref=ref), code=303)
