"""Another e-mail address: asked for on my page, confirmed from the new address, refused or undone from the old one."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, services, signing_in
from marketplace.accounts.forms import EmailForm
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.views.me import me, myself
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.web.requests import answers, private


@bp.post("/me/email")
@needs_sign_in
@answers(me)
def change_email() -> ResponseReturnValue:
    """Ask for another address; it counts once its mailbox has confirmed it."""
    person = myself()
    form = EmailForm.checked()
    signing_in.change_email(person, form.secret.data, form.email.data, address=request.remote_addr or "")
    flash(_("We have sent a letter to %(email)s. Its link confirms the new address.", email=form.email.data), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.get("/email/confirmed/<token>")
def confirming_email(token: str) -> ResponseReturnValue:
    """The new address's link: one button, as mail programs open links by themselves."""
    change = services.change_to_confirm(token)
    return _page(token, change, "accounts/confirm_email.html") if change else _gone()


@bp.post("/email/confirmed/<token>")
@answers(confirming_email)
def confirm_email(token: str) -> ResponseReturnValue:
    """The new address counts from now on."""
    change = services.change_to_confirm(token)
    if change is None:
        return _gone()
    with writing():
        services.confirm_email(change)
    flash(_("Your new e-mail address counts from now on."), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.get("/email/refused/<token>")
def refusing_email(token: str) -> ResponseReturnValue:
    """The old address's link: one button."""
    change = services.change_to_refuse(token)
    return _page(token, change, "accounts/refuse_email.html") if change else _gone()


@bp.post("/email/refused/<token>")
@answers(refusing_email)
def refuse_email(token: str) -> ResponseReturnValue:
    """The old address stays, or comes back and locks out whoever took it away."""
    change = services.change_to_refuse(token)
    if change is None:
        return _gone()
    with writing():
        undone = services.refuse_email(change)
    if undone:
        flash(_("Your address is as it was, and all devices are signed out. Now choose a new password."), "success")
        return redirect(url_for("accounts.forgotten"), code=303)
    flash(_("Your address stays as it is. If you did not ask for this, change your password now."), "success")
    return redirect(url_for("accounts.me"), code=303)


def _page(token: str, change: object, template: str) -> ResponseReturnValue:
    return private(make_response(render_template(template, token=token, change=change)))


def _gone() -> ResponseReturnValue:
    flash(_("This link is no longer valid."), "warning")
    return redirect(url_for("accounts.me"), code=303)
