"""Signing in and out."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, signing_in
from marketplace.accounts.forms import CodeForm, SignInForm
from marketplace.accounts.models import Person
from marketplace.core.actors import OrganisationKind
from marketplace.core.i18n import gettext as _
from marketplace.web.requests import answers, private, query_text, safe_next
from marketplace.web.security import LANGUAGE_COOKIE

FIRST_PAGES = {
    OrganisationKind.PRODUCER: "storefronts.desk",
    OrganisationKind.OPERATOR: "accounts.operator",
    OrganisationKind.DEPARTMENT: "accounts.me",
}


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
    if person is None:
        return redirect(url_for("accounts.ask_code", next=form.next.data or None), code=303)
    return _inside(person, form.next.data)


def _inside(person: Person, wanted: str) -> ResponseReturnValue:
    """Where one goes on: somebody who needs a second factor first sets it up."""
    if LANGUAGE_COOKIE not in request.cookies:
        g.language_to_keep = person.locale
    if signing_in.lacks_second_factor(person):
        return redirect(url_for("accounts.second_factor"), code=303)
    return redirect(safe_next(wanted or _first_page(person)), code=303)


@bp.get("/second-step")
def ask_code() -> ResponseReturnValue:
    """The second step: a code."""
    page = render_template("accounts/code.html", form=CodeForm.shown(), next=query_text("next", most=500))
    return private(make_response(page))


@bp.post("/second-step")
@answers(ask_code)
def show_code() -> ResponseReturnValue:
    """Come in by a code of the app, or by a recovery code."""
    form, person = CodeForm.checked(), signing_in.half_in()
    if person is None:
        flash(_("Please sign in first; a code is asked for afterwards, within ten minutes."), "warning")
        return redirect(url_for("accounts.me"), code=303)
    signing_in.show_code(person, form.code.data, address=request.remote_addr or "")
    return _inside(person, query_text("next", most=500))


def _first_page(person: Person) -> str | None:
    """Whoever works here begins with what waits for her."""
    chosen = signing_in.current_organisation(person)
    return url_for(FIRST_PAGES[chosen.kind]) if chosen and chosen.kind in FIRST_PAGES else None


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave, and leave nothing behind in this browser."""
    signing_in.end()
    flash(_("You are signed out."), "success")
    return redirect(url_for("storefronts.home"), code=303)
