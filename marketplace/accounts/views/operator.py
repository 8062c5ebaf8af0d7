"""The operator's pages: what waits, all organisations, and one of them with what may be decided about it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries
from marketplace.accounts.forms import NoteForm, SuspendForm, WordsForm
from marketplace.accounts.models import Organisation
from marketplace.accounts.policies import judged_organisation
from marketplace.accounts.services import verifying
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import JOINING, KIND_WORDS, PERSONAL_FORMS, ROLE_WORDS
from marketplace.core import clock, tax_codes
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import JobState, queue
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.paging import page_of
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, private, query_text


def _only_operators() -> None:
    if not allows(actor(), Permission.ORGANISATION_JUDGE):
        raise NotSeen


@bp.get("/operator")
@needs_sign_in
def operator() -> ResponseReturnValue:
    """What waits for the operator."""
    _only_operators()
    ref = actor().organisation_ref or ""
    page = render_template(
        "accounts/operator.html",
        counts=queries.counts(),
        oldest=queries.oldest_waiting(),
        dead=queue.counts().get(JobState.DEAD, 0),
        panels=panels(Slot.OPERATOR, actor(), [ref])[ref],
    )
    return private(make_response(page))


def _wish() -> queries.Wish:
    view, kind = query_text("state", most=20), query_text("kind", most=20)
    return queries.Wish(
        view=view if view in queries.VIEWS else ("all" if query_text("q") else "waiting"),
        kind=OrganisationKind(kind) if kind in set(OrganisationKind) else None,
        text=query_text("q", most=60),
    )


@bp.get("/operator/organisations")
@needs_sign_in
def judged_organisations() -> ResponseReturnValue:
    """Organisations: what waits first, the oldest on top."""
    _only_operators()
    wish = _wish()
    page = page_of(queries.organisations_for(wish), per_page=30)
    shown = render_template(
        "accounts/operator_organisations.html",
        page=page,
        wish=wish,
        counts=queries.counts(),
        applications=queries.applications_of(list(page.items)),
        due=queries.answer_due,
        today=clock.today(),
        kind_words=KIND_WORDS,
        kinds=list(OrganisationKind),
    )
    return private(make_response(shown))


def _checks(organisation: Organisation) -> list[dict[str, Any]]:
    """What can be seen without any paper: each with the organisations that make it worth a second look."""
    code, personal = organisation.tax_code or "", organisation.legal_form in PERSONAL_FORMS
    fault = tax_codes.fault(code, personal=personal) if code else _("No tax code given.")
    fine = _("well formed, check digit right")
    if tax_codes.is_personal(code):
        fine = _("well formed, a personal number (it has no check digit)")
    return [{"label": _("Tax code"), "fault": fault, "fine": fine, "others": []}, *_shared(organisation)]


def _shared(organisation: Organisation) -> list[dict[str, Any]]:
    compared = (
        (_("Address"), queries.same_address(organisation)),
        (_("Phone"), queries.same_phone(organisation)),
        (_("Representative"), queries.same_representative(organisation)),
    )
    given, fine = _("also given by"), _("given by nobody else")
    return [
        {"label": label, "fault": given if others else None, "fine": fine, "others": others}
        for label, others in compared
    ]


def _known_of(found: Organisation) -> dict[str, Any]:
    trail = queries.trail_of(found)
    return {
        "standing": queries.standing_of(found),
        "checks": _checks(found),
        "members": queries.members_of(found),
        "rulings": queries.rulings_of(found),
        "trail": trail,
        "names": queries.names_of({one.actor_ref for one in trail}),
        "may_trade": found.kind in JOINING,
        "forms": {"note": NoteForm.shown(), "words": WordsForm.shown(), "suspend": SuspendForm.shown()},
    }


@bp.get("/operator/organisations/<ref>")
@needs_sign_in
def judged(ref: str) -> ResponseReturnValue:
    """One organisation with everything that is known of it, and what may be decided."""
    found = judged_organisation(actor(), ref)
    page = render_template(
        "accounts/operator_organisation.html",
        organisation=found,
        today=clock.today(),
        kind_words=KIND_WORDS,
        role_words=ROLE_WORDS,
        **_known_of(found),
    )
    return private(make_response(page))


def _done(ref: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("accounts.judged", ref=ref), code=303)


@bp.post("/operator/organisations/<ref>/verification")
@needs_sign_in
@answers(judged)
def verify_organisation(ref: str) -> ResponseReturnValue:
    """Say yes to what waits."""
    found, by = judged_organisation(actor(), ref), actor()
    note = NoteForm.checked().note.data
    with writing():
        verifying.accept(found, note=note, by=by)
    return _done(ref, _("Done. The people of %(name)s are told.", name=found.name))


@bp.post("/operator/organisations/<ref>/question")
@needs_sign_in
@answers(judged)
def ask_organisation(ref: str) -> ResponseReturnValue:
    """Ask the applicant for more."""
    found, by = judged_organisation(actor(), ref), actor()
    words = WordsForm.checked().words.data
    with writing():
        verifying.ask(found, words=words, by=by)
    return _done(ref, _("The applicant reads your sentence and can correct the details."))


@bp.post("/operator/organisations/<ref>/refusal")
@needs_sign_in
@answers(judged)
def decline_organisation(ref: str) -> ResponseReturnValue:
    """Say no, and why."""
    found, by = judged_organisation(actor(), ref), actor()
    words = WordsForm.checked().words.data
    with writing():
        verifying.decline(found, words=words, by=by)
    return _done(ref, _("Declined. The applicant reads why and may ask again."))


@bp.post("/operator/organisations/<ref>/suspension")
@needs_sign_in
@answers(judged)
def suspend_organisation(ref: str) -> ResponseReturnValue:
    """It neither sells nor orders from now on."""
    found, by = judged_organisation(actor(), ref), actor()
    reason = SuspendForm.checked().reason.data
    with writing():
        verifying.suspend(found, words=reason, by=by)
    return _done(ref, _("%(name)s is suspended; its goods have left the lists.", name=found.name))


@bp.post("/operator/organisations/<ref>/reinstatement")
@needs_sign_in
@answers(judged)
def reinstate_organisation(ref: str) -> ResponseReturnValue:
    """It works here as before."""
    found, by = judged_organisation(actor(), ref), actor()
    note = NoteForm.checked().note.data
    with writing():
        verifying.reinstate(found, note=note, by=by)
    return _done(ref, _("%(name)s is reinstated; its goods are back in the lists.", name=found.name))
