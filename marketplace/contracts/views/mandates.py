"""The mandates of my organisation: who may sign for it, what, up to which value, until when."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.signing import MandateForm
from marketplace.contracts.policies.signing import mandate_for, own_trading
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import mandates as services
from marketplace.contracts.services import signing
from marketplace.contracts.services.mandates import Grant
from marketplace.contracts.states.agreements import AgreementKind
from marketplace.core import clock
from marketplace.core.actors import Role
from marketplace.core.database import writing
from marketplace.core.files import store
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, answers, private


def _offered(form: MandateForm, own: Organisation) -> MandateForm:
    members = [one.person for one in accounts.members_of(own) if Role.SIGNATORY in one.roles]
    form.person.choices = [("", _("Please choose")), *((one.ref, one.name) for one in members)]
    return form


@bp.get("/me/organisation/mandates")
@needs_sign_in
def mandates() -> ResponseReturnValue:
    """Every mandate, and the form for a new one."""
    own = own_trading(actor())
    today = clock.today()
    form = _offered(MandateForm.shown(valid_from=today, valid_to=today.replace(month=12, day=31)), own)
    page = {"organisation": own, "mandates": known.mandates_of(own), "form": form, "kinds": AgreementKind}
    page |= {"may_edit": allows(actor(), Permission.MANDATE_EDIT, own), "today": today}
    page |= {"has_signatories": len(form.person.choices) > 1}
    return private(make_response(render_template("contracts/mandates.html", **page)))


@bp.post("/me/organisation/mandates")
@needs_sign_in
@answers(mandates)
def give_mandate() -> ResponseReturnValue:
    """Give a colleague a mandate."""
    own = own_trading(actor(), Permission.MANDATE_EDIT)
    form = MandateForm.checked(lambda form: _offered(form, own))
    person, paper = accounts.member_of(own, form.person.data), form.pdf_of("paper")
    if person is None:
        raise NotSeen
    file_key = signing.keep(paper, "mandate.pdf").key if paper else ""
    with writing():
        services.give(own, person, _grant(form, file_key), by=actor())
    flash(_("%(name)s has the mandate now and is told.", name=person.name), "success")
    return redirect(url_for(".mandates"), code=303)


def _grant(form: MandateForm, file_key: str) -> Grant:
    return Grant(
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
        kinds=form.kinds,
        limit_vnd=form.limit_vnd.data,
        number=form.number.data or "",
        file_key=file_key,
    )


@bp.post("/me/organisation/mandates/<ref>/ending")
@needs_sign_in
@answers(lambda ref: mandates())
def end_mandate(ref: str) -> ResponseReturnValue:
    """It covers nothing any more."""
    found = mandate_for(actor(), ref, Permission.MANDATE_EDIT)
    with writing():
        services.end(found, by=actor())
    flash(_("The mandate has ended."), "success")
    return redirect(url_for(".mandates"), code=303)


@bp.get("/me/organisation/mandates/<ref>/paper.pdf")
@needs_sign_in
def mandate_paper(ref: str) -> ResponseReturnValue:
    """The signed power of attorney."""
    found = mandate_for(actor(), ref)
    if not found.file_key:
        raise NotSeen
    response = Response(store().get(found.file_key), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename={found.ref}.pdf"
    return private(response)
