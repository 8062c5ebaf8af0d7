"""Signing in, up and out; my page; what I was told."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import (
    DetailsForm,
    JoinForm,
    OrganisationForm,
    PasswordForm,
    SignInForm,
    SignUpForm,
)
from marketplace.accounts.models import Person
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import KIND_WORDS, ROLE_WORDS
from marketplace.core import i18n
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.letters import letter_of
from marketplace.core.permissions import Permission, allows, reach
from marketplace.web.mailbox import bp as mailbox
from marketplace.web.paging import page_of
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, private, query_text, safe_next
from marketplace.web.security import LANGUAGE_COOKIE, limiter, settings

# --- signing in and out ---


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The way in, and back to the page one came from."""
    form = SignInForm.shown(next=query_text("next", most=500))
    return private(make_response(render_template("accounts/sign_in.html", form=form)))


@bp.post("/sign-in")
@answers(sign_in)
def begin_session() -> ResponseReturnValue:
    """Come in."""
    form = SignInForm.checked()
    address = request.remote_addr or ""
    person = signing_in.sign_in(form.email.data, form.password.data, address=address, keep=form.keep.data)
    if LANGUAGE_COOKIE not in request.cookies:
        g.language_to_keep = person.locale
    return redirect(safe_next(form.next.data or _first_page(person)), code=303)


def _first_page(person: Person) -> str | None:
    """Whoever works for a producer begins with what waits for her."""
    chosen = signing_in.current_organisation(person)
    return url_for("storefronts.desk") if chosen and chosen.kind is OrganisationKind.PRODUCER else None


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave, and leave nothing behind in this browser."""
    signing_in.end()
    flash(_("You are signed out."), "success")
    return redirect(url_for("storefronts.home"), code=303)


# --- signing up ---


@bp.get("/sign-up")
def sign_up() -> ResponseReturnValue:
    """Asking for an account."""
    return private(make_response(render_template("accounts/sign_up.html", form=SignUpForm.shown())))


@bp.post("/sign-up")
@limiter.limit("200/hour")
@answers(sign_up)
def ask_to_join() -> ResponseReturnValue:
    """The same answer whether there is an account with this address or not: only a letter tells."""
    form = SignUpForm.checked()
    invitation = services.Invitation(
        name=form.name.data,
        email=form.email.data,
        phone=form.phone.data or None,
        locale=i18n.locale(),
        terms=settings().terms_version,
    )
    with writing():
        services.ask_to_join(invitation, link=url_for("accounts.join", token=services.token_of(invitation)))
    session["joining"] = invitation.email
    return redirect(url_for("accounts.asked"), code=303)


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
    return redirect(url_for("storefronts.home"), code=303)


def _ask_again() -> ResponseReturnValue:
    flash(_("This link is no longer valid. Please ask for a new one here."), "warning")
    return redirect(url_for("accounts.sign_up"), code=303)


# --- my page ---


def _me() -> Person:
    return reach(actor(), queries.person_by_ref(actor().ref), Permission.ACCOUNT_EDIT)


@bp.get("/me")
@needs_sign_in
def me() -> ResponseReturnValue:
    """Who I am here, for whom I act, and my password."""
    person = _me()
    page = render_template(
        "accounts/me.html",
        person=person,
        memberships=queries.memberships_of(person),
        kind_words=KIND_WORDS,
        role_words=ROLE_WORDS,
        details=DetailsForm.shown(name=person.name, phone=person.phone or "", locale=person.locale),
        password=PasswordForm.shown(),
        unread=queries.unread_notices(actor()),
        panels=panels(Slot.ME, actor(), [person.ref])[person.ref],
    )
    return private(make_response(page))


@bp.post("/me")
@needs_sign_in
@answers(me)
def save_details() -> ResponseReturnValue:
    """Change my name, my phone or my language."""
    person = _me()
    form = DetailsForm.checked()
    with writing():
        services.edit(person, name=form.name.data, phone=form.phone.data or None, locale=form.locale.data, by=actor())
    g.language_to_keep = form.locale.data
    with i18n.speaking(form.locale.data):
        flash(_("Your details are saved."), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.post("/me/password")
@needs_sign_in
@answers(me)
def change_password() -> ResponseReturnValue:
    """Change my password, which ends every other session of mine."""
    person = _me()
    form = PasswordForm.checked()
    signing_in.change_password(person, form.current.data, form.password.data, address=request.remote_addr or "")
    flash(_("Your password is changed. On other devices you have to sign in again."), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.post("/me/organisation")
@needs_sign_in
@answers(me)
def choose_organisation() -> ResponseReturnValue:
    """Act for another organisation of mine, or as myself."""
    signing_in.choose_organisation(OrganisationForm.checked().organisation.data or signing_in.PRIVATE)
    name = actor().organisation_name
    flash(_("You now act for %(name)s.", name=name) if name else _("You now act for yourself."), "success")
    return redirect(url_for("accounts.me"), code=303)


# --- notices ---


@bp.get("/me/notices")
@needs_sign_in
def notices() -> ResponseReturnValue:
    """What I and my organisation were told, the newest first."""
    page = page_of(queries.notices_of(actor()), per_page=20)
    letters = [(notice, letter_of(notice, i18n.locale())) for notice in page.items]
    unread = queries.unread_notices(actor())
    shown = render_template("accounts/notices.html", page=page, letters=letters, unread=unread)
    return private(make_response(shown))


@bp.post("/me/notices")
@needs_sign_in
def read_notices() -> ResponseReturnValue:
    """All of it is read."""
    with writing():
        services.mark_notices_read(actor())
    return redirect(url_for("accounts.notices"), code=303)
