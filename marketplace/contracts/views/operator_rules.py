"""The operators' pages of the rules that agreements follow; nothing here is changed by one person alone."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.rules import CalendarForm, ClauseForm, DayRemovalForm, DeclineForm, PolicyForm
from marketplace.contracts.models import ModelClause, RuleChange
from marketplace.contracts.policies.rules import change_for, only_rule_makers
from marketplace.contracts.queries import rules
from marketplace.contracts.queries.rule_differences import LABELS, differences, said, subject_words
from marketplace.contracts.services import rule_changes
from marketplace.contracts.services.rule_kinds import CLAUSE_FIELDS, POLICY_DAYS, POLICY_FIELDS, Values
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.states.signing import ChangeKind
from marketplace.contracts.terms.redlining import marked
from marketplace.contracts.terms.texts import figures
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.core.text import slugify
from marketplace.web.requests import actor, answers, private, query_number

SHELVES = (PaperKind.CONTRACT, PaperKind.TERMINATION, PaperKind.LIQUIDATION)


@bp.get("/operator/agreements/rules")
@needs_sign_in
def rules_index() -> ResponseReturnValue:
    """What waits for a second person, the policies, the ways to clauses and calendar, and what was decided."""
    only_rule_makers(actor())
    return _page(
        "rules",
        waiting=rules.open_changes(),
        decided=rules.decided_changes(),
        policies=rules.policies(),
        days=POLICY_DAYS,
        may_break_glass=allows(actor(), Permission.AGREEMENT_BREAK_GLASS),
        shelves=[(kind, len(rules.library(kind))) for kind in AgreementKind],
    )


@bp.get("/operator/agreements/rules/changes/<ref>")
@needs_sign_in
def rule_change(ref: str) -> ResponseReturnValue:
    """One change: what it was, what it is to be, who wished it, and what may be done with it."""
    change = change_for(actor(), ref)
    return _page(
        "rule_change",
        change=change,
        mine=change.proposed_by_id == actor().person_id,
        is_stale=rule_changes.is_stale(change),
        form=DeclineForm.shown(),
    )


@bp.post("/operator/agreements/rules/changes/<ref>/application")
@needs_sign_in
@answers(rule_change)
def apply_rule(ref: str) -> ResponseReturnValue:
    """A second operator puts it into force."""
    change = change_for(actor(), ref, Permission.RULES_CHANGE)
    with writing():
        rule_changes.apply(change, by=actor())
    flash(_("%(ref)s is in force.", ref=ref), "success")
    return redirect(url_for(".rule_change", ref=ref), code=303)


@bp.post("/operator/agreements/rules/changes/<ref>/decline")
@needs_sign_in
@answers(rule_change)
def decline_rule(ref: str) -> ResponseReturnValue:
    """A second operator says no, and why."""
    change = change_for(actor(), ref, Permission.RULES_CHANGE)
    form = DeclineForm.checked()
    with writing():
        rule_changes.decline(change, words=form.answer.data, by=actor())
    flash(_("%(ref)s is declined; its maker is told.", ref=ref), "success")
    return redirect(url_for(".rules_index"), code=303)


@bp.post("/operator/agreements/rules/changes/<ref>/withdrawal")
@needs_sign_in
@answers(rule_change)
def withdraw_rule(ref: str) -> ResponseReturnValue:
    """Its maker takes it back."""
    change = change_for(actor(), ref, Permission.RULES_CHANGE)
    with writing():
        rule_changes.withdraw(change, by=actor())
    flash(_("%(ref)s is taken back.", ref=ref), "success")
    return redirect(url_for(".rules_index"), code=303)


# --- the policy of a kind ---


@bp.get("/operator/agreements/rules/policies/<kind>")
@needs_sign_in
def policy_rule(kind: str) -> ResponseReturnValue:
    """The policy of a kind, to be proposed otherwise."""
    only_rule_makers(actor())
    policy = rules.policy_of(_kind(kind))
    known = {name: getattr(policy, name) for name in POLICY_FIELDS}
    return _page("policy", kind=policy.kind, days=POLICY_DAYS, form=PolicyForm.shown(**known))


@bp.post("/operator/agreements/rules/policies/<kind>")
@needs_sign_in
@answers(policy_rule)
def propose_policy(kind: str) -> ResponseReturnValue:
    """A policy is proposed."""
    only_rule_makers(actor())
    target = {"kind": _kind(kind).value}
    form = PolicyForm.checked()
    return _proposed(ChangeKind.POLICY, target, form.values, form.words.data)


# --- the library of clauses ---


@bp.get("/operator/agreements/rules/clauses/<kind>/<paper>")
@needs_sign_in
def clause_rules(kind: str, paper: str) -> ResponseReturnValue:
    """The clauses of a kind and paper, with their explanations, versions and articles."""
    only_rule_makers(actor())
    shelf = _kind(kind), _paper(paper)
    return _page("clauses", kind=shelf[0], paper=shelf[1], shelves=SHELVES, clauses=rules.newest(*shelf))


@bp.get("/operator/agreements/rules/clauses/<kind>/<paper>/<key>")
@needs_sign_in
def clause_rule(kind: str, paper: str, key: str) -> ResponseReturnValue:
    """A clause with its versions, and the form of its next one; the key `new` stands for one more clause."""
    only_rule_makers(actor())
    versions = _history(kind, paper, key)
    form = ClauseForm.shown(**_known(versions[0] if versions else None))
    names = sorted(figures())
    return _page("clause", kind=_kind(kind), paper=_paper(paper), key=key, versions=versions, form=form, names=names)


@bp.post("/operator/agreements/rules/clauses/<kind>/<paper>/<key>")
@needs_sign_in
@answers(clause_rule)
def propose_clause(kind: str, paper: str, key: str) -> ResponseReturnValue:
    """The next version of a clause, or one more clause, is proposed."""
    only_rule_makers(actor())
    is_new = not _history(kind, paper, key)
    form = ClauseForm.checked()
    shelf = _kind(kind), _paper(paper)
    named = _free_key(form.title.data, *shelf) if is_new else key
    target = {"kind": shelf[0].value, "paper": shelf[1].value, "key": named}
    return _proposed(ChangeKind.CLAUSE, target, form.values, form.words.data)


# --- the calendar ---


@bp.get("/operator/agreements/rules/days")
@needs_sign_in
def day_rules() -> ResponseReturnValue:
    """The days of a year that are otherwise than their weekday says."""
    only_rule_makers(actor())
    years = rules.years()
    year = query_number("year")
    year = year if year in years else clock.today().year
    known = CalendarForm.shown(is_working="no", certainty="high")
    return _page("days", year=year, years=years, rows=rules.days_of(year), form=known, today=clock.today())


@bp.post("/operator/agreements/rules/days")
@needs_sign_in
@answers(day_rules)
def propose_day() -> ResponseReturnValue:
    """A day is proposed."""
    only_rule_makers(actor())
    form = CalendarForm.checked()
    return _proposed(ChangeKind.HOLIDAY, form.target, form.values, form.words.data)


@bp.post("/operator/agreements/rules/days/removal")
@needs_sign_in
@answers(day_rules)
def propose_no_day() -> ResponseReturnValue:
    """It is proposed that a day goes back to what its weekday says."""
    only_rule_makers(actor())
    form = DayRemovalForm.checked()
    return _proposed(ChangeKind.HOLIDAY, form.target, None, form.words.data or "")


# --- what these pages share ---


def _page(name: str, **values: Any) -> ResponseReturnValue:
    words = {"labels": LABELS, "said": said, "subject": subject_words, "differences": differences, "marked": marked}
    return private(make_response(render_template(f"contracts/operator_{name}.html", **words, **values)))


def _proposed(kind: ChangeKind, target: Values, after: Values | None, words: str) -> ResponseReturnValue:
    with writing():
        change: RuleChange = rule_changes.propose(kind, target, after, words=words or "", by=actor())
    flash(_("%(ref)s waits for another operator. Until then nothing changes.", ref=change.ref), "success")
    return redirect(url_for(".rule_change", ref=change.ref), code=303)


def _kind(value: str) -> AgreementKind:
    if value not in set(AgreementKind):
        raise NotSeen
    return AgreementKind(value)


def _paper(value: str) -> PaperKind:
    if value not in SHELVES:
        raise NotSeen
    return PaperKind(value)


def _history(kind: str, paper: str, key: str) -> list[ModelClause]:
    """Every version of a clause, the newest first; none for `new`, and no page for a key that nobody knows."""
    found = rules.history(_kind(kind), _paper(paper), key)
    if not found and key != "new":
        raise NotSeen
    return found


def _known(clause: ModelClause | None) -> Values:
    if clause is None:
        return {"position": 300, "is_offered": True}
    return {name: getattr(clause, name) for name in CLAUSE_FIELDS}


def _free_key(title: str, kind: AgreementKind, paper: PaperKind) -> str:
    taken = {one.key for one in rules.versions(kind, paper)} | {"new"}
    name = slugify(title, most=32) or "dieu"
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)
