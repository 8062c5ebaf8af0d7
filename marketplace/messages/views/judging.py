"""Reporting a message, and the operator's page of what was reported."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.messages import bp, policies, queries, services
from marketplace.messages.forms import ReportForm
from marketplace.messages.states import ReportReason
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private

MOST_HIDDEN = 20


@bp.get("/messages/<ref>/<int(max=999999):number>/report")
@needs_sign_in
def write_report(ref: str, number: int) -> ResponseReturnValue:
    """What is wrong with a message?"""
    message = policies.message_for(actor(), ref, number, Permission.MESSAGE_REPORT)
    shown = render_template("messages/report.html", message=message, form=ReportForm.shown())
    return private(make_response(shown))


@bp.post("/messages/<ref>/<int(max=999999):number>/report")
@needs_sign_in
@answers(write_report)
def report(ref: str, number: int) -> ResponseReturnValue:
    """Have the operator look at it."""
    message = policies.message_for(actor(), ref, number, Permission.MESSAGE_REPORT)
    form = ReportForm.checked()
    with writing():
        services.report(message, reason=ReportReason(form.reason.data), note=form.note.data or "", by=actor())
    flash(_("Thank you. The operator will look at this message."), "success")
    return redirect(url_for(".show", ref=ref, _anchor=f"m{number}"), code=303)


@bp.get("/operator/messages")
def reported() -> ResponseReturnValue:
    """What people reported, and what was hidden lately."""
    policies.require_moderator(actor())
    page = page_of(queries.open_reports(), per_page=20)
    hidden = queries.hidden_messages(most=MOST_HIDDEN)
    reports = queries.reports_on(page.items)
    shown = render_template("messages/reported.html", page=page, reports=reports, hidden=hidden)
    return private(make_response(shown))


def _reported(ref: str, number: int) -> ResponseReturnValue:
    return reported()


@bp.post("/operator/messages/<ref>/<int(max=999999):number>/hiding")
@answers(_reported)
def hide(ref: str, number: int) -> ResponseReturnValue:
    """Nobody reads it any more."""
    message = policies.judged_message(actor(), ref, number)
    with writing():
        services.hide(message, by=actor())
    flash(_("The message is hidden; whoever wrote it is told."), "success")
    return redirect(url_for(".reported"), code=303)


@bp.post("/operator/messages/<ref>/<int(max=999999):number>/return")
@answers(_reported)
def show_again(ref: str, number: int) -> ResponseReturnValue:
    """It was hidden by mistake."""
    message = policies.judged_message(actor(), ref, number)
    with writing():
        services.show_again(message, by=actor())
    flash(_("The message can be read again."), "success")
    return redirect(url_for(".reported"), code=303)


@bp.post("/operator/messages/<ref>/<int(max=999999):number>/dismissal")
@answers(_reported)
def dismiss(ref: str, number: int) -> ResponseReturnValue:
    """Nothing is wrong with it."""
    message = policies.judged_message(actor(), ref, number)
    with writing():
        services.dismiss(message, by=actor())
    flash(_("The message stays; the report is closed."), "success")
    return redirect(url_for(".reported"), code=303)
