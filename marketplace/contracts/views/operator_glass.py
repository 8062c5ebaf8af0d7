"""The operators' page for looking into an agreement of others: with a reason, for an hour, told to both sides."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.glass import GlassForm
from marketplace.contracts.policies.glass import looked_at, only_glass_breakers
from marketplace.contracts.queries import glass, history, versions
from marketplace.contracts.services.glass import break_glass
from marketplace.contracts.terms import describing
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.web.requests import actor, answers, private, query_number


@bp.get("/operator/agreements/glass")
@needs_sign_in
def glass_page() -> ResponseReturnValue:
    """The form, and every look that was taken."""
    only_glass_breakers(actor())
    page = render_template("contracts/operator_glass.html", form=GlassForm.shown(), looks=glass.looks())
    return private(make_response(page))


@bp.post("/operator/agreements/glass")
@needs_sign_in
@answers(glass_page)
def look_into() -> ResponseReturnValue:
    """A reason is given, written down and told; then the agreement can be read for an hour."""
    only_glass_breakers(actor())
    form = GlassForm.checked()
    agreement = glass.agreement_by_ref(form.agreement.data)
    if agreement is None:
        raise Refused(_("There is no agreement with this ref."), field="agreement")
    with writing():
        break_glass(agreement, reason=form.reason.data, by=actor())
    flash(_("You can read it for an hour. Both sides have been told why."), "success")
    return redirect(url_for(".looked_into", ref=agreement.ref), code=303)


@bp.get("/operator/agreements/glass/<ref>")
@needs_sign_in
def looked_into(ref: str) -> ResponseReturnValue:
    """The versions of the agreement and what happened to it, while the hour lasts."""
    agreement = looked_at(actor(), ref)
    rows = versions.versions_of(agreement)
    number = query_number("version", least=1) or agreement.last_version
    shown = versions.version_numbered(agreement, number) if number else None
    events = history.happenings(agreement, versions.events_of(agreement, most=100))
    page = {"agreement": agreement, "rows": rows, "version": shown, "events": events}
    text = describing.described(shown.terms) if shown else None
    return private(make_response(render_template("contracts/operator_look.html", text=text, **page)))
