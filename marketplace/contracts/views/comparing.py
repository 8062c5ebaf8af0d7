"""Quotes side by side, and the award of lines to those who make the best offer."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.sourcing import MOST_FREIGHT, AwardForm
from marketplace.contracts.models import Quote
from marketplace.contracts.policies.sourcing import request_for
from marketplace.contracts.queries import quotes
from marketplace.contracts.queries.comparison import comparison
from marketplace.contracts.services import awards as services
from marketplace.contracts.states.sourcing import RequestAction
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.lifecycle import can
from marketplace.core.permissions import Permission
from marketplace.web.requests import actor, answers, private, query_number


@bp.get("/requests/<ref>/comparison")
@needs_sign_in
def compare_quotes(ref: str) -> ResponseReturnValue:
    """All quotes on what the goods cost once they are there and good; the best is marked."""
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    given = quotes.quotes_to(found)
    compared = comparison(found, given, quotes.awards_in(found), _own_freight(given))
    page = {"compared": compared, "form": AwardForm.shown(), "may_award": can(found, RequestAction.AWARD)}
    waiting = [one for one in given if one not in {column.quote for column in compared.columns}]
    shown = render_template("contracts/sourcing/comparison.html", request_=found, waiting=waiting, **page)
    return private(make_response(shown))


def _own_freight(given: list[Quote]) -> dict[str, int]:
    """What the buyer reckons for fetching the goods herself, by quote, as the address says."""
    asked = {one.ref: query_number(f"freight-{one.ref}", most=MOST_FREIGHT) for one in given}
    return {ref: amount for ref, amount in asked.items() if amount is not None}


@bp.post("/requests/<ref>/awards")
@needs_sign_in
@answers(compare_quotes)
def award(ref: str) -> ResponseReturnValue:
    """Give the chosen lines to the chosen producers."""
    found, form = request_for(actor(), ref, Permission.REQUEST_EDIT), AwardForm.checked()
    choices = form.choices(found.lines)
    with writing():
        accepted = [one.ref for one in services.award(found, choices, by=actor())]
    flash(ngettext("%(num)s quote is accepted.", "%(num)s quotes are accepted.", len(accepted)), "success")
    if len(accepted) == 1:
        return redirect(url_for(".show_quote", ref=accepted[0]), code=303)
    return redirect(url_for(".show_request", ref=ref), code=303)


@bp.post("/requests/<ref>/end")
@needs_sign_in
@answers(compare_quotes)
def finish_request(ref: str) -> ResponseReturnValue:
    """The remaining lines are not wanted any more."""
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    with writing():
        services.finish(found, by=actor())
    flash(_("The request is over; the other producers are told."), "success")
    return redirect(url_for(".show_request", ref=ref), code=303)
