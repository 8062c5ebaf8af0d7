"""Proving a phone by a code; opening an account and choosing a new password by one."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import NewPasswordByCodeForm, PhoneCodeForm, PhoneForm
from marketplace.accounts.services.phones import WRONG, Purpose
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import JOINING
from marketplace.accounts.views.me import myself
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import Refused
from marketplace.web.forms import phone_number
from marketplace.web.mailbox import bp as mailbox
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import limiter, settings

TO_PROVE = "phone_to_prove"
JOINING_BY = "joining_by_phone"
OFF = _l("This marketplace sends no SMS for now, so a phone stays a way to call you.")


def _page(template: str, **known: Any) -> ResponseReturnValue:
    mailbox_open = settings().sms_url == "mailbox:" and allows(actor(), Permission.MAILBOX_READ, mailbox)
    return private(make_response(render_template(f"accounts/{template}", mailbox_open=mailbox_open, **known)))


# --- my own number ---


@bp.get("/me/phone")
@needs_sign_in
def my_phone() -> ResponseReturnValue:
    """Which number lets me in, and proving another."""
    person = myself()
    proven, form = queries.proven_phone(person), PhoneForm.shown(phone=person.phone or "")
    return _page("phone.html", person=person, proven=proven, form=form, sms_on=bool(settings().sms_url))


@bp.post("/me/phone")
@needs_sign_in
@limiter.limit("60/hour")
@answers(my_phone)
def send_phone_code() -> ResponseReturnValue:
    """Send a code to a number, whoever has it."""
    person, phone = myself(), PhoneForm.checked().phone.data
    _ask(Purpose.PROVE, phone, who=person.ref)
    session[TO_PROVE] = phone
    return redirect(url_for("accounts.phone_code"), code=303)


def _ask(purpose: Purpose, phone: str, *, who: str = "") -> None:
    if not settings().sms_url:
        raise Refused(OFF)
    with writing():
        services.phones.ask_for_code(purpose, phone, locale=i18n.locale(), who=who)


@bp.get("/me/phone/code")
@needs_sign_in
def phone_code() -> ResponseReturnValue:
    """Typing the code."""
    return _page("phone_code.html", form=PhoneCodeForm.shown(), phone=session.get(TO_PROVE, ""))


@bp.post("/me/phone/code")
@needs_sign_in
@answers(phone_code)
def prove_phone() -> ResponseReturnValue:
    """The number is mine."""
    person, code, phone = myself(), PhoneCodeForm.checked().code.data, str(session.get(TO_PROVE, ""))
    if not phone:
        return _ask_first("accounts.my_phone")
    with writing():
        fits = services.phones.takes(Purpose.PROVE, phone, code, who=person.ref)
        if fits:
            services.phones.prove(person, phone, by=actor())
    if not fits:
        raise Refused(WRONG, field="code")
    session.pop(TO_PROVE, None)
    flash(_("Your number is proven. You may sign in with it from now on."), "success")
    return redirect(url_for("accounts.my_phone"), code=303)


@bp.post("/me/phone/removal")
@needs_sign_in
@answers(my_phone)
def give_up_phone() -> ResponseReturnValue:
    """The number lets me in no longer."""
    person = myself()
    with writing():
        services.phones.give_up(person, by=actor())
    flash(_("The number lets nobody in any more."), "success")
    return redirect(url_for("accounts.my_phone"), code=303)


def _ask_first(page: str) -> ResponseReturnValue:
    flash(_("Please ask for a code first."), "warning")
    return redirect(url_for(page), code=303)


# --- an account without e-mail ---


def begin_by_phone(name: str, phone: str, wants: str) -> ResponseReturnValue:
    """Send the code that opens an account; the answer is the same where the number has one already."""
    _ask(Purpose.JOIN, phone)
    session[JOINING_BY] = {"name": name, "phone": phone, "wants": wants}
    return redirect(url_for("accounts.join_by_phone"), code=303)


@bp.get("/sign-up/code")
def join_by_phone() -> ResponseReturnValue:
    """The code, and the first password."""
    phone = (session.get(JOINING_BY) or {}).get("phone", "")
    return _page("code_and_password.html", form=NewPasswordByCodeForm.shown(), phone=phone, is_new=True)


@bp.post("/sign-up/code")
@answers(join_by_phone)
def create_by_phone() -> ResponseReturnValue:
    """Open the account and come in."""
    form, known = NewPasswordByCodeForm.checked(), session.get(JOINING_BY)
    if not known:
        return _ask_first("accounts.sign_up")
    terms = settings().terms_version
    signing_in.join_by_phone(known["name"], known["phone"], form.code.data, form.password.data, terms=terms)
    flash(_("Welcome! Your account is open."), "success")
    if known["wants"] in set(JOINING):
        return redirect(url_for("accounts.new_organisation", kind=known["wants"]), code=303)
    return redirect(url_for("storefronts.home"), code=303)


# --- a forgotten password ---


def reset_by_phone_of(login: str) -> str:
    """The number to which a code may go, where somebody typed one and SMS is on."""
    phone = phone_number(login) if settings().sms_url else None
    return phone or ""


@bp.get("/forgotten-password/code")
def reset_code() -> ResponseReturnValue:
    """The code, and the new password."""
    phone = reset_by_phone_of(str(session.get("forgotten", "")))
    return _page("code_and_password.html", form=NewPasswordByCodeForm.shown(), phone=phone, is_new=False)


@bp.post("/forgotten-password/code")
@limiter.limit("200/hour")
@answers(reset_code)
def reset_by_code() -> ResponseReturnValue:
    """Set the new password; nobody is signed in by it."""
    form, phone = NewPasswordByCodeForm.checked(), reset_by_phone_of(str(session.get("forgotten", "")))
    if not phone:
        return _ask_first("accounts.forgotten")
    signing_in.reset_by_phone(phone, form.code.data, form.password.data, address=request.remote_addr or "")
    flash(_("Your new password is set. Please sign in with it."), "success")
    return redirect(url_for("accounts.me"), code=303)
