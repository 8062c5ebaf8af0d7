"""Asking for an account, and opening it from the letter."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, services, signing_in
from marketplace.accounts.forms import WANTS, JoinForm, SignUpForm
from marketplace.accounts.states import JOINING
from marketplace.accounts.views.phones import begin_by_phone
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.web.mailbox import bp as mailbox
from marketplace.web.requests import actor, answers, private, query_text
from marketplace.web.security import limiter, settings


@bp.get("/sign-up")
def sign_up() -> ResponseReturnValue:
    """Asking for an account."""
    wanted = query_text("as", most=20)
    form = SignUpForm.shown(wants=wanted if wanted in dict(WANTS) else WANTS[0][0])
    return private(make_response(render_template("accounts/sign_up.html", form=form, sms_on=bool(settings().sms_url))))


@bp.post("/sign-up")
@limiter.limit("200/hour")
@answers(sign_up)
def ask_to_join() -> ResponseReturnValue:
    """The same answer whether there is an account with this address or not: only a letter tells."""
    form = SignUpForm.checked()
    if not form.email.data:
        return _by_phone(form)
    invitation = services.Invitation(
        name=form.name.data,
        email=form.email.data,
        phone=form.phone.data or None,
        locale=i18n.locale(),
        terms=settings().terms_version,
        wants=form.wants.data or "",
    )
    with writing():
        services.ask_to_join(invitation, link=url_for("accounts.join", token=services.token_of(invitation)))
    session["joining"] = invitation.email
    return redirect(url_for("accounts.asked"), code=303)


def _by_phone(form: SignUpForm) -> ResponseReturnValue:
    if not (settings().sms_url and form.phone.data):
        form.refuse("email", _contact_asked())
    return begin_by_phone(form.name.data, form.phone.data, form.wants.data or "")


def _contact_asked() -> str:
    if settings().sms_url:
        return _("Please give an e-mail address or a phone number, so that we can reach you.")
    return _("Please fill this in.")


@bp.get("/sign-up/sent")
def asked() -> ResponseReturnValue:
    """What comes next: a letter."""
    mailbox_open = allows(actor(), Permission.MAILBOX_READ, mailbox)
    page = render_template("accounts/asked.html", email=session.get("joining", ""), mailbox_open=mailbox_open)
    return private(make_response(page))


@bp.get("/sign-up/<token>")
def join(token: str) -> ResponseReturnValue:
    """The letter's link: choose a password."""
    invitation = services.invitation_of(token)
    if invitation is None:
        return _ask_again()
    page = render_template("accounts/join.html", form=JoinForm.shown(), invitation=invitation, token=token)
    return private(make_response(page))


@bp.post("/sign-up/<token>")
@answers(join)
def create_account(token: str) -> ResponseReturnValue:
    """Open the account and come in."""
    invitation = services.invitation_of(token)
    if invitation is None:
        return _ask_again()
    form = JoinForm.checked()
    signing_in.join(invitation, form.password.data)
    flash(_("Welcome! Your account is open."), "success")
    if invitation.wants in set(JOINING):
        return redirect(url_for("accounts.new_organisation", kind=invitation.wants), code=303)
    return redirect(url_for("storefronts.home"), code=303)


def _ask_again() -> ResponseReturnValue:
    flash(_("This link is no longer valid. Please ask for a new one here."), "warning")
    return redirect(url_for("accounts.sign_up"), code=303)
