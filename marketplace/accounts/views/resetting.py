"""A forgotten password: asking for a letter, and choosing a new one from its link."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, services, signing_in
from marketplace.accounts.forms import ForgottenForm, JoinForm
from marketplace.accounts.views.phones import reset_by_phone_of
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.web.mailbox import bp as mailbox
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import limiter


@bp.get("/forgotten-password")
def forgotten() -> ResponseReturnValue:
    """Asking for a letter."""
    return private(make_response(render_template("accounts/forgotten.html", form=ForgottenForm.shown())))


@bp.post("/forgotten-password")
@limiter.limit("200/hour")
@answers(forgotten)
def ask_for_reset() -> ResponseReturnValue:
    """The same answer and the same work whether there is an account or not: only a letter tells."""
    login = ForgottenForm.checked().login.data
    with writing():
        services.ask_for_reset(login, address=request.remote_addr or "")
        phone = reset_by_phone_of(login)
        if phone:
            services.phones.ask_for_code(services.phones.Purpose.RESET, phone, locale=i18n.locale())
    session["forgotten"] = login
    if phone:
        return redirect(url_for("accounts.reset_code"), code=303)
    return redirect(url_for("accounts.reset_sent"), code=303)


@bp.get("/forgotten-password/sent")
def reset_sent() -> ResponseReturnValue:
    """What comes next: a letter, if there is an account."""
    mailbox_open = allows(actor(), Permission.MAILBOX_READ, mailbox)
    page = render_template("accounts/reset_sent.html", login=session.get("forgotten", ""), mailbox_open=mailbox_open)
    return private(make_response(page))


@bp.get("/new-password/<token>")
def new_password(token: str) -> ResponseReturnValue:
    """The letter's link: choose a new password."""
    person = services.person_of_reset(token)
    if person is None:
        return _ask_again()
    page = render_template("accounts/new_password.html", form=JoinForm.shown(), person=person, token=token)
    return private(make_response(page))


@bp.post("/new-password/<token>")
@answers(new_password)
def reset_password(token: str) -> ResponseReturnValue:
    """Set the new password; nobody is signed in by it."""
    person = services.person_of_reset(token)
    if person is None:
        return _ask_again()
    form = JoinForm.checked()
    signing_in.reset_password(person, token, form.password.data, address=request.remote_addr or "")
    flash(_("Your new password is set. Please sign in with it."), "success")
    return redirect(url_for("accounts.me"), code=303)


def _ask_again() -> ResponseReturnValue:
    flash(_("This link is no longer valid. Please ask for a new one here."), "warning")
    return redirect(url_for("accounts.forgotten"), code=303)
