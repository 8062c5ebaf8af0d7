"""My page: who I am here, for whom I act, and my password."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import ActingForm, DetailsForm, EmailForm, PasswordForm
from marketplace.accounts.models import Person
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import KIND_WORDS, ROLE_WORDS
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, reach
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, private


def myself() -> Person:
    return reach(actor(), queries.person_by_ref(actor().ref), Permission.ACCOUNT_EDIT)


def _forms(person: Person) -> dict[str, Any]:
    return {
        "details": DetailsForm.shown(name=person.name, phone=person.phone or "", locale=person.locale),
        "password": PasswordForm.shown(),
        "email": EmailForm.shown(),
    }


def _known_of(person: Person) -> dict[str, Any]:
    herself = signing_in.current_person() or person
    return {
        "memberships": queries.memberships_of(person),
        "kind_words": KIND_WORDS,
        "role_words": ROLE_WORDS,
        "devices": queries.sign_ins_of(person),
        "lacks_second_factor": signing_in.lacks_second_factor(herself),
        "may_act_for": {one.ref for one in signing_in.organisations_of(herself)},
        "this_device": signing_in.current_key(),
        "unread": queries.unread_notices(actor()),
        "panels": panels(Slot.ME, actor(), [person.ref])[person.ref],
        "doors": panels(Slot.ME_DOORS, actor(), [person.ref])[person.ref],
    }


@bp.get("/me")
@needs_sign_in
def me() -> ResponseReturnValue:
    """Who I am here, for whom I act, and my password."""
    person = myself()
    page = render_template("accounts/me.html", person=person, **_forms(person), **_known_of(person))
    return private(make_response(page))


@bp.post("/me")
@needs_sign_in
@answers(me)
def save_details() -> ResponseReturnValue:
    """Change my name, my phone or my language."""
    person = myself()
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
    person = myself()
    form = PasswordForm.checked()
    signing_in.change_password(person, form.current.data, form.password.data, address=request.remote_addr or "")
    flash(_("Your password is changed. On other devices you have to sign in again."), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.post("/me/organisation")
@needs_sign_in
@answers(me)
def choose_organisation() -> ResponseReturnValue:
    """Act for another organisation of mine, or as myself."""
    signing_in.choose_organisation(ActingForm.checked().organisation.data or signing_in.PRIVATE)
    name = actor().organisation_name
    flash(_("You now act for %(name)s.", name=name) if name else _("You now act for yourself."), "success")
    return redirect(url_for("accounts.me"), code=303)
