"""My second step: setting up an app, recovery codes, taking it away."""

from __future__ import annotations

import io

import segno
from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import CodeForm, ProofForm
from marketplace.accounts.models import Person, SecondFactor
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.views.me import myself
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import NotSeen, Refused
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import settings

SHARED = "@demo.example"


def _is_shared(person: Person) -> bool:
    """An account of the demo belongs to everyone who tries it: nobody may lock the others out."""
    return settings().demo and (person.email or "").endswith(SHARED)


@bp.get("/me/second-factor")
@needs_sign_in
def second_factor() -> ResponseReturnValue:
    """Whether I have one, why it is good, and what can be done about it."""
    person = myself()
    page = render_template(
        "accounts/second_factor.html",
        is_on=queries.has_second_factor(person),
        left=queries.unused_recovery_codes(person),
        is_needed=signing_in.lacks_second_factor(person),
        is_shared=_is_shared(person),
        form=ProofForm.shown(),
    )
    return private(make_response(page))


def _proven() -> Person:
    """Myself, who has typed the password of now."""
    person = myself()
    if _is_shared(person):
        raise Refused(_l("The demo's accounts are shared, so their second step stays off."))
    signing_in.prove(person, ProofForm.checked().current.data, address=request.remote_addr or "")
    return person


@bp.post("/me/second-factor")
@needs_sign_in
@answers(second_factor)
def begin_second_factor() -> ResponseReturnValue:
    """Begin to set up an app."""
    person = _proven()
    with writing():
        services.second_factor.prepare(person, by=actor())
    return redirect(url_for("accounts.set_up_second_factor"), code=303)


def _begun(person: Person) -> SecondFactor:
    factor = queries.factor_of(person)
    if factor is None or factor.confirmed_at is not None:
        raise NotSeen
    return factor


@bp.get("/me/second-factor/set-up")
@needs_sign_in
def set_up_second_factor() -> ResponseReturnValue:
    """The secret as a picture and in letters, and the field for a first code."""
    person = myself()
    secret = services.second_factor.secret_of(person, _begun(person))
    page = render_template("accounts/set_up_second_factor.html", form=CodeForm.shown(), secret=secret)
    return private(make_response(page))


@bp.post("/me/second-factor/set-up")
@needs_sign_in
@answers(set_up_second_factor)
def confirm_second_factor() -> ResponseReturnValue:
    """The app works: the recovery codes are shown, this once."""
    person = myself()
    _begun(person)
    code = CodeForm.checked().code.data
    codes = signing_in.confirm_second_factor(person, code, address=request.remote_addr or "")
    return private(make_response(render_template("accounts/recovery_codes.html", codes=codes)))


@bp.get("/me/second-factor/qr.svg")
@needs_sign_in
def second_factor_qr() -> ResponseReturnValue:
    """The secret as a picture for the app's camera."""
    person, out = myself(), io.BytesIO()
    address = services.second_factor.address_of(person, _begun(person))
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=6, border=4, light="#fff", xmldecl=False)
    response = make_response(out.getvalue())
    response.mimetype = "image/svg+xml"
    return private(response)


@bp.post("/me/second-factor/recovery-codes")
@needs_sign_in
@answers(second_factor)
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown this once."""
    person = _proven()
    with writing():
        codes = services.second_factor.renew_codes(person, by=actor())
    return private(make_response(render_template("accounts/recovery_codes.html", codes=codes)))


@bp.post("/me/second-factor/removal")
@needs_sign_in
@answers(second_factor)
def drop_second_factor() -> ResponseReturnValue:
    """Take it away."""
    person = _proven()
    with writing():
        services.second_factor.drop(person, by=actor())
    flash(_("The second step is off."), "success")
    return redirect(url_for("accounts.second_factor"), code=303)
