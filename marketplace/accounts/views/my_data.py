"""What the marketplace knows of me: a file of it, and being forgotten."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import ErasureForm, ProofForm
from marketplace.accounts.models import DataExport, Erasure, Person
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.views.me import myself
from marketplace.accounts.views.second_factor import SHARED
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind
from marketplace.core.database import writing
from marketplace.core.files import Missing, store
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import hindrances
from marketplace.core.refs import token_digest
from marketplace.core.refusals import NotSeen, Refused
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import settings


def _own_account() -> Person:
    """Myself; the demo's accounts belong to everyone who tries it."""
    person = myself()
    if settings().demo and (person.email or "").endswith(SHARED):
        raise Refused(_l("The demo's accounts are shared, so this is not done with them. Open an account of your own."))
    return person


# --- a file of everything ---


@bp.get("/me/data")
@needs_sign_in
def my_data() -> ResponseReturnValue:
    """What I may ask for, and the files that are ready."""
    return _my_data()


def _my_data(tried: str = "") -> ResponseReturnValue:
    person, kept_for = myself(), services.export.KEPT_FOR
    files = queries.exports_of(person, clock.now() - kept_for)
    words = {"files": files, "kept_for": kept_for, "form": ProofForm.shown(), "tried": tried}
    return private(make_response(render_template("accounts/my_data.html", **words)))


@bp.post("/me/data")
@needs_sign_in
@answers(my_data)
def ask_for_export() -> ResponseReturnValue:
    """Have the file made."""
    person = _own_account()
    with writing():
        services.export.ask_for_export(person, by=actor())
    flash(_("Your file is being made. A notice tells you when it is ready."), "success")
    return redirect(url_for("accounts.my_data"), code=303)


def _own_export(ref: str) -> DataExport:
    found = queries.export_by_ref(ref)
    if found is None or found.person_id != actor().person_id:
        raise NotSeen
    return found


def _my_data_of(ref: str) -> ResponseReturnValue:
    _own_export(ref)
    return _my_data(tried=ref)


@bp.post("/me/data/<ref>")
@needs_sign_in
@answers(_my_data_of)
def fetch_export(ref: str) -> ResponseReturnValue:
    """The file itself, for whoever types her password again."""
    export, person = _own_export(ref), _own_account()
    signing_in.prove(person, ProofForm.checked().current.data, address=request.remote_addr or "")
    with writing():
        key = services.export.fetch(export, by=actor())
    try:
        response = make_response(store().get(key))
    except Missing:
        raise NotSeen from None
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="cho-ocop-{person.ref}.zip"'
    return private(response)


# --- being forgotten ---


@bp.get("/me/erasure")
@needs_sign_in
def erasure() -> ResponseReturnValue:
    """What goes, what stays and why, what stands in the way."""
    person = myself()
    page = render_template(
        "accounts/erasure.html",
        wish=queries.erasure_of(person),
        hindrances=hindrances(services.export.subject_of(person)),
        asks_code=queries.has_second_factor(person),
        keep_years=settings().keep_orders_years,
        form=ErasureForm.shown(),
    )
    return private(make_response(page))


@bp.post("/me/erasure")
@needs_sign_in
@answers(erasure)
def ask_for_erasure() -> ResponseReturnValue:
    """Have my account erased in a week."""
    person, form = _own_account(), ErasureForm.checked()
    signing_in.prove_wholly(person, form.current.data, form.code.data or "", address=request.remote_addr or "")
    with writing():
        services.erasure.ask_for_erasure(person, by=actor())
    flash(_("Your account will be erased in seven days. Until then you can take that back here."), "success")
    return redirect(url_for("accounts.erasure"), code=303)


@bp.post("/me/erasure/undo")
@needs_sign_in
@answers(erasure)
def undo_erasure() -> ResponseReturnValue:
    """I stay."""
    wish = queries.erasure_of(myself())
    if wish is None:
        raise Refused(_l("This was taken back already, or the account is erased."))
    return _undone(wish, actor(), "accounts.me")


def _undone(wish: Erasure, by: Actor, page: str) -> ResponseReturnValue:
    with writing():
        services.erasure.undo(wish, by=by)
    flash(_("Good that you stay: nothing was erased."), "success")
    return redirect(url_for(page), code=303)


def _wish_of(token: str) -> Erasure:
    wish = queries.erasure_by_digest(token_digest(token))
    if wish is None:
        raise NotSeen
    return wish


@bp.get("/erasure/<token>")
def stop_erasure(token: str) -> ResponseReturnValue:
    """The letter's link: a button that takes the wish back."""
    page = render_template("accounts/stop_erasure.html", wish=_wish_of(token), token=token)
    return private(make_response(page))


@bp.post("/erasure/<token>")
@answers(stop_erasure)
def stop_erasure_now(token: str) -> ResponseReturnValue:
    """Whoever holds the letter takes the wish back."""
    wish = _wish_of(token)
    by = Actor(kind=ActorKind.PERSON, ref=wish.person.ref, person_id=wish.person_id)
    return _undone(wish, by, "storefronts.home")
