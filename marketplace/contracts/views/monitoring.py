"""Following contracts: signs of risk, and cases with both sides' answers."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.department import (
    CaseAnswerForm,
    CaseEndForm,
    CaseForm,
    CaseWordsForm,
)
from marketplace.contracts.models import Agreement, MonitoringCase
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.policies.departments import department_agreement_for, own_department
from marketplace.contracts.policies.monitoring import case_for
from marketplace.contracts.queries import cases as queries
from marketplace.contracts.queries import department as lists
from marketplace.contracts.queries import risks
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.contracts.sections import section
from marketplace.contracts.services import monitoring
from marketplace.contracts.states.performing import CaseAction, Indicator
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.paging import page_of, page_url
from marketplace.web.requests import actor, answers, private, query_text


@section("monitoring", "contracts/sections/monitoring.html", place=85)
def monitoring_section(reader: Actor, agreement: Agreement) -> Any | None:
    """The cases that this reader sees; for a department, the way to a new one, too."""
    return queries.section_of(reader, agreement)


@bp.get("/department/monitoring")
@needs_sign_in
def department_cases() -> ResponseReturnValue:
    """The cases of this department: those that run, or those that are over."""
    own = own_department(actor())
    is_open = query_text("state") != "over"
    found = page_of(lists.cases_of(own, is_open=is_open))
    return _shown("department_cases.html", department=own, page=found, is_open=is_open)


@bp.get("/department/risks")
@needs_sign_in
def department_risks() -> ResponseReturnValue:
    """Contracts in force at which something gives reason to look, the most signs first."""
    own = own_department(actor())
    wanted = next((one for one in Indicator if one.value == query_text("indicator")), None)
    chips = [
        {"label": one.label, "url": url_for(".department_risks", indicator=one.value), "selected": one is wanted}
        for one in Indicator
    ]
    found = queries.risky(own, wanted)
    return _shown("department_risks.html", department=own, wanted=wanted, found=found, indicator_chips=chips)


@bp.get("/department/agreements/<ref>/monitoring")
@needs_sign_in
def new_case(ref: str) -> ResponseReturnValue:
    """Begin to follow a contract."""
    agreement = department_agreement_for(actor(), ref, Permission.AGREEMENT_MONITOR)
    form = CaseForm.shown(indicator=query_text("indicator"))
    found = risks.risks_in(risks.only(agreement)).get(agreement.id, [])
    return _shown("new_case.html", department=own_department(actor()), agreement=agreement, form=form, risks=found)


@bp.post("/department/agreements/<ref>/monitoring")
@answers(new_case)
def make_case(ref: str) -> ResponseReturnValue:
    """A draft of this department, or a case that both sides are told of at once."""
    agreement = department_agreement_for(actor(), ref, Permission.AGREEMENT_MONITOR)
    own, form = own_department(actor()), CaseForm.checked()
    with writing():
        case = monitoring.draft_case(agreement, own, Indicator(form.indicator.data), form.words.data, actor())
        if request.form.get("act") == "open":
            monitoring.open_case(case, actor())
        made = case.ref
    return _back(made, _("Case %(ref)s is written down.", ref=made))


@bp.get("/department/monitoring/<ref>")
@needs_sign_in
def department_case(ref: str) -> ResponseReturnValue:
    """One case, with what this department can do about it."""
    own, case = own_department(actor()), case_for(actor(), ref)
    runs = allows(actor(), Permission.MONITORING_RUN, case)
    return _shown(
        "department_case.html",
        department=own,
        case=case,
        runs=runs,
        risks=risks.risks_in(risks.only(case.agreement)).get(case.agreement_id, []),
        own_stop=any(one.organisation_id == own.id for one in standing_suspensions(case.agreement)),
        may_suspend=allows(actor(), Permission.AGREEMENT_SUSPEND, case.agreement),
        **(_case_forms(case) if runs else {}),
    )


def _case_forms(case: MonitoringCase) -> dict[str, Any]:
    ends = [one for one in monitoring.ENDS if can(case, one)]
    ending = CaseEndForm.shown(end=ends[0].value if ends else "")
    ending.offer(ends)
    return {
        "ends": ends,
        "ending": ending,
        "wording": CaseWordsForm.shown(words=case.words),
    }


def _own_case(ref: str) -> MonitoringCase:
    own_department(actor())
    return case_for(actor(), ref, Permission.MONITORING_RUN)


@bp.post("/department/monitoring/<ref>/words")
@answers(department_case)
def change_case(ref: str) -> ResponseReturnValue:
    """Other words for a draft."""
    case, form = _own_case(ref), CaseWordsForm.checked()
    with writing():
        monitoring.change_words(case, form.words.data, actor())
    return _back(ref, _("Saved."))


@bp.post("/department/monitoring/<ref>/opening")
@answers(department_case)
def open_case(ref: str) -> ResponseReturnValue:
    """Both sides are told."""
    case = _own_case(ref)
    with writing():
        monitoring.open_case(case, actor())
    return _back(ref, _("Both sides are told and asked to answer."))


@bp.post("/department/monitoring/<ref>/cancellation")
@answers(department_case)
def cancel_case(ref: str) -> ResponseReturnValue:
    """A draft is dropped."""
    case = _own_case(ref)
    with writing():
        monitoring.cancel(case, actor())
    return _back(ref, _("The draft is dropped. Nobody has seen it."))


@bp.post("/department/monitoring/<ref>/end")
@answers(department_case)
def end_case(ref: str) -> ResponseReturnValue:
    """How it ended."""
    case = _own_case(ref)
    form = CaseEndForm.checked(lambda one: one.offer(monitoring.ENDS))
    with writing():
        monitoring.end(case, CaseAction(form.end.data), form.result.data, actor())
    return _back(ref, _("The case is ended. Both sides are told."))


def _back(ref: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".department_case", ref=ref), code=303)


# --- the sides ---


@bp.get("/agreements/<ref>/monitoring/<case>")
@needs_sign_in
def case_of_agreement(ref: str, case: str) -> ResponseReturnValue:
    """A case as the sides read it, with the form for their answer."""
    found = _case_of(ref, case)
    side = side_of(actor(), found.agreement)
    may = side is not None and queries.may_still_answer(found, side) and allows(
        actor(), Permission.MONITORING_ANSWER, found
    )  # fmt: skip
    return _shown("case.html", case=found, side=side, form=CaseAnswerForm.shown() if may else None)


@bp.post("/agreements/<ref>/monitoring/<case>/answer")
@answers(case_of_agreement)
def answer_case(ref: str, case: str) -> ResponseReturnValue:
    """One side answers."""
    found = _case_of(ref, case, Permission.MONITORING_ANSWER)
    side, form = side_of(actor(), found.agreement), CaseAnswerForm.checked()
    assert side is not None, "who may answer stands on a side"
    with writing():
        has_acted = form.acted.data == "yes"
        monitoring.answer(found, side, has_acted=has_acted, words=form.answer.data, by=actor())
    flash(_("Thank you. The department reads your answer."), "success")
    return redirect(url_for(".case_of_agreement", ref=ref, case=case), code=303)


def _case_of(ref: str, case: str, permission: Permission | None = None) -> MonitoringCase:
    agreement = agreement_for(actor(), ref)
    found = case_for(actor(), case, permission)
    if found.agreement_id != agreement.id:
        raise NotSeen
    return found


def _shown(template: str, **values: Any) -> ResponseReturnValue:
    return private(make_response(render_template(f"contracts/{template}", page_url=page_url, **values)))
