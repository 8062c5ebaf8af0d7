"""The operator's page of dated tax rules."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.payments import bp
from marketplace.payments.forms import TaxRuleForm
from marketplace.payments.policies import only_operators
from marketplace.payments.queries import taxes
from marketplace.payments.services.tax_rules import add_tax_rule, load_tax_rules, remove_tax_rule
from marketplace.web.requests import actor, answers, private


@bp.get("/operator/tax-rules")
@needs_sign_in
def tax_rules(**_named: str) -> ResponseReturnValue:
    """Every rule with its days and its source, and the form for another."""
    only_operators(actor())
    form = TaxRuleForm.shown()
    page = render_template(
        "payments/tax_rules.html", rules=taxes.tax_rules(), used=taxes.rules_in_use(), form=form, today=clock.today()
    )
    return private(make_response(page))


@bp.post("/operator/tax-rules")
@needs_sign_in
@answers(tax_rules)
def add_rule() -> ResponseReturnValue:
    """One more rule; the one before it ends the day before."""
    only_operators(actor())
    form = TaxRuleForm.checked()
    with writing():
        add_tax_rule(form.rule, by=actor())
    flash(_("The rule is added. It holds for money that comes from its first day on."), "success")
    return redirect(url_for(".tax_rules"), code=303)


@bp.post("/operator/tax-rules/loading")
@needs_sign_in
@answers(tax_rules)
def load_rules() -> ResponseReturnValue:
    """The rules that come with the program are brought in."""
    only_operators(actor())
    with writing():
        load_tax_rules()
    flash(_("The rules that come with the program are loaded."), "success")
    return redirect(url_for(".tax_rules"), code=303)


@bp.post("/operator/tax-rules/<ref>/removal")
@needs_sign_in
@answers(tax_rules)
def remove_rule(ref: str) -> ResponseReturnValue:
    """A rule that was never applied disappears."""
    only_operators(actor())
    rule = taxes.rule_by_ref(ref)
    if rule is None:
        raise NotSeen
    with writing():
        remove_tax_rule(rule, by=actor())
    flash(_("The rule is removed."), "success")
    return redirect(url_for(".tax_rules"), code=303)
